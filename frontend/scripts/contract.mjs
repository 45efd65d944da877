// Writes src/contract.ts from the Go structs and the API of app/desktop, so that
// the two halves of the window cannot drift apart. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SOURCES = ["vues.go", "vues_recherche.go", "vues_revoir.go", "vues_postes.go", "api.go"];
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = at("../src/contract.ts");

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

export function contract() {
  const source = SOURCES.map((name) => readFileSync(at(`../../app/desktop/${name}`), "utf8")).join(
    "\n",
  );
  return [
    "// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.\n",
    ...structs(source),
    `export interface Backend {\n${methods(source).join("")}}\n`,
    `export interface BackendEvents {\n${events(source).join("")}}\n`,
  ].join("\n");
}

export const written = () => readFileSync(OUT, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(OUT, contract());
