import { flushSync } from "svelte";
import { beforeEach, expect, test, vi } from "vitest";

import {
  click,
  contextOf,
  press,
  release,
  render,
  sessionOn,
  settled,
  text,
} from "../../test/render";
import type { Item, MoveForm, VueAgenda } from "../contract";
import type { Session } from "../session.svelte";
import Grid from "./Grid.svelte";

let session: Session;
let week: VueAgenda;
let moves: MoveForm[];
let opened: string[];
let grid: HTMLElement;

const ask = (span: string, agents: string[]) =>
  session.backend.Agenda({
    day: "2026-11-12",
    span,
    from: "",
    to: "",
    agents,
    lieux: [],
    elsewhere: false,
    show_cancelled: true,
  });

async function draw(view: VueAgenda, onmove = async () => true) {
  moves = [];
  opened = [];
  grid = render(
    Grid,
    {
      view,
      selected: "",
      onopen: (item: Item) => void opened.push(item.id),
      onmove: async (form: MoveForm) => {
        moves.push(form);
        return onmove();
      },
      oncreate: () => {},
      onperiod: () => {},
    },
    contextOf(session),
  );
  await settled();
}

beforeEach(async () => {
  ({ session } = await sessionOn());
  week = await ask("week", ["a1"]);
});

const rdv = (id: string) => grid.querySelector<HTMLElement>(`.rdv > button[data-id="${id}"]`)!;
const idOf = (title: string) =>
  week.columns.flatMap((column) => column.items).find((item) => item.title === title)!.id;
const focus = (title: string) => {
  const button = rdv(idOf(title));
  button.focus();
  flushSync();
  return button;
};
const here = () => text(document.activeElement?.querySelector("b"));

test("the whole grid is one tab stop, on today", async () => {
  await draw(week);
  const stops = [...grid.querySelectorAll<HTMLElement>("[tabindex='0']")];
  expect(stops).toHaveLength(1);
  expect(stops[0]!.dataset.column).toBe("2026-11-12/a1");
});

test("each column is a labelled list that says its day", async () => {
  await draw(week);
  const lists = [...grid.querySelectorAll("ol")];
  for (const list of lists) {
    const label = document.getElementById(list.getAttribute("aria-labelledby")!);
    expect(text(label)).toMatch(/lundi|mardi|mercredi|jeudi|vendredi/);
  }
  expect(lists).toHaveLength(4); // none on the public holiday
});

test("a name begins with what is seen and tells what the ear would miss", async () => {
  await draw(week);
  const name = rdv(idOf("Paul Kessler")).getAttribute("aria-label")!.replaceAll("\u202f", " ");
  expect(name).toMatch(/^Paul Kessler, 15 h 30 · Accès aux droits, Attend l’envoi/);
  expect(name).toContain("jeudi 12 novembre, jusqu’à 16 h 15");
});

test("arrows travel by time and by day, past a day without rdv", async () => {
  await draw(week);
  focus("Rosa Vidal");
  press(document.activeElement!, "ArrowDown");
  expect(["Omar Saïdi", "Anne Roy"]).toContain(here());
  press(document.activeElement!, "ArrowRight"); // at 10 h 15: 10 h 30 is nearer than 9 h 45
  expect(here()).toBe("Josiane Caron");
  press(document.activeElement!, "End");
  expect(here()).toBe("Simone Aubert");
  press(document.activeElement!, "Home");
  expect(here()).toBe("Inès Morvan");
});

test("Alt and arrows carry, releasing Alt puts down, Go is asked once", async () => {
  await draw(week);
  const button = focus("Gilles Tanguy");
  press(button, "ArrowDown", { altKey: true });
  press(button, "ArrowDown", { altKey: true });
  expect(session.spoken.replaceAll("\u202f", " ")).toContain(
    "Gilles Tanguy, vendredi 13 novembre, 9 h 30",
  );
  expect(grid.querySelector(".ghost")).not.toBeNull();
  release(button, "Alt");
  await settled();
  expect(moves).toEqual([
    expect.objectContaining({
      id: idOf("Gilles Tanguy"),
      start: "2026-11-13T09:30",
      zone: "Europe/Paris",
      duration_min: 0,
      from_agent: "",
      to_agent: "",
    }),
  ]);
  expect(grid.querySelector(".ghost")).toBeNull();
});

test("Alt and a sideways arrow hands over to the next agent, at the same hour", async () => {
  await draw(await ask("day", ["a1", "a2"]));
  const button = focus("Simone Aubert");
  press(button, "ArrowRight", { altKey: true });
  release(button, "Alt");
  await settled();
  expect(moves[0]).toMatchObject({ start: "", from_agent: "a1", to_agent: "a2" });
});

test("Alt, Shift and an arrow change the length alone", async () => {
  await draw(week);
  const button = focus("Gilles Tanguy");
  press(button, "ArrowDown", { altKey: true, shiftKey: true });
  release(button, "Alt");
  await settled();
  expect(moves[0]).toMatchObject({ start: "", duration_min: 45 });
});

test("what comes back to its place is no move", async () => {
  await draw(week);
  const button = focus("Gilles Tanguy");
  press(button, "ArrowDown", { altKey: true });
  press(button, "ArrowUp", { altKey: true });
  release(button, "Alt");
  await settled();
  expect(moves).toEqual([]);
});

test("Escape gives up and says so", async () => {
  await draw(week);
  const button = focus("Gilles Tanguy");
  press(button, "ArrowDown", { altKey: true });
  press(button, "Escape");
  release(button, "Alt");
  await settled();
  expect(moves).toEqual([]);
  expect(session.spoken).toBe("Geste abandonné, rien n’a changé.");
});

test("what may not be moved says why nothing happens", async () => {
  const fixed = structuredClone(week);
  for (const column of fixed.columns) for (const item of column.items) item.can = ["open"];
  await draw(fixed);
  const button = focus("Gilles Tanguy");
  press(button, "ArrowDown", { altKey: true });
  expect(session.spoken).toBe("Ce rendez-vous ne peut pas être déplacé.");
  expect(grid.querySelector(".ghost")).toBeNull();
});

test("a click and Enter open, a plage and an absence too", async () => {
  await draw(week);
  click(rdv(idOf("Paul Kessler")));
  click(grid.querySelector(".plage button"));
  click(grid.querySelector(".absence button"));
  expect(opened).toHaveLength(3);
  expect(opened[0]).toBe(idOf("Paul Kessler"));
});

test("the line of the present hour stands in today's column", async () => {
  await draw(week);
  const lines = [...grid.querySelectorAll(".now:not(.other)")];
  expect(lines).toHaveLength(1);
  expect(lines[0]!.closest("section")!.classList).toContain("today");
  expect(text(grid.querySelector(".nowtime"))).toBe("11 h 20");
});

test("Page keys ask for the period before and after", async () => {
  const onperiod = vi.fn();
  grid = render(
    Grid,
    {
      view: week,
      selected: "",
      onopen: () => {},
      onmove: async () => true,
      oncreate: () => {},
      onperiod,
    },
    contextOf(session),
  );
  await settled();
  press(focus("Gilles Tanguy"), "PageDown");
  press(document.activeElement!, "PageUp");
  expect(onperiod.mock.calls).toEqual([[1], [-1]]);
});
