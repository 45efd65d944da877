import { expect, test } from "vitest";

import { Fixture } from "../../test/fixture";
import { drawn, follow, hold, moveForm, shifted, stretched } from "./held";

const fixture = new Fixture();
const item = fixture.rdvs.find((one) => one.title === "Gilles Tanguy")!; // 09:00–09:30
const held = hold("move", item, 2);

test("shifted stays within the day and the view", () => {
  expect(shifted(held, 0, 15, 5)).toMatchObject({ column: 2, from: 555, to: 585 });
  expect(shifted(held, 3, 0, 5)).toBeNull();
  expect(shifted(held, -3, 0, 5)).toBeNull();
  expect(shifted(held, 0, -600, 5)).toBeNull();
});

test("stretched keeps at least one step", () => {
  expect(stretched(held, 15, 15)).toMatchObject({ from: 540, to: 585 });
  expect(stretched(held, -15, 15)).toMatchObject({ to: 555 });
  expect(stretched(held, -30, 15)).toBeNull();
});

test("the pointer is followed by steps, and never past midnight", () => {
  expect(follow(held, 3, 22, 15)).toMatchObject({ column: 3, from: 555, to: 585 });
  expect(follow(held, 3, 5000, 15)).toMatchObject({ from: 1410, to: 1440 });
  expect(follow({ ...held, gesture: "resize" }, 3, -200, 15)).toMatchObject({
    column: 2,
    from: 540,
    to: 555,
  });
});

test("a stretch of time is drawn downwards or upwards, at least one step", () => {
  expect(drawn(0, 541, 541, 15)).toMatchObject({ from: 540, to: 555 });
  expect(drawn(0, 541, 599, 15)).toMatchObject({ from: 540, to: 600 });
  expect(drawn(0, 600, 560, 15)).toMatchObject({ from: 555, to: 615 });
});

test("a command says only what changed", async () => {
  const view = await fixture.backend().Agenda({
    day: "2026-11-13",
    span: "day",
    from: "",
    to: "",
    agents: ["a1", "a2"],
    lieux: [],
    elsewhere: false,
    show_cancelled: true,
  });
  const mine = hold("move", item, 0);
  expect(moveForm(mine, view)).toBeNull();
  expect(moveForm({ ...mine, from: 600, to: 630 }, view)).toMatchObject({
    start: "2026-11-13T10:00",
    duration_min: 0,
    to_agent: "",
  });
  expect(moveForm({ ...mine, to: 600 }, view)).toMatchObject({ start: "", duration_min: 60 });
  expect(moveForm({ ...mine, column: 1 }, view)).toMatchObject({
    start: "",
    from_agent: "a1",
    to_agent: "a2",
  });
});
