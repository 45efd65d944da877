// Opens the window in Chromium: the real one at PERMANENCE_WINDOW (its development
// build on a loopback port), else the built page with the fixture in Go's place.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const DIST = at("../dist");
const INJECT = at("../node_modules/.permanence-test/inject.js");
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
};

/** Serves a built page on a free loopback port. */
export async function serve(folder = DIST) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
    const file = join(folder, path === "/" ? "index.html" : path);
    try {
      const body = await readFile(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--lang=fr-FR", "--js-flags=--max-old-space-size=400"],
  });

/**
 * A browser and the address of the window. `open(options)` gives a page of 1440 × 900
 * on it; options go to the fixture and are not used on the real window.
 */
export async function browse() {
  const real = process.env.PERMANENCE_WINDOW;
  if (!real) await build({ configFile: at("../test/vite.config.ts"), logLevel: "error" });
  const server = real ? { url: real, close: () => {} } : await serve();
  const browser = await launch();

  async function open(
    options = {},
    { colorScheme = "light", viewport = { width: 1440, height: 900 } } = {},
  ) {
    const context = await browser.newContext({
      viewport,
      colorScheme,
      locale: "fr-FR",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const errors = [];
    page.on("pageerror", (error) => {
      const stack = error.stack ?? String(error);
      // The development build draws a notice of its own, which fails before <body>.
      if (!stack.includes("/wails/ipc.js")) errors.push(stack);
    });
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    if (!real) {
      await page.addInitScript((given) => (window.permanenceFixture = given), options);
      await page.addInitScript({ path: INJECT });
    }
    await page.goto(server.url);
    return Object.assign(page, { errors });
  }

  const close = async () => {
    await browser.close();
    server.close();
  };
  return { open, close, real: Boolean(real) };
}

/** axe's violations of WCAG 2.0–2.1 A and AA and its best practices, one line each. */
export async function violations(page) {
  // The policy of the page forbids foreign scripts: axe comes in by the debugger.
  const source = await readFile(at("../node_modules/axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    }),
  );
  return found.violations.map(
    ({ id, nodes }) =>
      `${id} × ${nodes.length}: ${nodes[0]?.html.slice(0, 160)} (${nodes[0]?.failureSummary?.split("\n")[1]?.trim()})`,
  );
}

/** On the real window: chooses the demonstration when nothing is open yet. */
export async function enterDemonstration(page) {
  await page
    .locator(".agenda .col, .listview, .doors, .profils")
    .first()
    .waitFor({ timeout: 60_000 });
  const demonstration = page.getByRole("button", { name: "Ouvrir la démonstration" });
  if (await demonstration.isVisible()) await demonstration.click();
  await page.locator(".agenda .col, .listview").first().waitFor({ timeout: 60_000 });
}
