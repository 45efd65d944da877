// Takes pictures of what usagers see: a captured mail, in HTML and in text, and
// the page its link opens. Asks the demonstration at PERMANENCE_MAIL; pictures
// go to SCREENS. Exit code 1 when there is no mail, no link, or a page fails.
import { createRequire } from "node:module";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../../frontend/package.json", import.meta.url))("playwright-core");

const list = process.env.PERMANENCE_MAIL;
const folder = process.env.SCREENS;

/** The captured mails; the first one leaves a moment after the demonstration starts. */
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
  const address = (await mails()).map((mail) => link(mail.raw)).find(Boolean);
  await shoot("courriel", list);
  if (!address) throw new Error("aucun courriel n'a de lien vers la page de l'usager");
  await shoot("page-usager", address);
  await page.setViewportSize({ width: 390, height: 844 });
  await shoot("page-usager-telephone", address);
} catch (error) {
  console.log(`FAIL ${error.message}`);
  process.exitCode = 1;
}
await browser.close();
