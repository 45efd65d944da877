import { expect, test } from "vitest";

import { minutesOf } from "../time";
import { lanesOf } from "./lanes";

/** "a 09:00-10:00" → a span. */
const spans = (...texts: string[]) =>
  texts.map((text) => {
    const [key = "", hours = ""] = text.split(" ");
    const [from = "", to = ""] = hours.split("-");
    return { key, from: minutesOf(from), to: minutesOf(to) };
  });

const drawn = (...texts: string[]) =>
  [...lanesOf(spans(...texts))].map(([key, { lane, lanes }]) => `${key} ${lane}/${lanes}`).sort();

const tests: [name: string, given: string[], want: string[]][] = [
  ["nothing", [], []],
  ["alone", ["a 09:00-10:00"], ["a 0/1"]],
  ["touching is not overlapping", ["a 09:00-10:00", "b 10:00-11:00"], ["a 0/1", "b 0/1"]],
  ["two at one time", ["a 14:00-14:45", "b 14:00-14:30"], ["a 0/2", "b 1/2"]],
  [
    "a freed lane is used again",
    ["a 09:00-11:00", "b 09:00-09:30", "c 09:30-10:00"],
    ["a 0/2", "b 1/2", "c 1/2"],
  ],
  [
    "a chain is one cluster",
    ["a 09:00-10:00", "b 09:30-10:30", "c 10:00-11:00"],
    ["a 0/2", "b 1/2", "c 0/2"],
  ],
  [
    "what comes after a cluster has the whole width",
    ["a 09:00-10:00", "b 09:00-10:00", "c 10:00-11:00"],
    ["a 0/2", "b 1/2", "c 0/1"],
  ],
];

test.each(tests)("%s", (_, given, want) => {
  expect(drawn(...given)).toEqual(want);
});
