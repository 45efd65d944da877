// Writes src/contract/ from the Go structs and the API of app/desktop, a file for a
// file, so that the two halves of the window cannot drift apart.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const GO = at("../../app/desktop/");
const OUT = at("../src/contract/");

const BANNER =
  "// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.\n";

/** The Go files that are read: api.go, vues.go and its neighbours. */
const sources = () =>
  readdirSync(GO)
    .filter((name) => /^(api|vues(_\w+)?)\.go$/.test(name))
    .toSorted();

/** The name of what is written from a Go file: « revoir » for vues_revoir.go. */
const nameOf = (file) => file.replace(/^vues_/, "").replace(/\.go$/, "");

/** The TypeScript of a Go type as encoding/json writes it. */
function typeOf(go) {
  if (go.startsWith("[]")) return `${typeOf(go.slice(2))}[]`;
  if (go.startsWith("*")) return `${typeOf(go.slice(1))} | null`;
  if (go === "map[string]string") return "Record<string, string>";
  return { string: "string", int: "number", bool: "boolean" }[go] ?? go;
}

const comment = (text, indent = "") => (text ? `${indent}/** ${text.trim()} */\n` : "");

function structs(source) {
  const found = source.matchAll(/((?:^\/\/.*\n)*)^type (\w+) struct \{\n([\s\S]*?)^\}/gm);
  return [...found].map(([, doc, name, body]) => {
    const fields = [...body.matchAll(/^\t\w+\s+(\S+)\s+`json:"(\w+)"`(?:\s*\/\/ ?(.*))?$/gm)];
    const lines = fields.map(
      ([, go, key, why]) => comment(why, "  ") + `  ${key}: ${typeOf(go)};\n`,
    );
    return `${comment(oneLine(doc))}export interface ${name} {\n${lines.join("")}}\n`;
  });
}

const oneLine = (doc) => doc.replaceAll(/^\s*\/\/ ?/gm, "").replaceAll("\n", " ");

function methods(source) {
  const body = /type API interface \{\n([\s\S]*?)^\}/m.exec(source)?.[1] ?? "";
  const found = body.matchAll(/((?:^\t\/\/.*\n)*)^\t(\w+)\((.*?)\) \((\S+), error\)$/gm);
  return [...found].map(([, doc, name, args, result]) => {
    return (
      comment(oneLine(doc), "  ") + `  ${name}(${params(args)}): Promise<${typeOf(result)}>;\n`
    );
  });
}

/** "id, by string" and "month string, agents []string" alike. */
function params(args) {
  if (args === "") return "";
  let go = "";
  const parts = args
    .split(", ")
    .reverse()
    .map((part) => {
      const [name, type] = part.split(" ");
      go = type ?? go;
      return `${name}: ${typeOf(go)}`;
    });
  return parts.reverse().join(", ");
}

function events(source) {
  const found = source.matchAll(/^\tEvent\w+\s+= "(\w+)"\s*\/\/ (\w+): (.*)$/gm);
  return [...found].map(
    ([, name, payload, why]) => comment(why, "  ") + `  ${name}: ${payload};\n`,
  );
}

const block = (name, lines) =>
  lines.length > 0 ? [`export interface ${name} {\n${lines.join("")}}\n`] : [];

/** What a text takes from the others, as its imports: the names that it does not declare. */
function imports(name, text, homes) {
  const code = text.replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
  const lines = Object.entries(homes)
    .filter(([home]) => home !== name)
    .map(([home, types]) => [
      home,
      types.filter((one) => new RegExp(`\\b${one}\\b(?!\\()`).test(code)),
    ])
    .filter(([, used]) => used.length > 0)
    .map(([home, used]) => `import type { ${used.join(", ")} } from "./${home}";\n`);
  return lines.length > 0 ? [lines.join("")] : [];
}

/** The text of each file of src/contract as the Go files ask for it, by its name. */
export function contract() {
  const bodies = {};
  const homes = {};
  for (const file of sources()) {
    const source = readFileSync(GO + file, "utf8");
    const parts = [
      ...structs(source),
      ...block("Backend", methods(source)),
      ...block("BackendEvents", events(source)),
    ];
    bodies[nameOf(file)] = parts.join("\n");
    homes[nameOf(file)] = [...parts.join("").matchAll(/^export interface (\w+)/gm)].map(
      ([, type]) => type,
    );
  }
  const names = Object.keys(bodies);
  const index = names.map((name) => `export type * from "./${name}";\n`).join("");
  const files = { "index.ts": [BANNER, index].join("\n") };
  for (const name of names) {
    files[`${name}.ts`] = [BANNER, ...imports(name, bodies[name], homes), bodies[name]].join("\n");
  }
  return files;
}

/** The same as it stands. */
export const written = () =>
  Object.fromEntries(readdirSync(OUT).map((name) => [name, readFileSync(OUT + name, "utf8")]));

function write() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT);
  for (const [name, text] of Object.entries(contract())) writeFileSync(OUT + name, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
