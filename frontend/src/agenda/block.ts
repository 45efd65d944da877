// All that a block draws, worked out once: hundreds stand on screen, and each signal
// of its own would cost.
import type { Item } from "../contract";
import { ICONS, type IconName } from "../icons";
import { m } from "../messages";
import { hour } from "../time";
import { roomOf, type Placed } from "./layout";
import { signsOf } from "./signs";

const THIN_PX = 100;
const THINNER_PX = 72;

export interface Sign {
  name: IconName;
  path: string;
}

export interface Block {
  classes: string;
  style: string;
  /** what is seen first, then what the ear would miss */
  name: string;
  /** second and third line, "" when there is no room or nothing to say */
  second: string;
  note: string;
  signs: number | undefined;
  first: Sign | null;
  other: Sign | null;
  /** how full a collective rdv is, "" when it has no limit */
  full: string;
}

/** What to draw of an item, given the height of an hour and the width of its column. */
export function blockOf(placed: Placed, hourPx: number, widthPx: number): Block {
  const { item } = placed;
  const lanePx = widthPx / placed.lanes;
  const room = roomOf(placed.height * hourPx);
  const thin = lanePx < THIN_PX;
  const thinner = lanePx < THINNER_PX;
  const detail = item.collectif ? m.agenda.collectif(item.taken, item.seats) : item.detail;
  const note = item.note || (item.pending ? m.agenda.pending : "");

  // Room decides what is said: the shortest keep the name, a state takes the place of
  // the motif, thin lanes lose the hour.
  const roomy = room === "full" || room === "tall";
  const showsNote =
    note !== "" && (roomy || (room === "short" && !thin)) && (!thinner || room === "tall");
  const showsSecond =
    (roomy || (room === "short" && !showsNote)) && !(thin && item.conflicts.length > 0);
  const second = thin ? detail : `${hour(item.from)} · ${detail}`;

  const name = [
    item.title,
    showsSecond ? second : "",
    showsNote ? note : "",
    showsSecond ? "" : detail,
    showsSecond && !thin ? "" : hour(item.from),
    showsNote ? "" : note,
    item.spoken,
  ];
  const signs = signsOf(item);
  return {
    classes: `rdv ${room}${thin ? " thin" : ""}${thinner ? " thinner" : ""}${showsNote ? " noted" : ""}`,
    style: styleOf(placed),
    name: name.filter(Boolean).join(", "),
    second: showsSecond ? second : "",
    note: showsNote ? note : "",
    signs: signs.length || undefined,
    first: signOf(signs[0]),
    other: thin ? null : signOf(signs[1]),
    full: item.seats > 0 ? `--full:${Math.min(100, (100 * item.taken) / item.seats)}%` : "",
  };
}

const signOf = (name: IconName | undefined): Sign | null =>
  name ? { name, path: ICONS[name] } : null;

function styleOf({ top, height, lane, lanes }: Placed): string {
  const down = `top:calc(${top}*var(--hour));height:calc(${height}*var(--hour))`;
  if (lanes === 1) return down;
  const share = `(100% - 8px)/${lanes}`;
  return `${down};inset-inline-start:calc(${lane}*${share} + 5px);width:calc(${share} - 2px)`;
}

/** The state a block is drawn in. */
export const stateOf = (item: Item) => (item.kind === "busy" ? "busy" : item.state);
