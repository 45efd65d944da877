// Books an rdv on a demonstration's desktop, then takes pictures of what its
// usager receives and sees: the mail, and the page that its link opens. Asks
// the demonstration at PERMANENCE_MAIL, whose clock began at NOW; pictures go to
// SCREENS. Exit code 1 when there is no mail, no link, or a page fails.
// Usage: node screens-usager.mjs PROFILE
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../../frontend/package.json", import.meta.url))("playwright-core");

const [profile] = process.argv.slice(2);
const { PERMANENCE_MAIL: list, SCREENS: folder, NOW: now } = process.env;

/** What a verb of the desktop answers. */
function permanence(...args) {
  const clock = now ? ["--now", now] : [];
  return JSON.parse(execFileSync("build/bin/permanence", [...args, "--profile", profile, "--json", ...clock]));
}

/** Books the first slot of tomorrow for a new usager, and sends it. */
function book() {
  const tomorrow = new Date(Date.parse(now || new Date().toISOString()) + 86_400_000).toISOString().slice(0, 10);
  const motif = permanence("motifs").items[0].id;
  const { creneaux } = permanence("creneaux", "--motif", motif, "--from", tomorrow);
  const usager = permanence(
    "usager", "add", "--first-name", "Inès", "--last-name", "Moreau", "--email", "ines.moreau@example.org",
  ).id;
  const { start, lieu, agent } = creneaux[0];
  const where = lieu ? ["--lieu", lieu] : [];
  permanence(
    "rdv", "book", "--motif", motif, "--usager", usager, "--agent", agent, "--start", start, ...where, "--accept", "all",
  );
  permanence("sync", "--once");
}

/** The captured mails, once there is one. */
async function mails() {
  for (let tries = 0; tries < 60; tries++) {
    const captured = await (await fetch(`${list}.json`)).json();
    if (captured.length > 0) return captured;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error("la démonstration n'a envoyé aucun courriel");
}

/** The address of the usager's page in a raw mail, whatever its transfer encoding. */
function link(raw) {
  const texts = [raw, raw.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=")];
  for (const block of raw.match(/(?:^[A-Za-z0-9+/]{60,}=*\r?\n)+(?:^[A-Za-z0-9+/]+=*\r?\n)?/gm) ?? [])
    texts.push(Buffer.from(block, "base64").toString("utf8"));
  return texts.map((text) => /https?:\/\/[^\s"'<>]+\/rdv\/[0-9a-z]+/.exec(text)?.[0]).find(Boolean);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--lang=fr-FR"],
});
const page = await browser.newPage({ viewport: { width: 1024, height: 900 }, locale: "fr-FR", javaScriptEnabled: false });

async function shoot(name, address) {
  const answer = await page.goto(address);
  if (!answer?.ok()) throw new Error(`${name} : ${answer?.status()}`);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  console.log(`ok   ${name}`);
}

try {
  book();
  const address = (await mails()).map((mail) => link(mail.raw)).find(Boolean);
  await shoot("courriels", list);
  const mail = await page.locator("a[href^='/demo/courriel/']").first().getAttribute("href");
  await shoot("courriel", new URL(mail ?? "", list).href);
  if (!address) throw new Error("aucun courriel n'a de lien vers la page de l'usager");
  await shoot("page-usager", address);
  await page.setViewportSize({ width: 390, height: 844 });
  await shoot("page-usager-telephone", address);
} catch (error) {
  console.log(`FAIL ${error.message}`);
  process.exitCode = 1;
}
await browser.close();
