import { expect, test } from "vitest";

import { button, click, draw, fields, settled, submit, text, type } from "../../test/render";
import SecoursDialog from "../frame/SecoursDialog.svelte";
import Accueil from "./Accueil.svelte";

const accueil = (phase: string) =>
  draw(Accueil, (session) => ({ profil: session.profil! }), { phase });

test("without a keyring the demonstration asks for a phrase, then opens", async () => {
  const { session, fixture, drawn } = await accueil("first_run");
  fixture.refuse.set("StartDemonstration", { code: "new_phrase", message: "Aucun trousseau." });
  click(button(drawn, "Ouvrir la démonstration"));
  await settled();
  expect(text(drawn.querySelector("h1"))).toBe("Choisir une phrase de passe");
  fixture.refuse.delete("StartDemonstration");
  type(fields(drawn)[0]!, "marmotte bleue sous la pluie");
  await submit(drawn);
  expect(fixture.calls.filter((one) => one.method === "Unlock").at(-1)?.args).toEqual([
    "",
    "marmotte bleue sous la pluie",
  ]);
  expect(session.profil?.phase).toBe("ready");
});

test("a phrase opens the profile, and a wrong one is said", async () => {
  const { session, fixture, drawn } = await accueil("phrase");
  fixture.refuse.set("Unlock", { code: "bad_phrase", message: "Cette phrase n’ouvre pas." });
  type(fields(drawn)[0]!, "autre chose");
  await submit(drawn);
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Cette phrase n’ouvre pas.");
  fixture.refuse.delete("Unlock");
  await submit(drawn);
  expect(session.profil?.phase).toBe("ready");
});

test("the recovery code opens a profile whose phrase is forgotten", async () => {
  const { session, fixture, drawn } = await accueil("phrase");
  fixture.refuse.set("Unlock", { code: "bad_phrase", message: "Cette phrase n’ouvre pas." });
  type(fields(drawn)[0]!, "autre chose");
  await submit(drawn);
  click(button(drawn, "J’ai oublié la phrase…"));
  await settled();
  const [code, phrase] = fields(drawn);
  expect(document.activeElement).toBe(code);
  expect(phrase!.value, "the wrong phrase is not the new one").toBe("");
  expect(drawn.querySelector("[role=alert]")).toBeNull();
  type(code!, "0000-1111");
  type(phrase!, "une phrase neuve");
  await submit(drawn);
  expect(fixture.calls.filter((one) => one.method === "Recover").at(-1)?.args).toEqual([
    "p1",
    "0000-1111",
    "une phrase neuve",
  ]);
  expect(session.profil?.phase).toBe("ready");
});

test("a lost key asks for the code at once", async () => {
  const { session, fixture, drawn } = await accueil("choose");
  fixture.refuse.set("OpenProfil", { code: "key_lost", message: "La clé manque." });
  click(drawn.querySelector(".profils button"));
  await settled();
  expect(session.profil?.phase).toBe("phrase");
  expect(session.profil?.profil?.id).toBe("p1");
});

test("the code of a new profile is shown until it is noted", async () => {
  const { session, drawn } = await draw(SecoursDialog, () => ({}), { recoveryCode: "AAAA-BBBB" });
  session.profil = { ...session.profil!, recovery_code: "" };
  await settled();
  expect(text(drawn.querySelector(".secours"))).toBe("AAAA-BBBB");
  drawn.querySelector("dialog")!.dispatchEvent(new Event("cancel", { cancelable: true }));
  await settled();
  expect(text(drawn.querySelector(".secours")), "Escape does not take it away").toBe("AAAA-BBBB");
  click(button(drawn, "C’est noté"));
  await settled();
  expect(drawn.querySelector(".secours")).toBeNull();
});
