import { expect, test } from "vitest";

import { button, click, draw, settled, submit, text, type } from "../../test/render";
import PostesDialog from "./PostesDialog.svelte";

const postes = () => draw(PostesDialog, () => ({ onclose: () => {} }));

const lines = (drawn: HTMLElement) => [...drawn.querySelectorAll(".postes li")].map(text);

test("the computers are listed, this one marked, closed ones without any act", async () => {
  const { drawn } = await postes();
  expect(lines(drawn)[0]).toContain("Accueil Ce poste Dernier contact");
  expect(drawn.querySelectorAll(".postes li")[2]!.querySelector("button")).toBeNull();
  expect(lines(drawn)[2]).toContain("Révoqué");
});

test("one is renamed in its place", async () => {
  const { session, drawn } = await postes();
  click(button(drawn, "Renommer Portable"));
  const field = drawn.querySelector<HTMLInputElement>(".postes input")!;
  expect(document.activeElement).toBe(field);
  type(field, "Portable de Claire");
  await submit(drawn);
  expect(lines(drawn)[1]).toContain("Portable de Claire");
  expect(document.activeElement).toBe(button(drawn, "Renommer Portable de Claire"));
  expect(session.spoken).toBe("Poste renommé.");
});

test("erasing says what it does, and asks first", async () => {
  const { fixture, drawn } = await postes();
  click(button(drawn, "Effacer… Portable"));
  const question = drawn.querySelectorAll("dialog")[1]!;
  expect(text(question)).toContain("y compris ce qui n’était pas envoyé");
  expect(fixture.calls.some((one) => one.method === "WipePoste")).toBe(false);
  click(button(question, "Effacer ce poste"));
  await settled();
  expect(fixture.calls.at(-1)).toEqual({ method: "WipePoste", args: ["", "d2"] });
  expect(lines(drawn)[1]).toContain("Effacement demandé");
  expect(document.activeElement).toBe(drawn.querySelector(".postes"));
});

test("a server that does not answer is said where one was asking", async () => {
  const { fixture, drawn } = await postes();
  const silent = { code: "unreachable", message: "Le serveur ne répond pas." };
  const alerts = () =>
    [...drawn.querySelectorAll("dialog")].map((one) => text(one.querySelector("[role=alert]")));
  fixture.refuse.set("RevokePoste", silent);
  click(button(drawn, "Révoquer… Portable"));
  click(button(drawn.querySelectorAll("dialog")[1]!, "Révoquer ce poste"));
  await settled();
  expect(alerts()).toEqual(["", silent.message]);
  click(button(drawn.querySelectorAll("dialog")[1]!, "Annuler"));
  fixture.refuse.set("RenamePoste", silent);
  click(button(drawn, "Renommer Portable"));
  await submit(drawn);
  expect(alerts()).toEqual([silent.message]);
});
