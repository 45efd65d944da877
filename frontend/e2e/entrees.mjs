// How one comes in, and what keeps one out, on the real window: the first start where no
// keyring answers, the phrase, the recovery code, a computer that was revoked, a lease about
// to end and ended. Each step is a start of the program: build/scripts/entrees.sh plays them
// in order. All is done by keyboard; each picture is looked at by axe, light and dark.
// Usage: node entrees.mjs STEP
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { browse, violations } from "./browser.mjs";
import { openPostes, tabToText } from "./exchanges.mjs";

const FOLDER =
  process.env.SCREENS ?? fileURLToPath(new URL("../../build/screens", import.meta.url));
const { PERMANENCE_CODE: code, PERMANENCE_PASSWORD: password } = process.env;

const PHRASE = "marmotte bleue sous la pluie";
const NEXT = "hérisson gris au fond du pré";

const { open, close } = await browse();
await mkdir(FOLDER, { recursive: true });
const faults = [];
const page = await open();

/** Takes the picture in both schemes. */
async function look(name) {
  for (const [colorScheme, suffix] of [
    ["dark", "-sombre"],
    ["light", ""],
  ]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(FOLDER, `${name}${suffix}.png`) });
    for (const line of await violations(page)) faults.push(`${name}${suffix}: ${line}`);
  }
}

const heading = (name) => page.getByRole("heading", { name }).first().waitFor({ timeout: 60_000 });
const agenda = () => page.locator(".agenda .col, .listview").first().waitFor({ timeout: 60_000 });
const type = (text) => page.keyboard.type(text);

/** Fills the fields of a form in order, then sends it. */
async function fill(...values) {
  for (const [at, value] of values.entries()) {
    if (at > 0) await page.keyboard.press("Tab");
    await type(value);
  }
  await page.keyboard.press("Enter");
}

const STEPS = {
  /** Nothing on this computer yet, and no keyring. */
  premier: async () => {
    await heading(/^Bonjour/);
    await look("accueil");
    await page.keyboard.press("1");
    await heading("Rejoindre mon serveur");
    await look("rejoindre");
    await tabToText(page, "Retour");
    await page.keyboard.press("Enter");
    await page.keyboard.press("3");
    await heading("Créer mon agenda");
    await look("seul");
    await fill("Mairie de Montrelay", "62", "Claire", "Fournier", "claire.fournier@example.org");
    await heading("Choisir une phrase de passe");
    await look("phrase-choisir");
    await fill(PHRASE);
    await heading("Votre code de secours");
    await look("code-secours");
    await writeFile(code, await page.locator(".secours").textContent());
    await page.keyboard.press("Escape");
    await heading("Votre code de secours");
    await page.keyboard.press("Enter");
    await agenda();
    await look("semaine-seul");
  },

  /** Another day: the phrase, mistyped; then the code, and a new phrase. */
  rouvrir: async () => {
    await heading("Phrase de passe");
    await look("phrase");
    await fill("une autre phrase");
    await page.getByRole("alert").waitFor();
    await look("phrase-fausse");
    await tabToText(page, "J’ai oublié la phrase");
    await page.keyboard.press("Enter");
    await heading("Code de secours");
    await look("phrase-oubliee");
    await fill((await readFile(code, "utf8")).trim(), NEXT);
    await agenda();
  },

  /** A third day: the new phrase opens. */
  encore: async () => {
    await heading("Phrase de passe");
    await fill(NEXT);
    await agenda();
  },

  /** One's own computer revoked from Mes postes: it locks, and the password opens it. */
  revoque: async () => {
    await agenda();
    await openPostes(page);
    await tabToText(page, "Révoquer…");
    await page.keyboard.press("Enter");
    await heading(/^Révoquer «/);
    await look("postes-revoquer");
    await tabToText(page, "Révoquer ce poste");
    await page.keyboard.press("Enter");
    await heading("Agenda verrouillé");
    await look("verrou-revoque");
    await fill(password);
    await agenda();
  },

  /** Some days before the lease ends, and no server. */
  bail: async () => {
    await agenda();
    await page.locator(".lease").waitFor();
    await look("bail");
  },

  /** The lease has ended. */
  verrou: async () => {
    await heading("Agenda verrouillé");
    await look("verrou");
    await tabToText(page, "Joindre le serveur");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor({ timeout: 60_000 });
    await look("verrou-sans-reponse");
  },
};

const [step = ""] = process.argv.slice(2);
assert.ok(STEPS[step], `no step « ${step} » among ${Object.keys(STEPS).join(" ")}`);
try {
  await STEPS[step]();
} catch (error) {
  await page.screenshot({ path: join(FOLDER, `echec-${step}.png`) });
  faults.push(String(error));
}
faults.push(...page.errors);
await close();
console.log(`${faults.length === 0 ? "ok  " : "FAUT"} ${step}`);
for (const line of faults) console.log(`       ${line}`);
process.exit(faults.length === 0 ? 0 : 1);
