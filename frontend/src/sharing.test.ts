import { expect, test } from "vitest";

import { share } from "./sharing";

const column = (key: string, ...titles: string[]) => ({
  key,
  items: titles.map((title) => ({ key: title, title })),
});

test("an equal view is the previous one itself", () => {
  const before = { columns: [column("a", "Nadia", "Paul")] };
  expect(share(before, structuredClone(before))).toBe(before);
});

test("only what changed is new", () => {
  const before = { columns: [column("a", "Nadia", "Paul"), column("b", "Zoé")] };
  const after = structuredClone(before);
  after.columns[0]!.items[1]!.title = "Paule";
  const shared = share(before, after);
  expect(shared.columns[1]).toBe(before.columns[1]);
  expect(shared.columns[0]!.items[0]).toBe(before.columns[0]!.items[0]);
  expect(shared.columns[0]!.items[1]).toEqual({ key: "Paul", title: "Paule" });
});

test("an item that changed place is found by its key", () => {
  const before = { columns: [column("a", "Nadia", "Paul")] };
  const shared = share(before, { columns: [column("a", "Zoé", "Nadia", "Paul")] });
  expect(shared.columns[0]!.items[1]).toBe(before.columns[0]!.items[0]);
});

test("a record that lost a field is not the previous one", () => {
  expect(share({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
});
