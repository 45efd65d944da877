import { expect, test } from "vitest";

import { contract, written } from "./contract.mjs";

test("the window speaks of the structs and methods that Go declares", () => {
  expect(written(), "run `npm run contract`").toEqual(contract());
});
