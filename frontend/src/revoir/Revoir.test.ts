import { beforeEach, expect, test } from "vitest";

import type { Fixture } from "../../test/fixture";
import { contextOf, press, render, sessionOn, settled } from "../../test/render";
import { AgendaState, contextOfAgenda } from "../agenda/agenda.svelte";
import type { Session } from "../session.svelte";
import Revoir from "./Revoir.svelte";

let fixture: Fixture;
let session: Session;
let page: HTMLElement;

const cases = () => [...page.querySelectorAll<HTMLElement>(".case")];
const titles = () => cases().map((one) => one.querySelector(".title")?.textContent?.trim());
const opened = () => page.querySelector<HTMLElement>(".case.open")!;
const button = (text: string, within: Element = page) =>
  [...within.querySelectorAll("button")].find((one) => one.textContent?.includes(text))!;

beforeEach(async () => {
  ({ fixture, session } = await sessionOn());
  const context = new Map<unknown, unknown>(contextOf(session));
  for (const [key, value] of contextOfAgenda(new AgendaState(session))) context.set(key, value);
  page = render(Revoir, {}, context);
  await settled();
});

test("today's cases come first, and the first is open", () => {
  const groups = [...page.querySelectorAll(".urgency")].map((one) => one.textContent?.trim());
  expect(groups[0]).toContain("Aujourd’hui et demain");
  expect(groups.at(-1)).toContain("Sans urgence");
  expect(titles()[0]).toBe("Deux usagers à 14 h, jeudi 12 novembre");
  expect(opened().textContent).toContain("Léa Meunier");
  expect(page.textContent).toContain("De retour après trois semaines");
});

test("the button says what it will do, and does it", async () => {
  const decide = opened().querySelector<HTMLElement>(".btn.primary")!;
  expect(decide.textContent).toContain("Déplacer à 14\u202fh\u202f45");
  button("lun. 16 nov.", opened()).click();
  await settled();
  opened().querySelector<HTMLElement>(".btn.primary")!.click();
  await settled();
  expect(fixture.settled).toEqual([
    {
      id: "k0",
      choice: "move",
      rdv: "",
      start: "2026-11-16T09:45:00Z",
      agent: "a1",
      seance: "",
      fields: [],
    },
  ]);
  expect(titles()).not.toContain("Deux usagers à 14 h, jeudi 12 novembre");
  expect(session.spoken).toContain("Reste 5");
});

test("arrows travel, figures choose, Enter decides", async () => {
  const heads = () => page.querySelectorAll<HTMLElement>("[data-head]");
  heads()[0]!.focus();
  press(heads()[0]!, "ArrowDown");
  await settled();
  expect(document.activeElement).toBe(heads()[1]);
  press(heads()[1]!, "2");
  await settled();
  expect(document.activeElement).toHaveProperty("value", "keep");
  press(document.activeElement!, "Enter");
  await settled();
  expect(fixture.settled[0]).toMatchObject({ id: "k0", choice: "keep", start: "" });
});

test("a closed case has its plain choices at hand", async () => {
  const refused = cases().find((one) => one.textContent?.includes("Rosa Essai"))!;
  button("Tout abandonner", refused).click();
  await settled();
  expect(fixture.settled[0]).toMatchObject({ id: "k3", choice: "drop" });
});

test("what depends on a refused command is listed under it", async () => {
  const refused = cases().find((one) => one.textContent?.includes("Rosa Essai"))!;
  refused.querySelector<HTMLElement>(".title")!.click();
  await settled();
  expect(refused.querySelector(".depends")?.textContent).toContain("9 h 00 – 9 h 30");
});

test("rdvs under an absence are worked one by one", async () => {
  cases()[1]!.querySelector<HTMLElement>(".title")!.click();
  await settled();
  button("Solène Prigent", opened()).click();
  await settled();
  opened().querySelector<HTMLElement>(".rows .btn.primary")!.click();
  await settled();
  expect(fixture.settled[0]).toMatchObject({ id: "k1", rdv: "r2", choice: "move" });
});

test("of two files, the values to keep are chosen field by field", async () => {
  const two = cases().find((one) => one.textContent?.includes("Même personne"))!;
  two.querySelector<HTMLElement>(".title")!.click();
  await settled();
  expect(two.textContent).toContain("identique");
  const second = [...two.querySelectorAll<HTMLElement>(".doubles label")].find((one) =>
    one.textContent?.includes("Hadad"),
  )!;
  second.querySelector("input")!.click();
  await settled();
  two.querySelector<HTMLElement>(".btn.primary")!.click();
  await settled();
  expect(fixture.settled[0]).toMatchObject({ choice: "apply", fields: ["email", "last_name"] });
});

test("what a team may answer can be set aside, and what was decided be read", async () => {
  const [, team] = page.querySelectorAll<HTMLInputElement>("nav .check input");
  team!.click();
  await settled();
  expect(titles()).not.toContain(fixture.cases[1]!.title);
  button("Déjà réglées").click();
  await settled();
  expect(page.querySelector(".closed")?.textContent).toContain("Gardé par Sylvie Martin");
});

test("left for later, a case stays", async () => {
  button("Décider plus tard", opened()).click();
  await settled();
  expect(fixture.settled).toEqual([]);
  expect(opened().textContent).toContain("Solène Prigent");
});
