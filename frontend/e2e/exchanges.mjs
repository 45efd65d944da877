// What the exchange with a server brought to the window, walked by keyboard only: À revoir,
// the computers of an agent, the history of an rdv. Part of journeys.mjs.
import assert from "node:assert/strict";

const MOST_TABS = 80;

const plain = (text) => (text ?? "").replaceAll(/\s+/g, " ").trim();
const focused = async (page) =>
  plain(await page.evaluate(() => document.activeElement?.textContent));

/** Presses Tab until what is focused matches a selector, and says what it is. */
async function tabTo(page, selector) {
  for (let times = 0; times < MOST_TABS; times++) {
    if (await page.evaluate((it) => document.activeElement?.matches(it), selector)) {
      return focused(page);
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`« ${selector} » is out of reach of Tab`);
}

/** The same, by the text that one reads. */
export async function tabToText(page, text) {
  for (let times = 0; times < MOST_TABS; times++) {
    if ((await focused(page)).startsWith(text)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`« ${text} » is out of reach of Tab`);
}

/** Opens « Mes postes » from the menu of the bar. */
export async function openPostes(page) {
  await tabTo(page, ".bar .menu > button");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches("[role=menuitem]"));
  for (let times = 0; times < 9 && !(await focused(page)).startsWith("Réglages"); times++) {
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Réglages de la fenêtre" }).waitFor();
  await tabToText(page, "Mes postes…");
  await page.keyboard.press("Enter");
  await page.locator(".postes li").first().waitFor();
}

export const EXCHANGES = {
  "a case of À revoir is decided by keyboard, and undone": async (page) => {
    await page.keyboard.press("r");
    await page.locator(".case").first().waitFor();
    await tabTo(page, "[data-head]");
    const first = await focused(page);
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await focused(page), first);
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(page), first);

    const one = page.locator(".case[data-case=overlap]").first();
    const title = plain(await one.locator(".title").textContent());
    for (let times = 0; times < 20 && (await focused(page)) !== title; times++) {
      await page.keyboard.press("ArrowDown");
    }
    if (!(await one.evaluate((it) => it.classList.contains("open")))) {
      await page.keyboard.press("Enter");
    }
    await one.locator(".decide").waitFor();
    const before = await page.locator(".case").count();
    await page.keyboard.press("2");
    assert.equal(await one.getByRole("radio", { name: /^Garder les deux/ }).isChecked(), true);
    await page.keyboard.press("Enter");
    await page
      .locator("[role=status]")
      .filter({ hasText: /Reste|Rien à revoir/ })
      .waitFor({ state: "attached" });
    assert.equal(await page.locator(".case").count(), before - 1);
    assert.ok(await page.evaluate(() => document.activeElement?.closest("#contenu") !== null));
    await page.keyboard.press("Control+z");
    await page.locator(".toast").waitFor();
  },

  "a computer is renamed and asked about by keyboard": async (page) => {
    await openPostes(page);
    const dialog = page.getByRole("dialog", { name: "Mes postes" });
    await tabToText(page, "Renommer");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => {
      const it = document.activeElement;
      return it?.matches(".postes input") && it.selectionEnd === it.value.length;
    });
    await page.keyboard.type("Poste du hall");
    await page.keyboard.press("Enter");
    await dialog.getByText("Poste du hall", { exact: true }).first().waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent.includes("Renommer"));

    await tabToText(page, "Effacer…");
    await page.keyboard.press("Enter");
    const question = page.getByRole("dialog", { name: /^Effacer «/ });
    await question.waitFor();
    assert.match(await focused(page), /^Annuler/);
    await page.keyboard.press("Escape");
    await question.waitFor({ state: "detached" });
    assert.match(await focused(page), /^Effacer…/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await page.evaluate(() => document.activeElement?.matches(".bar .menu > button")));
  },
};
