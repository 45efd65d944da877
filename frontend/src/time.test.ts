import { expect, test } from "vitest";

import { clockOf, duration, fullDay, hour, longDay, minutesOf, shortDay } from "./time";

const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, " ");

test("minutes and clock are each other's inverse, the end of the day included", () => {
  for (const clock of ["00:00", "09:05", "23:59", "24:00"]) {
    expect(clockOf(minutesOf(clock))).toBe(clock);
  }
});

test("a clock stays within its day", () => {
  expect(clockOf(-15)).toBe("00:00");
  expect(clockOf(1500)).toBe("24:00");
});

test("hours, lengths and days are said in French", () => {
  expect(plain(hour("09:05"))).toBe("9 h 05");
  expect([45, 60, 90].map(duration).map(plain)).toEqual(["45 min", "1 h", "1 h 30"]);
  expect(shortDay("2026-11-12")).toBe("jeu. 12 nov.");
  expect(longDay("2026-11-12")).toBe("jeudi 12 novembre");
  expect(fullDay("2026-03-29")).toBe("dimanche 29 mars 2026");
});

test("hours are never cut at the end of a line", () => {
  expect(hour("09:05")).not.toContain(" ");
});
