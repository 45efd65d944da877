// Measures the grid where it hurts: 30 agents of one day, 420 rdvs, alone in a page.
// Main-thread CPU from the browser's own metrics (thread time, so a busy machine counts
// less), layout and painting included; the median of RUNS. Exit code 1 when a budget is
// not kept. `node bench/grid.mjs --json` prints one object.
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";

import { build } from "vite";

import { launch, serve } from "../e2e/browser.mjs";

const BUDGET = { mount: 150, change: 20, fps: 50 };
const RUNS = Number(process.env.RUNS ?? 9);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({ configFile: at("./vite.config.ts"), logLevel: "error" });
const server = await serve(at("../node_modules/.permanence-bench"));
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
await page.goto(server.url);
await page.waitForFunction(() => window.bench !== undefined);
const cdp = await page.context().newCDPSession(page);
await cdp.send("Performance.enable", { timeDomain: "threadTicks" });

const PARTS = ["TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration"];

async function spent() {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return PARTS.map((name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000);
}

/** CPU milliseconds of the main thread while act runs, until the page is quiet. */
async function cpu(act, quiet_ms = 60) {
  const before = await spent();
  await act();
  await page.evaluate(
    (wait) =>
      new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, wait))),
      ),
    quiet_ms,
  );
  const after = await spent();
  return after.map((value, part) => value - before[part]);
}

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const medians = (runs) => runs[0].map((_, part) => median(runs.map((run) => run[part])));

async function repeat(measure) {
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(run));
  return medians(runs);
}

const idle = await repeat(() => cpu(() => page.evaluate(() => 0)));

const all = () => document.querySelectorAll(".rdv").length === 420;

/** Until the columns on screen are drawn, then until all thirty are, in idle slices. */
const mount = await repeat(async () => {
  await page.evaluate(() => window.bench.unmount());
  const seen = await cpu(() => page.evaluate(() => window.bench.mount()), 0);
  const rest = await cpu(() => page.waitForFunction(all));
  return [...seen, rest[0]];
});

const change = await repeat(async (run) => {
  await page.evaluate((n) => window.bench.prepare(n), run);
  const took = await cpu(() => page.evaluate(() => window.bench.change()));
  await page.getByText(`Changé ${run}`, { exact: true }).waitFor({ state: "attached" });
  return took;
});

/** Frames a second over 60 pointer moves across six columns. */
async function drag() {
  const box = await page.locator(".rdv[data-status=coming] > button").nth(3).boundingBox();
  await page.mouse.move(box.x + 20, box.y + 6);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.evaluate(() => {
    window.frames = [];
    const count = (now) => {
      window.frames.push(now);
      window.counting = requestAnimationFrame(count);
    };
    window.counting = requestAnimationFrame(count);
  });
  const used = await cpu(async () => {
    for (let step = 1; step <= 60; step++) {
      await page.mouse.move(box.x + 20 + step * 12, box.y + 6 + (step % 20) * 14);
    }
  });
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(window.counting);
    return window.frames;
  });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  return { fps: (1000 * (frames.length - 1)) / (frames.at(-1) - frames[0]), ms: used[0] };
}

const dragged = await drag();
await browser.close();
server.close();

const result = {
  machine: `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}`,
  runs: RUNS,
  mount_ms: mount[0] - idle[0],
  rest_ms: mount[4] - idle[0],
  mount_parts: { script: mount[1], style: mount[2], layout: mount[3] },
  change_ms: change[0] - idle[0],
  drag_fps: dragged.fps,
  drag_ms: dragged.ms,
};
const kept = result.mount_ms < BUDGET.mount && result.change_ms < BUDGET.change;

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(result));
} else {
  const { script, style, layout } = result.mount_parts;
  const one = (n) => n.toFixed(1);
  console.log(`grid of 30 columns and 420 rdvs, Chromium, ${result.machine}, median of ${RUNS}`);
  console.log(`mount        ${one(result.mount_ms)} ms of CPU, budget ${BUDGET.mount}`);
  console.log(
    `             then ${one(result.rest_ms)} ms in idle slices for the columns out of sight`,
  );
  console.log(`             script ${one(script)}, style ${one(style)}, layout ${one(layout)}`);
  console.log(`one change   ${one(result.change_ms)} ms of CPU, budget ${BUDGET.change}`);
  console.log(`drag         ${result.drag_fps.toFixed(0)} frames/s, budget ${BUDGET.fps}`);
  console.log(kept ? "budgets kept" : "BUDGET NOT KEPT");
}
process.exit(kept ? 0 : 1);
