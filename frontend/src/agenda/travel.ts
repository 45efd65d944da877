// Where the arrows lead: what can be stopped on in a column, and what is beside it.
import type { Colonne, Item } from "../contract";
import { minutesOf } from "../time";

/** What the arrows stop on: rdvs and absences; in a column without any, its plages. */
export function stopsOf(column: Colonne): Item[] {
  const open = column.items.filter((item) => item.kind === "rdv" || item.can.includes("open"));
  const front = open.filter((item) => item.kind !== "plage");
  return front.length > 0 ? front : open;
}

/**
 * The stop nearest in time in the next column that has one, going one way from a
 * column; its first stop when there is no item to compare with.
 */
export function nearest(
  columns: Colonne[],
  at: number,
  way: -1 | 1,
  item: Item | null,
): { column: Colonne; item: Item } | null {
  for (let next = at + way; next >= 0 && next < columns.length; next += way) {
    const column = columns[next]!;
    const stops = stopsOf(column);
    if (stops.length === 0) continue;
    const best = item ? closest(stops, minutesOf(item.from)) : stops[0]!;
    return { column, item: best };
  }
  return null;
}

const closest = (stops: Item[], from: number) =>
  stops.reduce((best, stop) =>
    Math.abs(minutesOf(stop.from) - from) < Math.abs(minutesOf(best.from) - from) ? stop : best,
  );
