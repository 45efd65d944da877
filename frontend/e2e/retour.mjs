// À revoir after three weeks without the network, on the real window and the real
// conflicts that build/scripts/retour.mjs left: each case is opened, looked at by axe and
// pictured in light and dark; one is decided by keyboard, undone, and decided again.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { browse, violations } from "./browser.mjs";

const FOLDER =
  process.env.SCREENS ?? fileURLToPath(new URL("../../build/screens", import.meta.url));

const { open, close } = await browse();
await mkdir(FOLDER, { recursive: true });
const faults = [];

async function toReview(colorScheme) {
  const page = await open({}, { colorScheme });
  await page.locator(".agenda .col, .listview").first().waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: /^À revoir/ }).click();
  await page.locator(".case").first().waitFor();
  return page;
}

async function look(page, name) {
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  for (const line of [...(await violations(page)), ...page.errors]) faults.push(`${name}: ${line}`);
}

for (const [scheme, suffix] of [
  ["light", ""],
  ["dark", "-sombre"],
]) {
  const page = await toReview(scheme);
  await look(page, `a-revoir-retour${suffix}`);
  const codes = await page
    .locator(".case")
    .evaluateAll((all) => [...new Set(all.map((one) => one.dataset.case))]);
  for (const code of codes) {
    const one = page.locator(`.case[data-case=${code}]`).first();
    if (!(await one.evaluate((it) => it.classList.contains("open")))) {
      await one.locator("[data-head]").click();
    }
    await one.scrollIntoViewIfNeeded();
    await look(page, `a-revoir-${code}${suffix}`);
  }
  await page.context().close();
}

const page = await toReview("light");
const moved = page.locator(".case[data-case=moved]");
const cases = () => page.locator(".case").count();
const before = await cases();
await moved.locator("[data-head]").focus();
await page.keyboard.press("Enter");
await moved.locator(".decide").waitFor();
await page.keyboard.press("2");
await page.keyboard.press("Enter");
await moved.waitFor({ state: "detached" });
assert.equal(await cases(), before - 1, "decided, the case is gone");
await page.locator("[role=status]").filter({ hasText: /Reste/ }).waitFor({ state: "attached" });
await page.keyboard.press("Control+z");
await moved.waitFor();
assert.equal(await cases(), before, "undone, the case is back");
await moved.locator("[data-head]").focus();
await page.keyboard.press("Enter");
await moved.locator(".decide").waitFor();
await page.keyboard.press("1");
await page.keyboard.press("Enter");
await moved.waitFor({ state: "detached" });
await page.getByRole("button", { name: "Déjà réglées" }).click();
await page.locator(".closed li").first().waitFor();
await look(page, "a-revoir-reglees");

// The history of an rdv that two people changed.
await page.getByRole("button", { name: "Tout", exact: false }).first().click();
const open2 = page.locator(".case[data-case=overlap]").first();
if (!(await open2.evaluate((it) => it.classList.contains("open")))) {
  await open2.locator("[data-head]").click();
}
await open2.getByRole("button", { name: "Voir dans l’agenda" }).click();
await page.locator(".panel .history li").first().waitFor();
await page.locator(".panel .history").scrollIntoViewIfNeeded();
await look(page, "historique");

await close();
for (const line of faults) console.log(line);
console.log(`${before} cases, ${faults.length} fault(s), pictures in ${FOLDER}`);
process.exit(faults.length === 0 ? 0 : 1);
