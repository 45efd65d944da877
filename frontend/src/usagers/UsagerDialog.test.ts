import { expect, test, vi } from "vitest";

import { button, click, draw, settled, submit, text, type } from "../../test/render";
import UsagerDialog from "./UsagerDialog.svelte";

async function dialog(typed = "") {
  const ondone = vi.fn();
  const onexisting = vi.fn();
  const on = await draw(UsagerDialog, () => ({
    fiche: null,
    typed,
    onclose: () => {},
    ondone,
    onexisting,
  }));
  const field = (label: string) => {
    const found = [...on.drawn.querySelectorAll("label")].find((one) =>
      text(one).startsWith(label),
    );
    return on.drawn.querySelector<HTMLInputElement>(`[id="${found?.getAttribute("for")}"]`)!;
  };
  return { ...on, ondone, onexisting, field };
}

test("what was typed in the search becomes a first and a last name", async () => {
  const { field } = await dialog("Nadia El Haddad");
  expect(field("Prénom").value).toBe("Nadia");
  expect(field("Nom").value).toBe("El Haddad");
});

test("a known phone is told while typing, and its file can be opened instead", async () => {
  const { drawn, field, onexisting } = await dialog();
  type(field("Téléphone"), "06 39 98 41 20");
  await settled();
  expect(text(drawn.querySelector(".notice"))).toContain("Nadia Haddad a le même téléphone.");
  click(button(drawn, "Ouvrir cette fiche"));
  expect(onexisting).toHaveBeenCalledWith("u1", "Nadia Haddad");
});

test("creating all the same accepts the very warnings that were read", async () => {
  const { drawn, field, fixture, ondone } = await dialog("Nadia Haddad");
  fixture.warn.set("SaveUsager", [{ code: "same_phone", message: "Même téléphone.", records: [] }]);
  type(field("Téléphone"), "06 39 98 41 20");
  await settled();
  expect(text(drawn.querySelector("footer .primary"))).toBe("Créer quand même");
  await submit(drawn);
  const sent = fixture.calls.findLast((call) => call.method === "SaveUsager")!.args[0];
  expect(sent).toMatchObject({
    id: "",
    set: { first_name: "Nadia", last_name: "Haddad", phone: "06 39 98 41 20" },
    accept: ["same_phone"],
  });
  expect(ondone).toHaveBeenCalledOnce();
});

test("a refusal is said in the dialog", async () => {
  const { drawn, fixture, ondone } = await dialog();
  fixture.refuse.set("SaveUsager", { code: "invalid", message: "Le nom est obligatoire." });
  await submit(drawn);
  expect(text(drawn.querySelector("[role=alert]"))).toBe("Le nom est obligatoire.");
  expect(ondone).not.toHaveBeenCalled();
});
