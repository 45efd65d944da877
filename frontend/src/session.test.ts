import { expect, test } from "vitest";

import { sessionOn, settled } from "../test/render";
import { Refus } from "./backend";
import type { Fait } from "./contract";

const fait: Fait = {
  id: "r1",
  command: "c1",
  revision: 2,
  pending: true,
  said: "Déplacé à 14 h 30.",
  can_undo: true,
  day: "2026-11-12",
};
const overlap = { code: "overlap", message: "Claire Fournier a déjà un rendez-vous.", records: [] };

test("a command that is done is shown, spoken and can be undone", async () => {
  const { session } = await sessionOn();
  await session.run(async () => fait);
  expect(session.toast).toEqual({ message: fait.said, level: "ok", command: "c1" });
  expect(session.spoken).toBe(fait.said);
});

test("the same words twice are spoken twice", async () => {
  const { session } = await sessionOn();
  session.say("Geste annulé.");
  const first = session.spoken;
  session.say("Geste annulé.");
  expect(session.spoken).not.toBe(first);
});

test("warnings are asked about, and accepted by their codes", async () => {
  const { session } = await sessionOn();
  const accepted: string[][] = [];
  const done = session.run(async (accept) => {
    accepted.push([...accept]);
    if (!accept.includes("overlap")) throw new Refus({ code: "warnings", warnings: [overlap] });
    return fait;
  });
  await settled();
  expect(session.question?.warnings).toEqual([overlap]);
  session.question?.answer(true);
  expect(await done).toEqual(fait);
  expect(accepted).toEqual([[], ["overlap"]]);
  expect(session.question).toBeNull();
});

test("coming back from warnings does nothing", async () => {
  const { session } = await sessionOn();
  const done = session.run(async () => {
    throw new Refus({ code: "warnings", warnings: [overlap] });
  });
  await settled();
  session.question?.answer(false);
  expect(await done).toBeNull();
  expect(session.toast).toBeNull();
});

test("a refusal is shown in its own words, or handed to the form that asked", async () => {
  const { session } = await sessionOn();
  const refuse = async (): Promise<Fait> => {
    throw { code: "stale", message: "Ce rendez-vous vient de changer." };
  };
  expect(await session.run(refuse)).toBeNull();
  expect(session.toast?.message).toBe("Ce rendez-vous vient de changer.");
  session.toast = null;
  const seen: string[] = [];
  await session.run(refuse, (refus) => void seen.push(refus.code));
  expect(seen).toEqual(["stale"]);
  expect(session.toast).toBeNull();
});

test("a change of an rdv makes the agenda and the files out of date, not the referentiel", async () => {
  const { session } = await sessionOn();
  const before = { ...session.versions };
  session.changed({ nouns: ["rdv"] });
  expect(session.versions.agenda).toBe(before.agenda + 1);
  expect(session.versions.usagers).toBe(before.usagers + 1);
  expect(session.versions.referentiel).toBe(before.referentiel);
});
