import { expect, test } from "vitest";

import { button, click, draw, fields, press, settled, submit, text, type } from "../../test/render";
import Accueil from "./Accueil.svelte";

const accueil = (phase: string) =>
  draw(Accueil, (session) => ({ profil: session.profil! }), { phase });

test("three doors, and the demonstration opens at once", async () => {
  const { session, drawn } = await accueil("first_run");
  expect([...drawn.querySelectorAll(".door h2")].map(text)).toEqual([
    "Rejoindre mon serveur 1",
    "Essayer 2",
    "Seul sur ce poste 3",
  ]);
  click(button(drawn, "Ouvrir la démonstration"));
  await settled();
  expect(session.profil?.phase).toBe("ready");
});

test("a wrong password is said beside the form, which keeps what was typed", async () => {
  const { session, fixture, drawn } = await accueil("first_run");
  press(document.body, "1");
  await settled();
  fixture.refuse.set("Join", {
    code: "bad_credentials",
    message: "Adresse ou mot de passe inconnu.",
  });
  const [server, email] = fields(drawn);
  expect(document.activeElement).toBe(server);
  type(server!, "https://rdv.montrelay.example");
  type(email!, "claire.fournier@montrelay.example");
  await submit(drawn);
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Adresse ou mot de passe inconnu.");
  expect(server!.value).toBe("https://rdv.montrelay.example");
  expect(session.profil?.phase).toBe("first_run");
});

test("the profiles of the computer are proposed, and a lost session asks to log in", async () => {
  const { fixture, drawn } = await accueil("choose");
  fixture.refuse.set("OpenProfil", { code: "login", message: "Mot de passe demandé." });
  click(drawn.querySelector(".profils button"));
  await settled();
  expect(fixture.calls.at(-1)?.method).toBe("OpenProfil");
});

test("a locked agenda says why and what is kept, and opens once the server answers", async () => {
  const { session, fixture, drawn } = await accueil("locked");
  expect(text(drawn.querySelector("h1"))).toBe("Agenda verrouillé");
  expect(text(drawn.querySelector(".notice"))).toContain("rien n’est perdu");
  click(button(drawn, "Joindre le serveur"));
  await settled();
  expect(text(drawn.querySelector("[role=alert]"))).toContain("reste verrouillé");
  fixture.options.phase = "ready";
  click(button(drawn, "Joindre le serveur"));
  await settled();
  expect(session.profil?.phase).toBe("ready");
});
