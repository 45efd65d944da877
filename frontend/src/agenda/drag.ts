// The pointer's half of the grid: draw a stretch of time, move an rdv, pull its end.
// Each frame does a little arithmetic; the ghost is drawn again only when the snapped
// place changes.
import type { Item, VueAgenda } from "../contract";
import { drawn, follow, hold, samePlace, type Held } from "./held";

const THRESHOLD_PX = 4;
const EDGE_PX = 28;
const SCROLL_PX = 8;
/** height of the end of an rdv that can be pulled */
const END_PX = 6;

interface Host {
  view: () => VueAgenda;
  /** first minute shown, and how many hours are */
  opens: () => number;
  hours: () => number;
  scroller: () => HTMLElement;
  onhold: (held: Held) => void;
  ondrop: () => void;
  ongiveup: () => void;
}

interface Geometry {
  left: number;
  width: number;
  top: number;
  height: number;
}

export class Drag {
  active = false;
  /** true until the click that ends a drag has gone by */
  justDragged = false;

  readonly #host: Host;
  #columns: Geometry[] = [];
  #from = { x: 0, y: 0, scrollX: 0, scrollY: 0 };
  #last = { x: 0, y: 0 };
  #held: Held | null = null;
  #start: (() => Held) | null = null;
  #frame = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  down(event: PointerEvent) {
    if (event.button !== 0 || event.pointerType === "touch" || event.ctrlKey) return;
    const target = event.target as HTMLElement;
    const start = this.#startOf(target, event);
    if (!start) return;
    this.#start = start;
    this.justDragged = false;
    const { scrollLeft, scrollTop } = this.#host.scroller();
    this.#from = { x: event.clientX, y: event.clientY, scrollX: scrollLeft, scrollY: scrollTop };
    this.#last = { x: event.clientX, y: event.clientY };
    this.#listen(true);
  }

  /** What a press here would begin, if it becomes a drag. */
  #startOf(target: HTMLElement, event: PointerEvent): (() => Held) | null {
    const button = target.closest<HTMLElement>(".rdv > button");
    if (button) {
      return this.#grasp(button, event.clientY > button.getBoundingClientRect().bottom - END_PX);
    }
    const slots = target.closest<HTMLElement>(".slots");
    if (!slots || target.closest("button")) return null;
    const column = this.#host.view().columns.findIndex((one) => one.key === slots.dataset.column);
    if (column < 0) return null;
    return () => {
      const anchor = this.#minuteAt(this.#from.y, column);
      return drawn(column, anchor, this.#minuteAt(event.clientY, column), this.#step());
    };
  }

  #grasp(button: HTMLElement, byEnd: boolean): (() => Held) | null {
    const { columns } = this.#host.view();
    const column = columns.findIndex((one) => one.key === button.dataset.column);
    const item = columns[column]?.items.find((one) => one.key === button.dataset.key);
    if (!item) return null;
    const gesture = byEnd && item.can.includes("resize") ? "resize" : "move";
    return item.can.includes(gesture) ? () => hold(gesture, item as Item, column) : null;
  }

  #step = () => this.#host.view().step_min;

  #listen(on: boolean) {
    const act = on ? window.addEventListener : window.removeEventListener;
    act("pointermove", this.#move as EventListener);
    act("pointerup", this.#up);
    act("pointercancel", this.#giveUp);
    act("keydown", this.#key as EventListener, { capture: true });
  }

  #move = (event: PointerEvent) => {
    this.#last = { x: event.clientX, y: event.clientY };
    if (!this.active && !this.#begin()) return;
    event.preventDefault();
    this.#frame ||= requestAnimationFrame(this.#draw);
  };

  #begin(): boolean {
    const far = Math.hypot(this.#last.x - this.#from.x, this.#last.y - this.#from.y);
    if (far < THRESHOLD_PX || !this.#start) return false;
    this.#measure();
    this.#held = this.#start();
    this.active = true;
    this.#host.onhold(this.#held);
    document.getSelection()?.removeAllRanges();
    return true;
  }

  /** Columns in the scrolled content, once per drag. */
  #measure() {
    const slots = this.#host.scroller().querySelectorAll<HTMLElement>(".slots");
    this.#columns = [...slots].map((slot) => ({
      left: slot.offsetLeft,
      width: slot.offsetWidth,
      top: slot.offsetTop,
      height: slot.offsetHeight,
    }));
  }

  #draw = () => {
    this.#frame = 0;
    if (!this.active || !this.#held) return;
    const next = this.#followed(this.#held);
    if (!samePlace(next, this.#held)) {
      this.#held = next;
      this.#host.onhold(next);
    }
    if (this.#scrollAtEdge()) this.#frame = requestAnimationFrame(this.#draw);
  };

  #followed(held: Held): Held {
    if (held.gesture === "create") {
      const anchor = this.#minuteAt(
        this.#from.y + this.#from.scrollY - this.#scroll().y,
        held.column,
      );
      return drawn(held.column, anchor, this.#minuteAt(this.#last.y, held.column), this.#step());
    }
    const by =
      this.#minuteAt(this.#last.y, held.column) -
      this.#minuteAt(this.#from.y + this.#from.scrollY - this.#scroll().y, held.column);
    return follow(held, this.#columnAt(this.#last.x), by, this.#step());
  }

  #scroll() {
    const { scrollLeft, scrollTop } = this.#host.scroller();
    return { x: scrollLeft, y: scrollTop };
  }

  #columnAt(x: number): number {
    const inside = x - this.#host.scroller().getBoundingClientRect().left + this.#scroll().x;
    const at = this.#columns.findIndex(({ left, width }) => inside < left + width);
    return at < 0 ? this.#columns.length - 1 : at;
  }

  #minuteAt(y: number, column: number): number {
    const geometry = this.#columns[column];
    if (!geometry) return 0;
    const inside = y - this.#host.scroller().getBoundingClientRect().top + this.#scroll().y;
    return (
      this.#host.opens() + ((inside - geometry.top) / geometry.height) * this.#host.hours() * 60
    );
  }

  #scrollAtEdge(): boolean {
    const scroller = this.#host.scroller();
    const box = scroller.getBoundingClientRect();
    const before = this.#scroll();
    const by = (at: number, low: number, high: number) =>
      at < low + EDGE_PX ? -SCROLL_PX : at > high - EDGE_PX ? SCROLL_PX : 0;
    scroller.scrollBy(by(this.#last.x, box.left, box.right), by(this.#last.y, box.top, box.bottom));
    const after = this.#scroll();
    return after.x !== before.x || after.y !== before.y;
  }

  #up = () => {
    const dragged = this.active;
    this.#end();
    if (!dragged) return;
    this.justDragged = true;
    setTimeout(() => (this.justDragged = false));
    this.#host.ondrop();
  };

  #giveUp = () => {
    const dragged = this.active;
    this.#end();
    if (dragged) this.#host.ongiveup();
  };

  #key = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#giveUp();
  };

  #end() {
    this.#listen(false);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.active = false;
    this.#held = null;
    this.#start = null;
  }
}
