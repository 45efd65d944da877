import { expect, test } from "vitest";

import { Fixture } from "../../test/fixture";
import { blockOf } from "./block";

const { rdvs } = new Fixture();
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

/** The lines seen of an rdv so high and so wide, the usual hour being 64 px. */
function seen(title: string, widthPx: number, lanes = 1, hourPx = 64) {
  const item = rdvs.find((one) => one.title === title)!;
  const placed = { item, top: 0, height: item.duration_min / 60, lane: 0, lanes };
  const { second, note, name } = blockOf(placed, hourPx, widthPx);
  const lines = [item.title, second, note].filter(Boolean).map(plain);
  expect(plain(name).startsWith(lines.join(", ")), `« ${name} » begins with what is seen`).toBe(
    true,
  );
  return lines;
}

const tests: [name: string, lines: string[], want: string[]][] = [
  [
    "three lines in three quarters of an hour",
    seen("Nadia Haddad", 160),
    ["Nadia Haddad", "11 h 30 · Accompagnement social", "En salle depuis 11 h 12"],
  ],
  ["half an hour has two", seen("Luc Fabre", 160), ["Luc Fabre", "9 h 00 · Aide alimentaire"]],
  [
    "a state takes the place of the motif",
    seen("Josiane Caron", 160, 1, 48),
    ["Josiane Caron", "Vu ou absent ?"],
  ],
  ["a quarter of an hour keeps the name", seen("Ange Muller", 160), ["Ange Muller"]],
  ["thin lanes lose the hour", seen("Anne Roy", 160, 2), ["Anne Roy", "Domiciliation", "Vu"]],
  [
    "a thin conflict says what is wrong rather than the motif",
    seen("Daniel Rousseau", 160, 2),
    ["Daniel Rousseau", "2 usagers à 14 h"],
  ],
  ["the thinnest keep the name", seen("Daniel Rousseau", 120, 2), ["Daniel Rousseau"]],
  [
    "what waits to be sent says so",
    seen("Paul Kessler", 160),
    ["Paul Kessler", "15 h 30 · Accès aux droits", "Attend l’envoi"],
  ],
  [
    "a collective one tells its seats",
    seen("Atelier budget", 160),
    ["Atelier budget", "10 h 00 · Collectif · 6/10 places", "6 inscrits, 4 places libres"],
  ],
];

test.each(tests)("%s", (_, lines, want) => {
  expect(lines).toEqual(want);
});

test("two signs at most, what matters most first; one alone when thin", () => {
  const item = rdvs.find((one) => one.title === "Sonia Petitjean")!; // visio, seen
  const placed = { item, top: 0, height: 0.75, lane: 0, lanes: 1 };
  expect([blockOf(placed, 64, 160).first?.name, blockOf(placed, 64, 160).other?.name]).toEqual([
    "check",
    "video",
  ]);
  expect(blockOf({ ...placed, lanes: 2 }, 64, 160).other).toBeNull();
});
