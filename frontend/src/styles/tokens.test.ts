// @vitest-environment node
// The ratios the tokens promise, measured again whenever one changes (WCAG 2.1).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FILE = "./tokens.css";
const css = readFileSync(new URL(FILE, import.meta.url), "utf8");

type Theme = Map<string, string>;

/** Declarations of the blocks whose selector is exactly this one, the last one winning. */
function declarations(selector: string): [string, string][] {
  const blocks = css.matchAll(/(?:^|\n)([^\s{}@][^{}\n]*)\s*\{([^{}]*)\}/g);
  return [...blocks]
    .filter(([, head]) => head?.trim() === selector)
    .flatMap(([, , body = ""]) => [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)])
    .map(([, name = "", value = ""]) => [name, value.trim()]);
}

function theme(name: "light" | "dark" | "contrast"): Theme {
  const own = name === "contrast" ? declarations('[data-theme="contrast"]') : [];
  return new Map([...declarations(":root"), ...own]);
}

/** The colour of a token in a theme, as #rrggbb. */
function colour(tokens: Theme, name: string, dark: boolean): string {
  let value = tokens.get(name);
  if (!value) throw new Error(`no token ${name}`);
  const pair = /^light-dark\(\s*([\s\S]+?)\s*,\s*([\s\S]+?)\s*\)$/.exec(value);
  if (pair) value = (dark ? pair[2] : pair[1])!;
  const link = /^var\((--[\w-]+)\)$/.exec(value);
  return link ? colour(tokens, link[1]!, dark) : value;
}

function luminance(hex: string): number {
  const full = hex.length === 4 ? hex.replaceAll(/[\da-f]/gi, "$&$&") : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function ratio(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

const SURFACES = ["--bg", "--sunk", "--surface", "--raised", "--hover"];
const MOTIFS = "ardoise azur lagon sauge olive miel brique rose prune lilas".split(" ");

const texts = [
  ...["--ink", "--ink-2", "--ink-3"].flatMap((ink) => SURFACES.map((surface) => [ink, surface])),
  ...["ok", "warn", "danger", "info"].flatMap((kind) => [
    [`--${kind}-ink`, `--${kind}-soft`],
    [`--${kind}-ink`, "--surface"],
  ]),
  ["--accent", "--surface"],
  ["--accent", "--bg"],
  ["--accent-on", "--accent"],
  ["--ink", "--accent-soft"],
  ["--now-on", "--now"],
  ...MOTIFS.map((motif) => [`--motif-${motif}-ink`, `--motif-${motif}-tint`]),
] as [string, string][];

const edges = [
  ["--line-ui", "--surface"],
  ["--line-ui", "--bg"],
  ["--focus", "--surface"],
  ["--accent-line", "--surface"],
  ["--now", "--surface"],
  ["--now", "--sunk"],
  ...["ok", "warn", "danger", "info"].map((kind) => [`--${kind}-edge`, "--surface"]),
  ...MOTIFS.flatMap((motif) => [
    [`--motif-${motif}-edge`, `--motif-${motif}-tint`],
    [`--motif-${motif}-edge`, "--surface"],
  ]),
] as [string, string][];

for (const name of ["light", "dark", "contrast"] as const) {
  const tokens = theme(name);
  const of = (token: string) => colour(tokens, token, name === "dark");
  const least = name === "contrast" ? 7 : 4.5;

  test(`${name}: every text is at least ${least}:1 on its ground`, () => {
    for (const [ink, ground] of texts) {
      expect(ratio(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(least);
    }
  });

  test(`${name}: every edge that means something is at least 3:1`, () => {
    for (const [edge, ground] of edges) {
      expect(ratio(of(edge), of(ground)), `${edge} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
}
