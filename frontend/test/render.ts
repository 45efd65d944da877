// Mounts a component in a page of its own, with a session on a fixture.
import { type Component, flushSync, mount, tick, unmount } from "svelte";
import { afterEach } from "vitest";

import { contextOf, Session } from "../src/session.svelte";
import { Fixture, type Options } from "./fixture";

const mounted: Record<string, unknown>[] = [];

afterEach(async () => {
  for (const component of mounted.splice(0)) await unmount(component);
  document.body.replaceChildren();
});

/** A session that has read what an open profile needs. */
export async function sessionOn(options: Options = {}) {
  const fixture = new Fixture(options);
  const session = new Session(fixture.backend());
  await session.start();
  return { fixture, session };
}

/** Draws a component with its context; the result is where it was drawn. */
export function render<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
  context: Map<unknown, unknown>,
): HTMLElement {
  const target = document.body.appendChild(document.createElement("div"));
  mounted.push(mount(component, { target, props, context }));
  flushSync();
  return target;
}

/** Draws a component on a session of its own, and waits until it stands. */
export async function draw<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: (session: Session) => Props,
  options: Options = {},
) {
  const { fixture, session } = await sessionOn(options);
  const drawn = render(component, props(session), contextOf(session));
  await settled();
  return { fixture, session, drawn };
}

export { contextOf };

/** Waits until what was asked has been answered and drawn. */
export async function settled() {
  for (let turn = 0; turn < 8; turn++) {
    await Promise.resolve();
    await tick();
    flushSync();
  }
}

export function press(target: Element, key: string, more: KeyboardEventInit = {}) {
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }),
  );
  flushSync();
}

export function release(target: Element, key: string) {
  target.dispatchEvent(new KeyboardEvent("keyup", { key, bubbles: true, cancelable: true }));
  flushSync();
}

/** Types into a field as a person would: the value, then its event. */
export function type(field: HTMLInputElement | HTMLTextAreaElement, value: string) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  flushSync();
}

/** Sends the form that is there, as its button or Enter would. */
export async function submit(of: Element) {
  of.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await settled();
}

/** The fields of the form that is there, in order. */
export const fields = (of: Element) => [...of.querySelectorAll<HTMLInputElement>("form .input")];

export function click(target: Element | null | undefined) {
  if (!(target instanceof HTMLElement)) throw new Error("nothing to click on");
  target.click();
  flushSync();
}

/** What is read, its narrow spaces as ordinary ones. */
export const text = (of: Element | null | undefined) =>
  (of?.textContent ?? "").replaceAll(/[\s\u00a0\u202f]+/g, " ").trim();

/** The button so named, by its visible text or its label. */
export function button(of: ParentNode, name: string): HTMLButtonElement {
  const all = [...of.querySelectorAll("button")];
  const found = all.find((one) => text(one).startsWith(name));
  if (!found) throw new Error(`no button « ${name} » among ${all.map(text).join(" | ")}`);
  return found;
}
