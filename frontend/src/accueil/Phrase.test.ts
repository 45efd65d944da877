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
import SecoursDialog from "../frame/SecoursDialog.svelte";
import Accueil from "./Accueil.svelte";

async function draw(phase: string) {
  const { session, fixture } = await sessionOn({ phase });
  const drawn = render(Accueil, { profil: session.profil! }, contextOf(session));
  await settled();
  return { session, fixture, drawn };
}

const fields = (drawn: Element) => [...drawn.querySelectorAll<HTMLInputElement>("form .input")];

function submit(drawn: Element) {
  drawn.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  return settled();
}

test("without a keyring the demonstration asks for a phrase, then opens", async () => {
  const { session, fixture, drawn } = await draw("first_run");
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
  const { session, fixture, drawn } = await draw("phrase");
  fixture.refuse.set("Unlock", { code: "bad_phrase", message: "Cette phrase n’ouvre pas." });
  type(fields(drawn)[0]!, "autre chose");
  await submit(drawn);
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Cette phrase n’ouvre pas.");
  fixture.refuse.delete("Unlock");
  await submit(drawn);
  expect(session.profil?.phase).toBe("ready");
});

test("the recovery code opens a profile whose phrase is forgotten", async () => {
  const { session, fixture, drawn } = await draw("phrase");
  click(button(drawn, "J’ai oublié la phrase…"));
  await settled();
  const [code, phrase] = fields(drawn);
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
  const { session, fixture, drawn } = await draw("choose");
  fixture.refuse.set("OpenProfil", { code: "key_lost", message: "La clé manque." });
  click(drawn.querySelector(".profils button"));
  await settled();
  expect(session.profil?.phase).toBe("phrase");
  expect(session.profil?.profil?.id).toBe("p1");
});

test("the code of a new profile is shown until it is noted", async () => {
  const { session } = await sessionOn({ phase: "ready", recoveryCode: "AAAA-BBBB" });
  const drawn = render(SecoursDialog, {}, contextOf(session));
  await settled();
  session.profil = { ...session.profil!, recovery_code: "" };
  await settled();
  expect(text(drawn.querySelector(".secours"))).toBe("AAAA-BBBB");
  click(button(drawn, "C’est noté"));
  await settled();
  expect(drawn.querySelector(".secours")).toBeNull();
});
