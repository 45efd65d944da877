import { expect, test } from "vitest";

import {
  button,
  click,
  contextOf,
  render,
  sessionOn,
  settled,
  text,
  type,
} from "../../test/render";
import PostesDialog from "./PostesDialog.svelte";

async function draw() {
  const { session, fixture } = await sessionOn();
  const drawn = render(PostesDialog, { onclose: () => {} }, contextOf(session));
  await settled();
  return { session, fixture, drawn };
}

const lines = (drawn: HTMLElement) => [...drawn.querySelectorAll(".postes li")].map(text);

test("the computers are listed, this one marked, closed ones without any act", async () => {
  const { drawn } = await draw();
  expect(lines(drawn)[0]).toContain("Accueil Ce poste Dernier contact");
  expect(drawn.querySelectorAll(".postes li")[2]!.querySelector("button")).toBeNull();
  expect(lines(drawn)[2]).toContain("Révoqué");
});

test("one is renamed in its place", async () => {
  const { session, drawn } = await draw();
  click(button(drawn, "Renommer Portable"));
  type(drawn.querySelector<HTMLInputElement>(".postes input")!, "Portable de Claire");
  drawn.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await settled();
  expect(lines(drawn)[1]).toContain("Portable de Claire");
  expect(session.spoken).toBe("Poste renommé.");
});

test("erasing says what it does, and asks first", async () => {
  const { fixture, drawn } = await draw();
  click(button(drawn, "Effacer… Portable"));
  expect(text(drawn.querySelector(".dialog-body"))).toContain(
    "y compris ce qui n’était pas envoyé",
  );
  expect(fixture.calls.some((one) => one.method === "WipePoste")).toBe(false);
  click(button(drawn, "Effacer ce poste"));
  await settled();
  expect(fixture.calls.at(-1)).toEqual({ method: "WipePoste", args: ["", "d2"] });
  expect(lines(drawn)[1]).toContain("Effacement demandé");
});

test("a server that does not answer is said inside", async () => {
  const { session, fixture } = await sessionOn();
  fixture.refuse.set("Postes", { code: "unreachable", message: "Le serveur ne répond pas." });
  const drawn = render(PostesDialog, { onclose: () => {} }, contextOf(session));
  await settled();
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Le serveur ne répond pas.");
});
