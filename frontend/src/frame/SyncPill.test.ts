import { expect, test } from "vitest";

import { contextOf, render, sessionOn, text } from "../../test/render";
import type { EtatSync } from "../contract";
import SyncPill from "./SyncPill.svelte";

const states: [name: string, sync: Partial<EtatSync>, said: string][] = [
  ["nothing to send", { state: "up_to_date" }, "À jour"],
  ["three to send", { state: "pending", pending: 3 }, "3 modifications en attente"],
  ["one to send", { state: "pending", pending: 1 }, "1 modification en attente"],
  ["offline", { state: "offline", offline_from: "10:42" }, "Hors ligne depuis 10 h 42"],
  [
    "offline since another day, with work waiting",
    { state: "offline", offline_from: "17:05", offline_day: "2026-11-09", pending: 3 },
    "Hors ligne depuis lun. 9 nov., 17 h 05 3 modifications à envoyer",
  ],
  ["one desk", { state: "alone" }, "Sur ce poste"],
  ["session lost", { state: "login" }, "Se connecter de nouveau"],
];

test.each(states)("%s", async (_, sync, said) => {
  const { session } = await sessionOn({ sync });
  const drawn = render(SyncPill, {}, contextOf(session));
  expect(text(drawn.querySelector(".pill"))).toBe(said);
});
