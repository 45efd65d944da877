// Walks the window as an agent would, by keyboard and by pointer. With PERMANENCE_WINDOW
// set, on the real one (a fresh demonstration profile); else on the fixture. Each
// journey stands alone; exit code 1 when one fails.
import assert from "node:assert/strict";

import { browse, enterDemonstration } from "./browser.mjs";
import { EXCHANGES } from "./exchanges.mjs";

const { open, close, real } = await browse();

const spoken = (page) => page.locator("p[role=status].vh").textContent();
const focusedText = (page) => page.evaluate(() => document.activeElement?.dataset.key ?? "");
const plain = (text) => text.replaceAll(/[\u202f\u00a0\s]+/g, " ");

async function ready(options) {
  const page = await open(options);
  await page.evaluate(helpers);
  if (real) {
    await enterDemonstration(page);
    await page.getByRole("button", { name: "Semaine", exact: true }).click();
  }
  await page.locator(".agenda .rdv").first().waitFor();
  return page;
}

/** A coming rdv of the week that can be moved and waits for no decision, and where it stands. */
async function coming(page) {
  const button = page
    .locator(".rdv[data-status=coming]:not(.thin):not([data-conflict]) > button")
    .first();
  await button.scrollIntoViewIfNeeded();
  const [id, column] = await button.evaluate((it) => [it.dataset.id, it.dataset.column]);
  return { id, column, button: page.locator(`.rdv > button[data-id="${id}"]`) };
}

/** Hours from the top of the grid, and length in hours, of what stands there. */
const topOf = (button) => button.evaluate((it) => window.hoursOf(it, "top"));
const heightOf = (button) => button.evaluate((it) => window.hoursOf(it, "height"));

/** Put in every page: reads « calc(1.5*var(--hour)) ». */
const helpers = () => {
  window.hoursOf = (it, side) =>
    parseFloat(it?.parentElement?.style[side].replace("calc(", "") ?? "");
};

/** Answers « continue » when the move met warnings. */
async function accept(page) {
  const goOn = page.getByRole("button", { name: "Continuer quand même" });
  await Promise.race([
    goOn.waitFor({ timeout: 3000 }),
    page.locator(".toast").waitFor({ timeout: 3000 }),
  ]);
  if (await goOn.isVisible()) await goOn.click();
  await page.locator(".toast.ok").waitFor();
}

const JOURNEYS = {
  "the grid is one tab stop and arrows travel": async (page) => {
    const stops = await page.locator(".agenda [tabindex='0']").count();
    assert.equal(stops, 1);
    await page.locator(".agenda [tabindex='0']").focus();
    const before = await focusedText(page);
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await focusedText(page), before);
    await page.keyboard.press("ArrowUp");
    assert.equal(await focusedText(page), before);
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await focusedText(page), before);
    assert.equal(await page.locator(".agenda [tabindex='0']").count(), 1);
  },

  "the name of an rdv begins with what is seen, and tells the day": async (page) => {
    const { button } = await coming(page);
    const title = await button.locator("b").first().textContent();
    const name = plain(await button.getAttribute("aria-label"));
    assert.ok(name.trim().startsWith(plain(title)), name);
    assert.match(name, /(lundi|mardi|mercredi|jeudi|vendredi|samedi) \d/);
  },

  "Alt and arrows move an rdv, focus stays on it, Ctrl+Z brings it back": async (page) => {
    const { id, button } = await coming(page);
    const before = await topOf(button);
    await button.focus();
    await page.keyboard.down("Alt");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.match(await spoken(page), /Relâchez Alt/);
    await page.locator(".ghost").waitFor();
    await page.keyboard.up("Alt");
    await accept(page);
    await page.waitForFunction(
      ([id, was]) => {
        const it = document.querySelector(`.rdv > button[data-id="${id}"]`);
        return window.hoursOf(it, "top") > was;
      },
      [id, before],
    );
    await page.waitForFunction((one) => document.activeElement?.dataset.id === one, id);
    await page.keyboard.press("Control+z");
    await page.waitForFunction(
      ([id, was]) => {
        const it = document.querySelector(`.rdv > button[data-id="${id}"]`);
        return window.hoursOf(it, "top") === was;
      },
      [id, before],
    );
  },

  "Alt and a sideways arrow changes the day, and focus follows": async (page) => {
    const { id, column, button } = await coming(page);
    await button.focus();
    await page.keyboard.down("Alt");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.up("Alt");
    await accept(page);
    await page.waitForFunction(
      ([one, was]) =>
        document.querySelector(`.rdv > button[data-id="${one}"]`)?.dataset.column !== was,
      [id, column],
    );
    await page.waitForFunction((one) => document.activeElement?.dataset.id === one, id);
  },

  "Escape gives up a move and nothing is sent": async (page) => {
    const { button } = await coming(page);
    const before = await topOf(button);
    await button.focus();
    await page.keyboard.down("Alt");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    await page.keyboard.up("Alt");
    assert.match(await spoken(page), /abandonné/);
    assert.equal(await page.locator(".ghost").count(), 0);
    assert.equal(await topOf(button), before);
    assert.equal(await page.locator(".toast").count(), 0);
  },

  "Alt, Shift and arrows change the length": async (page) => {
    const { id, button } = await coming(page);
    const before = await heightOf(button);
    await button.focus();
    await page.keyboard.down("Alt");
    await page.keyboard.down("Shift");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.up("Shift");
    await page.keyboard.up("Alt");
    await accept(page);
    await page.waitForFunction(
      ([id, was]) => {
        const it = document.querySelector(`.rdv > button[data-id="${id}"]`);
        return window.hoursOf(it, "height") > was;
      },
      [id, before],
    );
  },

  "dragging moves an rdv": async (page) => {
    const { id, button } = await coming(page);
    const before = await topOf(button);
    const box = await button.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 3 });
    await page.mouse.move(box.x + box.width / 2, box.y + 8 + 64, { steps: 8 });
    await page.locator(".ghost").waitFor();
    await page.mouse.up();
    await accept(page);
    await page.waitForFunction(
      ([id, was]) => {
        const it = document.querySelector(`.rdv > button[data-id="${id}"]`);
        return Math.abs(window.hoursOf(it, "top") - was - 1) < 0.01;
      },
      [id, before],
    );
    assert.equal(await page.locator(".panel").count(), 0, "a drag opened the detail");
  },

  "dragging the end changes the length": async (page) => {
    const { id, button } = await coming(page);
    const before = await heightOf(button);
    const box = await button.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 3);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height + 29, { steps: 8 });
    await page.mouse.up();
    await accept(page);
    await page.waitForFunction(
      ([id, was]) => {
        const it = document.querySelector(`.rdv > button[data-id="${id}"]`);
        return window.hoursOf(it, "height") > was;
      },
      [id, before],
    );
  },

  "drawing on free time opens a new rdv there": async (page) => {
    const slots = page.locator(".slots").last();
    const box = await slots.boundingBox();
    const y = box.y + box.height - 60;
    await page.mouse.move(box.x + box.width - 20, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 20, y + 20, { steps: 4 });
    await page.mouse.move(box.x + box.width - 20, y + 40, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("dialog", { name: "Nouveau rendez-vous" }).waitFor();
    const minutes = await page.getByLabel("Durée (minutes)").inputValue();
    assert.ok(Number(minutes) >= 30, minutes);
  },

  "the detail opens by Enter and closes by Escape": async (page) => {
    const { button } = await coming(page);
    await button.focus();
    await page.keyboard.press("Enter");
    await page.locator(".panel").waitFor();
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    await page.keyboard.press("Escape");
    await page.locator(".panel").waitFor({ state: "detached" });
  },

  "an rdv is moved without dragging, by the dialog": async (page) => {
    const { button } = await coming(page);
    await button.focus();
    await page.keyboard.press("d");
    const dialog = page.getByRole("dialog", { name: "Déplacer le rendez-vous" });
    await dialog.waitFor();
    await dialog.getByLabel("Heure").fill("17:00");
    await dialog.getByRole("button", { name: "Déplacer", exact: true }).click();
    await accept(page);
    await dialog.waitFor({ state: "detached" });
  },

  "an rdv is cancelled, said so, and brought back": async (page) => {
    const { id, button } = await coming(page);
    await button.focus();
    await page.keyboard.press("x");
    await page.getByRole("dialog").getByRole("button", { name: "Annuler le rendez-vous" }).click();
    await page.locator(`.rdv[data-status=revoked] > button[data-id="${id}"]`).waitFor();
    await page.getByRole("button", { name: "Annuler le geste" }).click();
    await page.locator(`.rdv[data-status=coming] > button[data-id="${id}"]`).waitFor();
  },

  "the list has the same things and the same actions": async (page) => {
    const { button } = await coming(page);
    const title = (await button.locator("b").first().textContent()).trim();
    await page.getByRole("button", { name: "Liste" }).click();
    const row = page.getByRole("row").filter({ hasText: title }).first();
    await row.getByRole("button", { name: "Ouvrir" }).click();
    await page.locator(".panel").waitFor();
    assert.ok(await page.locator(".acts").getByRole("button", { name: "Déplacer" }).isVisible());
  },

  "a slot is found and booked by keyboard": async (page) => {
    await page.keyboard.press("t");
    await page.locator("[data-slot]").first().waitFor();
    assert.equal(await page.locator("[data-slot][tabindex='0']").count(), 1);
    await page.locator("[data-slot][tabindex='0']").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Nouveau rendez-vous" });
    await dialog.waitFor();
    const box = dialog.getByRole("combobox", { name: "Usagers" });
    await box.fill(real ? "a" : "had");
    await page.locator(".picker .options li").first().waitFor();
    await page.keyboard.press("Enter");
    await dialog.locator(".chosen .chip").waitFor();
    await dialog.getByRole("button", { name: /Prendre/ }).click();
    await accept(page);
    await page.locator(".panel").waitFor();
  },

  "a person is found while typing": async (page) => {
    await page.keyboard.press("u");
    const box = page.getByRole("searchbox", { name: "Chercher une personne" });
    await box.fill(real ? "mar" : "had");
    await page.locator(".people mark").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".sheet h1").waitFor();
  },

  "single letters can be turned off": async (page) => {
    await page.keyboard.press("F1");
    await page.getByRole("button", { name: "Désactiver les touches d’une lettre" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Fermer" }).last().click();
    await page.keyboard.press("t");
    await page.waitForTimeout(200);
    assert.ok(await page.locator(".agenda").isVisible());
    await page.keyboard.press("F1");
    await page.getByRole("button", { name: "Activer les touches d’une lettre" }).click();
  },

  "the state of the exchange is in words": async (page) => {
    const text = plain(await page.locator(".pill").textContent());
    assert.match(text, /À jour|en attente|Hors ligne|Sur ce poste|Échange/);
    await page.locator(".pill").click();
    await page.getByRole("heading", { name: "Échange avec le serveur" }).waitFor();
  },
};

Object.assign(JOURNEYS, EXCHANGES);

if (!real) {
  JOURNEYS["warnings are asked about before a move, and may be given up"] = async (page) => {
    await page.evaluate(() =>
      window.fixture.warn.set("MoveRdv", [
        { code: "overlap", message: "Claire Fournier a déjà un rendez-vous.", records: [] },
      ]),
    );
    const { button } = await coming(page);
    const before = await topOf(button);
    await button.focus();
    await page.keyboard.press("Alt+ArrowDown");
    const dialog = page.getByRole("dialog", { name: "À savoir avant de continuer" });
    await dialog.waitFor();
    await dialog.getByRole("button", { name: "Revenir" }).click();
    assert.equal(await topOf(button), before);
    await page.waitForFunction((it) => it === document.activeElement, await button.elementHandle());
    await page.keyboard.press("Alt+ArrowDown");
    await dialog.getByRole("button", { name: "Continuer quand même" }).click();
    await page.locator(".toast.ok").waitFor();
    const accepted = await page.evaluate(
      () => window.fixture.calls.filter((call) => call.method === "MoveRdv").at(-1).args[0].accept,
    );
    assert.deepEqual(accepted, ["overlap"]);
  };
  JOURNEYS["a refusal is said and changes nothing"] = async (page) => {
    await page.evaluate(() =>
      window.fixture.refuse.set("MoveRdv", {
        code: "stale",
        message: "Ce rendez-vous vient de changer.",
      }),
    );
    const { button } = await coming(page);
    const before = await topOf(button);
    await button.focus();
    await page.keyboard.press("Alt+ArrowDown");
    await page.locator(".toast.danger").waitFor();
    assert.match(await spoken(page), /vient de changer/);
    assert.equal(await topOf(button), before);
  };
}

const wanted = process.argv.slice(2).join(" ");
let passed = 0;
let failed = 0;
for (const [name, walk] of Object.entries(JOURNEYS)) {
  if (wanted && !name.includes(wanted)) continue;
  const page = await ready({});
  try {
    await walk(page);
    assert.deepEqual(page.errors, []);
    passed++;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n     ${String(error).split("\n").slice(0, 6).join("\n     ")}`);
    if (process.env.SCREENS)
      await page.screenshot({ path: `${process.env.SCREENS}/echec-${failed}.png` });
  }
  await page.context().close();
}
await close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
