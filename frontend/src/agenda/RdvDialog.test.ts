import { expect, test, vi } from "vitest";

import { click, contextOf, press, render, sessionOn, settled, text, type } from "../../test/render";
import type { Renvoi } from "../contract";
import RdvDialog from "./RdvDialog.svelte";

const NADIA: Renvoi = { noun: "usager", id: "u1", label: "Nadia Haddad" };

async function draw(usagers: Renvoi[] = [NADIA]) {
  const { session, fixture } = await sessionOn();
  const ondone = vi.fn();
  const drawn = render(
    RdvDialog,
    {
      start: { motif: "m1", agents: ["a2"], start: "2026-11-13T09:30", zone: "Europe/Paris" },
      usagers,
      onclose: () => {},
      ondone,
    },
    contextOf(session),
  );
  await settled();
  const submit = async () => {
    drawn.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  };
  const booked = () => fixture.calls.findLast((call) => call.method === "BookRdv")?.args[0];
  return { drawn, session, fixture, ondone, submit, booked };
}

test("Go's proposals fill what the agent has not chosen", async () => {
  const { drawn } = await draw();
  expect(drawn.querySelector<HTMLInputElement>("input[type=number]")!.value).toBe("45");
  const selects = [...drawn.querySelectorAll("select")];
  expect(selects.map((one) => one.value)).toEqual(["m1", "l1"]);
});

test("the rdv is asked as a wall clock in its zone", async () => {
  const { submit, booked, ondone } = await draw();
  await submit();
  expect(booked()).toMatchObject({
    motif: "m1",
    lieu: "l1",
    agents: ["a2"],
    usagers: ["u1"],
    start: "2026-11-13T09:30",
    zone: "Europe/Paris",
    duration_min: 45,
    accept: [],
  });
  expect(ondone).toHaveBeenCalledOnce();
});

test("a person is chosen by the keyboard alone", async () => {
  const { drawn, submit, booked } = await draw([]);
  const box = drawn.querySelector<HTMLInputElement>("[role=combobox]")!;
  type(box, "hadj");
  await settled();
  expect(box.getAttribute("aria-expanded")).toBe("true");
  press(box, "Enter");
  expect(text(drawn.querySelector(".chosen"))).toContain("Mehdi Hadj");
  await submit();
  expect(booked()).toMatchObject({ usagers: ["u5"] });
});

test("a chosen person can be taken out", async () => {
  const { drawn } = await draw();
  click(drawn.querySelector(".chosen button"));
  expect(drawn.querySelector(".chosen")).toBeNull();
});

test("a warning met at the last moment is asked about before anything is written", async () => {
  const { session, fixture, submit, ondone } = await draw();
  fixture.warn.set("BookRdv", [
    { code: "absent", message: "Karim Benali est absent.", records: [] },
  ]);
  await submit();
  expect(session.question?.warnings[0]?.code).toBe("absent");
  session.question?.answer(true);
  await settled();
  expect(ondone).toHaveBeenCalledOnce();
});
