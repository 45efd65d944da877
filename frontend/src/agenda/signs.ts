// The signs of a state: one icon per cue, never a colour alone.
import type { Item } from "../contract";
import type { IconName } from "../icons";

const PLACE: Record<string, IconName> = { phone: "phone", home: "home", visio: "video" };
const STATE: Record<string, IconName> = {
  seen: "check",
  noshow: "userx",
  excused: "x",
  revoked: "x",
  todo: "todo",
  waiting: "seat",
};

/** The icons of an item, at most two, what matters most now first. */
export function signsOf(item: Item): IconName[] {
  const signs: IconName[] = [];
  const place = PLACE[item.place];
  if (place) signs.push(place);
  if (item.collectif) signs.push("users");
  const state = STATE[item.state];
  if (state) signs.push(state);
  if (item.pending) signs.push("cloudup");
  if (item.conflicts.length > 0) signs.push("warn");
  return signs.slice(-2).reverse();
}

export const stateIcon = (state: string): IconName => STATE[state] ?? "cal";

export const STATE_CHIP: Record<string, string> = {
  seen: "ok",
  noshow: "danger",
  waiting: "info",
  todo: "warn",
};
