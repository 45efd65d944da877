import { afterEach, expect, test, vi } from "vitest";

import { backend, listen, Refus, refusOf } from "./backend";

const page = window as unknown as { go?: unknown; runtime?: unknown };

afterEach(() => {
  delete page.go;
  delete page.runtime;
});

const bind = (method: string, bound: (...args: unknown[]) => Promise<unknown>) => {
  page.go = { desktop: { Agenda: { [method]: bound } } };
};

test("a method is called on the bound facade with its arguments", async () => {
  const bound = vi.fn(async () => ({ id: "r1" }));
  bind("CancelRdv", bound);
  expect(await backend.CancelRdv("r1", "service")).toEqual({ id: "r1" });
  expect(bound).toHaveBeenCalledWith("r1", "service");
});

test("a refusal comes out of the Error that Wails makes of its text", async () => {
  const warnings = [{ code: "overlap", message: "Déjà pris.", records: [] }];
  bind("MoveRdv", async () => {
    throw new Error(
      JSON.stringify({ code: "warnings", message: "À savoir.", warnings, fields: {} }),
    );
  });
  const refus = await backend.MoveRdv({} as never).catch((reason: unknown) => reason);
  expect(refus).toBeInstanceOf(Refus);
  expect(refus).toMatchObject({ code: "warnings", message: "À savoir.", warnings });
});

test("what is not a refusal is a failure in its own words", () => {
  expect(refusOf(new Error("error parsing arguments"))).toMatchObject({
    code: "failure",
    message: "error parsing arguments",
    warnings: [],
  });
  expect(refusOf("coupé")).toMatchObject({ code: "failure", message: "coupé" });
  expect(refusOf(new Error("12"))).toMatchObject({ code: "failure", message: "12" });
});

test("without Go, each call says that Permanence does not answer", async () => {
  await expect(backend.Profil()).rejects.toThrow("Permanence ne répond pas (Profil).");
});

test("an event is listened to until told to stop", () => {
  const stop = vi.fn();
  const on = vi.fn(() => stop);
  page.runtime = { EventsOn: on };
  const heard = vi.fn();
  listen("sync", heard)();
  expect(on).toHaveBeenCalledWith("sync", heard);
  expect(stop).toHaveBeenCalledOnce();
});
