// What is held between two places: by the pointer or by Alt and an arrow. Positions are
// a column of the view and minutes of its day; nothing is decided here but the snapping.
import type { Item, MoveForm, VueAgenda } from "../contract";
import { clockOf, DAY_MINUTES, minutesOf } from "../time";

export type Gesture = "move" | "resize" | "create";

export interface Place {
  column: number;
  from: number;
  to: number;
}

export interface Held extends Place {
  gesture: Gesture;
  /** null when creating */
  item: Item | null;
  origin: Place;
}

export const snap = (minutes: number, step: number) => Math.round(minutes / step) * step;

export function hold(gesture: Gesture, item: Item, column: number): Held {
  const origin = { column, from: minutesOf(item.from), to: minutesOf(item.to) };
  return { gesture, item, origin, ...origin };
}

/** The held thing moved by so many columns and minutes from where it is, or null at an edge. */
export function shifted(held: Held, columns: number, minutes: number, count: number): Held | null {
  const column = held.column + columns;
  const from = held.from + minutes;
  const to = held.to + minutes;
  if (column < 0 || column >= count || from < 0 || to > DAY_MINUTES) return null;
  return { ...held, column, from, to };
}

/** The held thing made longer or shorter, or null when nothing would be left of it. */
export function stretched(held: Held, minutes: number, step: number): Held | null {
  const to = held.to + minutes;
  if (to - held.from < step || to > DAY_MINUTES) return null;
  return { ...held, to };
}

/** Follows the pointer: moves by what it travelled, snapped, within the day. */
export function follow(held: Held, column: number, minutes: number, step: number): Held {
  const { origin } = held;
  const by = snap(minutes, step);
  if (held.gesture === "resize") {
    return { ...held, to: clamp(origin.to + by, origin.from + step, DAY_MINUTES) };
  }
  const length = origin.to - origin.from;
  const from = clamp(origin.from + by, 0, DAY_MINUTES - length);
  return { ...held, column, from, to: from + length };
}

/** A stretch of free time drawn from one instant to another, at least one step long. */
export function drawn(column: number, anchor: number, pointer: number, step: number): Held {
  const start = Math.floor(anchor / step) * step;
  const end = Math.max(start + step, snap(pointer, step));
  const from = Math.min(start, Math.floor(pointer / step) * step);
  const place = { column, from: clamp(from, 0, DAY_MINUTES), to: clamp(end, 0, DAY_MINUTES) };
  return { gesture: "create", item: null, origin: place, ...place };
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

export const samePlace = (a: Place, b: Place) =>
  a.column === b.column && a.from === b.from && a.to === b.to;

/** The command that puts the held rdv where it is, or null when it did not move. */
export function moveForm(held: Held, view: VueAgenda): MoveForm | null {
  const { item, origin } = held;
  const before = view.columns[origin.column];
  const after = view.columns[held.column];
  if (!item || !before || !after || samePlace(held, origin)) return null;
  const length = held.to - held.from;
  const handedOver = before.agent !== after.agent;
  const moved = held.from !== origin.from || before.day !== after.day;
  return {
    id: item.id,
    revision: item.revision,
    start: moved ? `${after.day}T${clockOf(held.from)}` : "",
    zone: moved ? view.zone : "",
    duration_min: length === origin.to - origin.from ? 0 : length,
    from_agent: handedOver ? before.agent : "",
    to_agent: handedOver ? after.agent : "",
    lieu: "",
    accept: [],
  };
}
