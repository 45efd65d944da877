// Where an item stands in its column, in hours, and how much of it there is room to say.
import type { Item } from "../contract";
import { minutesOf } from "../time";
import { lanesOf, type Lane } from "./lanes";

export interface Placed {
  item: Item;
  /** hours from the top of the grid, and height in hours */
  top: number;
  height: number;
  lane: number;
  lanes: number;
}

const ALONE: Lane = { lane: 0, lanes: 1 };

/** Items in the order they are read, cut to the hours shown (minutes since midnight). */
export function place(items: Item[], opens: number, closes: number): Placed[] {
  const shown = items.map((item) => ({
    item,
    from: Math.max(opens, minutesOf(item.from)),
    to: Math.min(closes, minutesOf(item.to)),
  }));
  const lanes = lanesOf(
    shown
      .filter(({ item }) => isBlock(item))
      .map(({ item, from, to }) => ({ key: item.key, from, to })),
  );
  return shown
    .filter(({ from, to }) => to > from)
    .map(({ item, from, to }) => ({
      item,
      top: (from - opens) / 60,
      height: (to - from) / 60,
      ...(lanes.get(item.key) ?? ALONE),
    }));
}

/** What stands in front: it shares the width with what it overlaps. */
export const isBlock = (item: Item) => item.kind === "rdv" || item.kind === "busy";

export type Room = "line" | "name" | "short" | "full" | "tall";

/** What a block this high (px at 16 px a rem) has room for. */
export function roomOf(px: number): Room {
  if (px < 22) return "line";
  if (px < 27) return "name";
  if (px < 39) return "short";
  if (px < 56) return "full";
  return "tall";
}
