import { expect, test, vi } from "vitest";

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
import UsagerDialog from "./UsagerDialog.svelte";

async function draw(typed = "") {
  const { session, fixture } = await sessionOn();
  const ondone = vi.fn();
  const onexisting = vi.fn();
  const drawn = render(
    UsagerDialog,
    { fiche: null, typed, onclose: () => {}, ondone, onexisting },
    contextOf(session),
  );
  await settled();
  const field = (label: string) => {
    const found = [...drawn.querySelectorAll("label")].find((one) => text(one).startsWith(label));
    return drawn.querySelector<HTMLInputElement>(`[id="${found?.getAttribute("for")}"]`)!;
  };
  const submit = async () => {
    drawn.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
    await settled();
  };
  return { drawn, fixture, ondone, onexisting, field, submit };
}

test("what was typed in the search becomes a first and a last name", async () => {
  const { field } = await draw("Nadia El Haddad");
  expect(field("Prénom").value).toBe("Nadia");
  expect(field("Nom").value).toBe("El Haddad");
});

test("a known phone is told while typing, and its file can be opened instead", async () => {
  const { drawn, field, onexisting } = await draw();
  type(field("Téléphone"), "06 39 98 41 20");
  await settled();
  expect(text(drawn.querySelector(".notice"))).toContain("Nadia Haddad a le même téléphone.");
  click(button(drawn, "Ouvrir cette fiche"));
  expect(onexisting).toHaveBeenCalledWith("u1", "Nadia Haddad");
});

test("creating all the same accepts the very warnings that were read", async () => {
  const { drawn, field, fixture, submit, ondone } = await draw("Nadia Haddad");
  fixture.warn.set("SaveUsager", [{ code: "same_phone", message: "Même téléphone.", records: [] }]);
  type(field("Téléphone"), "06 39 98 41 20");
  await settled();
  expect(text(drawn.querySelector("footer .primary"))).toBe("Créer quand même");
  await submit();
  const sent = fixture.calls.findLast((call) => call.method === "SaveUsager")!.args[0];
  expect(sent).toMatchObject({
    id: "",
    set: { first_name: "Nadia", last_name: "Haddad", phone: "06 39 98 41 20" },
    accept: ["same_phone"],
  });
  expect(ondone).toHaveBeenCalledOnce();
});

test("a refusal is said in the dialog", async () => {
  const { drawn, fixture, submit, ondone } = await draw();
  fixture.refuse.set("SaveUsager", { code: "invalid", message: "Le nom est obligatoire." });
  await submit();
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Le nom est obligatoire.");
  expect(ondone).not.toHaveBeenCalled();
});
