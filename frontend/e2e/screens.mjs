// Takes a picture of every screen and runs axe on each. Pictures go to SCREENS (a folder,
// build/screens when unset); exit code 1 when axe finds something or a page fails.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { browse, enterDemonstration, violations } from "./browser.mjs";

const FOLDER =
  process.env.SCREENS ?? fileURLToPath(new URL("../../build/screens", import.meta.url));

const offline = { state: "offline", pending: 3, offline_from: "10:42" };
const pending = { state: "pending", pending: 3 };

const button = (page, name) => page.getByRole("button", { name });

/** The computers on which the agenda is kept. */
async function toPostes(page) {
  await toAgenda(page);
  await page.locator(".bar .menu > button").click();
  await page.getByRole("menuitem", { name: "Réglages" }).click();
  await button(page, "Mes postes…").click();
  await page.locator(".postes li").first().waitFor();
}

/** The history of an rdv, whole. */
async function toHistory(page) {
  await toAgenda(page);
  await openFirst(page);
  await page.locator(".panel .history li").first().waitFor();
  await page.locator(".panel .history").scrollIntoViewIfNeeded();
}

const toReview = async (page) => {
  await toAgenda(page);
  await page.keyboard.press("r");
  await page.locator(".case, .card.blank").first().waitFor();
};

/** The week of one agent, whatever view the window remembers. */
async function toAgenda(page) {
  await page.locator(".agenda .col, .listview").first().waitFor();
  await page.getByRole("button", { name: "Semaine", exact: true }).click();
  await page.locator(".agenda .col").nth(4).waitFor();
}

async function openFirst(page) {
  const coming = page.locator(":is([data-status=waiting], [data-status=coming]) > button");
  const rdv = coming.first();
  await rdv.focus();
  await page.keyboard.press("Enter");
  await page.locator(".panel h2").waitFor();
}

const SCREENS = [
  {
    name: "accueil",
    fixture: { phase: "first_run" },
    phase: "first_run",
    steps: async (page) => page.getByRole("heading", { level: 1 }).waitFor(),
  },
  {
    name: "rejoindre",
    fixture: { phase: "first_run" },
    phase: "first_run",
    steps: async (page) => button(page, "Rejoindre").click(),
  },
  {
    name: "seul",
    fixture: { phase: "first_run" },
    phase: "first_run",
    steps: async (page) => button(page, "Créer mon agenda").click(),
  },
  {
    name: "profils",
    fixture: { phase: "choose" },
    phase: "choose",
    steps: async (page) => page.locator(".profils").waitFor(),
  },
  {
    name: "connexion",
    fixture: { phase: "login" },
    phase: "login",
    steps: async (page) => button(page, "Se connecter").waitFor(),
  },
  {
    name: "phrase",
    fixture: { phase: "phrase" },
    phase: "phrase",
    steps: async (page) => button(page, "Ouvrir").waitFor(),
  },
  {
    name: "phrase-oubliee",
    fixture: { phase: "phrase" },
    phase: "phrase",
    steps: async (page) => {
      await button(page, "J’ai oublié la phrase…").click();
      await page.getByRole("heading", { name: "Code de secours" }).waitFor();
    },
  },
  {
    name: "verrou",
    fixture: { phase: "locked" },
    phase: "locked",
    steps: async (page) => button(page, "Joindre le serveur").waitFor(),
  },
  {
    name: "semaine",
    fixture: { sync: offline },
    steps: async (page) => {
      await toAgenda(page);
      await openFirst(page);
    },
  },
  {
    name: "semaine-sombre",
    fixture: { sync: offline },
    colorScheme: "dark",
    steps: async (page) => {
      await toAgenda(page);
      await openFirst(page);
    },
  },
  {
    name: "semaine-contraste",
    fixture: { preferences: { theme: "contrast" } },
    only: "fixture",
    steps: async (page) => {
      await toAgenda(page);
      await openFirst(page);
    },
  },
  {
    name: "semaine-aeree-opendyslexic",
    fixture: { preferences: { density: "airy", font: "opendyslexic" } },
    only: "fixture",
    steps: toAgenda,
  },
  {
    name: "semaine-serree-atkinson",
    fixture: { preferences: { density: "compact", font: "atkinson" } },
    only: "fixture",
    steps: toAgenda,
  },
  {
    name: "equipe",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      for (const box of await page.locator(".rail section").first().getByRole("checkbox").all()) {
        await box.check();
      }
      await page.locator(".agenda.team").waitFor();
    },
  },
  {
    name: "liste",
    fixture: { sync: pending },
    steps: async (page) => {
      await toAgenda(page);
      await page.getByRole("button", { name: "Liste" }).click();
      await page.locator(".listview table").first().waitFor();
    },
  },
  {
    name: "trouver",
    fixture: { sync: pending },
    steps: async (page) => {
      await toAgenda(page);
      await button(page, "Trouver un rendez-vous").click();
      await page.locator(".lieu").first().waitFor();
    },
  },
  {
    name: "reserver",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await button(page, "Trouver un rendez-vous").click();
      await page.locator("[data-slot]").first().click();
      await page.getByRole("combobox", { name: "Usagers" }).fill("had");
      await page.locator(".picker .options li").first().waitFor();
    },
  },
  {
    name: "usager",
    fixture: { sync: pending },
    steps: async (page) => {
      await toAgenda(page);
      await page.getByRole("button", { name: "Usagers", exact: true }).click();
      await page.getByRole("searchbox", { name: "Chercher une personne" }).fill("had");
      await page.locator(".people button").first().click();
      await page.locator(".sheet h1").waitFor();
    },
  },
  {
    name: "nouvelle-fiche",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await page.getByRole("button", { name: "Usagers", exact: true }).click();
      await page.getByRole("button", { name: "Nouvelle fiche" }).click();
      await page.getByLabel("Prénom").fill("Nadia");
      await page.getByLabel("Téléphone").fill("06 39 98 41 20");
    },
  },
  {
    name: "deplacer",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await openFirst(page);
      await page.locator(".acts").getByRole("button", { name: "Déplacer" }).click();
    },
  },
  {
    name: "plage",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await page.getByRole("button", { name: "Ajouter" }).click();
      await page.getByRole("menuitem", { name: "Plage d’ouverture…" }).click();
    },
  },
  {
    name: "absence",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await page.getByRole("button", { name: "Ajouter" }).click();
      await page.getByRole("menuitem", { name: "Absence…" }).click();
    },
  },
  {
    name: "raccourcis",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await page.keyboard.press("F1");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "reglages",
    fixture: {},
    steps: async (page) => {
      await toAgenda(page);
      await page.locator(".bar .menu > button").click();
      await page.getByRole("menuitem", { name: "Réglages" }).click();
    },
  },
  { name: "postes", fixture: {}, steps: toPostes },
  { name: "postes-sombre", fixture: {}, colorScheme: "dark", steps: toPostes },
  {
    name: "postes-effacer",
    fixture: {},
    steps: async (page) => {
      await toPostes(page);
      await button(page, /^Effacer…/)
        .first()
        .click();
      await button(page, "Effacer ce poste").waitFor();
    },
  },
  { name: "historique", fixture: {}, steps: toHistory },
  { name: "historique-sombre", fixture: {}, colorScheme: "dark", steps: toHistory },
  { name: "a-revoir", fixture: { sync: { review: 2 } }, steps: toReview },
  {
    name: "a-revoir-sombre",
    fixture: { sync: { review: 2 } },
    colorScheme: "dark",
    steps: toReview,
  },
  {
    name: "code-secours",
    fixture: { recoveryCode: "7QK2-M4XW-09TB-HZ5C-R8DN-2VJE-6YPA-K1SG" },
    only: "fixture",
    steps: async (page) => page.getByRole("dialog").waitFor(),
  },
  {
    name: "bail",
    fixture: {
      sync: {
        ...offline,
        lease:
          "Aucun contact avec le serveur depuis 26 jours\u202f: dans 4 jours, cet agenda se verrouillera.",
      },
    },
    only: "fixture",
    steps: toAgenda,
  },
  {
    name: "premier-chargement",
    fixture: { sync: { state: "syncing", complete: false, done: 18_400, total: 42_000 } },
    only: "fixture",
    steps: async (page) => {
      await toAgenda(page);
      await page.locator(".pill").click();
      await page.locator("progress").waitFor();
    },
  },
  {
    name: "synchronisation",
    fixture: { sync: offline },
    steps: async (page) => {
      await toAgenda(page);
      await page.locator(".pill").click();
    },
  },
];

const { open, close, real } = await browse();
await mkdir(FOLDER, { recursive: true });
const wanted = process.argv.slice(2);
let faults = 0;

if (real) {
  const page = await open();
  await page.locator(".agenda .col, .doors, .profils").first().waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(FOLDER, "accueil.png") });
  await enterDemonstration(page);
  await page.context().close();
}

for (const screen of SCREENS) {
  if (wanted.length > 0 && !wanted.includes(screen.name)) continue;
  if (real && (screen.only || screen.phase)) continue;
  const page = await open(screen.fixture, { colorScheme: screen.colorScheme });
  try {
    await screen.steps(page);
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(FOLDER, `${screen.name}.png`) });
    const found = [...(await violations(page)), ...page.errors];
    faults += found.length;
    console.log(`${found.length === 0 ? "ok  " : "FAUT"} ${screen.name}`);
    for (const line of found) console.log(`       ${line}`);
  } catch (error) {
    faults++;
    await page.screenshot({ path: join(FOLDER, `${screen.name}.png`) });
    console.log(`FAIL ${screen.name}: ${error}`);
  }
  await page.context().close();
}

await close();
console.log(`${faults} fault(s), pictures in ${FOLDER}`);
process.exit(faults === 0 ? 0 : 1);
