// Three weeks without the network: two desktops and their server, as real processes
// on a clock that is set. One desktop is cut off and goes on working, the other
// too; then it comes back. Says what each reads in À revoir, checks that nobody was
// mailed twice and that both desktops equal the server, and leaves the profile of the
// one that is back in FOLDER/poste, with the server's address and pid in
// FOLDER/serveur.json.
// With "postgres", two servers share one PostgreSQL behind one address, each is killed
// (-9) once while the desktop comes back, and nothing is left running.
// Usage: node build/scripts/retour.mjs FOLDER [postgres]
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { onFile, onPostgres } from "./retour-serveurs.mjs";

const [folder, kind = "file"] = process.argv.slice(2);
const bin = process.env.PERMANENCE_BIN ?? "build/bin";
const env = { ...process.env, PERMANENCE_PHRASE: process.env.PERMANENCE_PHRASE ?? "une phrase pour la démonstration" };

// The civil days of the evening, in Paris, on winter time.
const LEFT = "2026-11-03T08:00:00Z";
const MEANWHILE = "2026-11-12T09:00:00Z";
const BACK = "2026-11-24T08:00:00Z";

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const servers = kind === "postgres" ? await onPostgres(bin, env) : await onFile(bin, folder, env);
let keep = false;
process.on("exit", () => keep || servers.kill());
const serve = (now) => servers.serve(now);

/** What has been mailed so far, by Message-ID. */
const mailed = new Map();

async function noteMails() {
  for (const mail of await servers.mails()) mailed.set(mail.raw.match(/^Message-ID: *(\S+)/im)?.[1] ?? mail.raw, mail);
}

async function stop() {
  await noteMails();
  await servers.stop();
}

/** Runs a verb of a desktop at an instant and reads its answer. */
function on(desk, now, ...verb) {
  const run = spawnSync(join(bin, "permanence"), [...verb, "--profile", join(folder, desk), "--now", now, "--json"], {
    env,
    encoding: "utf8",
    input: verb[0] === "login" ? servers.told.accounts.find((a) => a.email === verb[4]).password : "",
  });
  if (run.status !== 0) throw new Error(`${desk}: ${verb.join(" ")}: code ${run.status}\n${run.stdout}${run.stderr}`);
  return JSON.parse(run.stdout);
}

const login = (desk, email) => on(desk, LEFT, "login", "--server", servers.told.url, "--email", email, "--password-stdin");
const sync = (desk, now) => on(desk, now, "sync", "--once");

await serve(LEFT);

// Two desktops: an agent who will be cut off, and the secretariat.
const [me] = servers.told.accounts;
const other = servers.told.accounts.find((a) => a.role === "secretariat");
login("poste", me.email);
login("accueil", other.email);
sync("poste", LEFT);
sync("accueil", LEFT);

const motif = on("poste", LEFT, "motifs").items.find((m) => m.place === "public_office" && !m.collectif);
const [lieu] = on("poste", LEFT, "lieux").items;
const person = (desk, now, first, last, ...more) => on(desk, now, "usager", "add", "--first-name", first, "--last-name", last, ...more).id;
const book = (desk, now, who, start, ...more) =>
  on(desk, now, "rdv", "book", "--motif", motif.id, "--lieu", lieu.id, "--agent", me.agent_id, "--usager", who, "--start", start, "--accept", "all", ...more).id;
const move = (desk, now, id, start) => on(desk, now, "rdv", "move", id, "--start", start, "--accept", "all");

// Before: what both know.
on("poste", LEFT, "plage", "add", "--motif", motif.id, "--lieu", lieu.id, "--first-day", "2026-11-23", "--from", "08:00", "--to", "18:00",
  "--rrule", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR", "--accept", "all");
const NAMES = [["Ivan", "Marchand"], ["Solène", "Prigent"], ["Rosa", "Delmas"], ["Nour", "Belkacem"], ["Paul", "Lefèvre"], ["Daniel", "Rousseau"], ["Léa", "Meunier"], ["Ali", "Bouzid"], ["Jeanne", "Caron"]];
const [ivan, solene, rosa, nour, paul, daniel, lea, ali, jeanne] = NAMES.map(([first, last], at) =>
  person("poste", LEFT, first, last, "--email", `${first}.${last}@example.org`.normalize("NFD").replaceAll(/[^\w.@]/g, "").toLowerCase(), "--phone", `019900120${at}`));
const twice = book("poste", LEFT, ivan, "2026-11-25T10:00");
const gone = book("poste", LEFT, solene, "2026-11-26T09:00");
const merged = book("poste", LEFT, rosa, "2026-11-26T11:00");
const under1 = book("poste", LEFT, nour, "2026-11-27T09:00");
const under2 = book("poste", LEFT, paul, "2026-11-27T10:00");
const marked = book("poste", LEFT, jeanne, "2026-11-10T07:00");
sync("poste", LEFT);
sync("accueil", LEFT);
await new Promise((later) => setTimeout(later, 3000));
await stop();

// Cut off: the agent goes on working.
const alone = (day, hour) => `2026-11-${day}T${hour}:00Z`;
move("poste", alone("06", "10:00"), twice, "2026-11-25T11:30");
move("poste", alone("06", "10:05"), gone, "2026-12-01T15:00");
on("poste", alone("06", "10:06"), "rdv", "edit", merged, "--title", "Apporter le bail");
on("poste", alone("10", "15:00"), "rdv", "mark", marked, "--status", "noshow");
book("poste", alone("11", "09:00"), daniel, "2026-11-24T14:00");
book("poste", alone("11", "09:10"), ali, "2026-12-03T09:00");
person("poste", alone("11", "09:20"), "Nadia", "Haddou", "--birth-date", "1987-03-04", "--phone", "0199001299");
on("poste", alone("12", "09:30"), "usager", "edit", lea, "--set", "address=7 rue des Saules");

// Meanwhile, the secretariat works on the same.
await serve(MEANWHILE);
sync("accueil", MEANWHILE);
move("accueil", MEANWHILE, twice, "2026-11-25T10:30");
on("accueil", MEANWHILE, "rdv", "cancel", gone, "--by", "usager");
move("accueil", MEANWHILE, merged, "2026-11-26T14:00");
on("accueil", MEANWHILE, "rdv", "cancel", marked, "--by", "usager");
book("accueil", MEANWHILE, lea, "2026-11-24T14:00");
book("accueil", MEANWHILE, ali, "2026-12-03T09:00");
person("accueil", MEANWHILE, "Nadia", "Haddou", "--birth-date", "1987-03-04", "--email", "nadia.haddou@example.org");
on("accueil", MEANWHILE, "absence", "add", "--agent", me.agent_id, "--from", "2026-11-27T08:00", "--to", "2026-11-27T18:00", "--title", "formation", "--accept", "all");
on("accueil", MEANWHILE, "usager", "edit", lea, "--set", "address=12 rue du Four");
sync("accueil", MEANWHILE);
await new Promise((later) => setTimeout(later, 3000));
await stop();

// Cut off still: one more, under the absence that is not known here.
book("poste", "2026-11-20T15:00:00Z", rosa, "2026-11-27T15:00");

// Back: one exchange, and À revoir tells it all on both desks. A server that dies in
// the middle of it costs a retry.
await serve(BACK);
if (kind === "postgres") {
  for (const moment of ["request", "answer"]) {
    servers.killAt(moment);
    assert.throws(() => sync("poste", BACK), /unreachable/, `the exchange outlived its server, killed at its ${moment}`);
    await servers.died();
    await serve(BACK);
  }
}
const done = sync("poste", BACK);
sync("accueil", BACK);
const codes = (desk) => on(desk, BACK, "review").items.map((one) => one.code).sort();
for (const one of on("poste", BACK, "review").items) console.log(`  ${one.code}: ${one.title}\n      ${one.message}`);
const expected = ["absent", "cancelled_moved", "duplicate_rdv", "duplicate_usager", "moved", "overlap", "status"];
for (const desk of ["poste", "accueil"]) {
  const found = codes(desk);
  for (const code of expected) assert.ok(found.includes(code), `${desk}: no case ${code} among ${found.join(" ")}`);
}
assert.equal(done.refused, 0);
assert.equal(on("poste", BACK, "status").pending, 0);

// Merged without a question: the title and the time are both there.
const there = on("accueil", BACK, "rdv", "show", merged);
assert.equal(there.from, "14:00");
assert.ok(there.history.length >= 3, "the history tells both changes");

// Nobody is mailed twice about one state of one rdv.
await new Promise((later) => setTimeout(later, 4000));
await noteMails();
const states = new Map();
for (const mail of mailed.values()) {
  const text = mail.raw.replaceAll(/\r?\n[ \t]/g, "");
  const part = /text\/calendar[\s\S]*?\r?\n\r?\n([A-Za-z0-9+/=\s]+)/.exec(text)?.[1] ?? "";
  const calendar = part.includes("BEGIN") ? part : Buffer.from(part.replaceAll(/\s/g, ""), "base64").toString("utf8");
  const field = (name) => new RegExp(`^${name}[^:\\r\\n]*:(.*)$`, "m").exec(calendar)?.[1]?.trim() ?? "";
  const state = [mail.to, field("UID"), field("METHOD"), field("SEQUENCE")].join(" ");
  assert.ok(field("UID") === "" || !states.has(state), `mailed twice: ${state}`);
  states.set(state, true);
}
assert.ok(states.size > 0, "nobody was mailed at all");

// Both desktops hold what the server holds.
const different = () =>
  ["poste", "accueil"].filter((desk) => {
    sync(desk, BACK);
    const held = join(folder, `${desk}.json`);
    writeFileSync(held, JSON.stringify(on(desk, BACK, "inventory")));
    const compared = spawnSync(join(bin, "permanenced"), ["doctor", "--compare", held, ...servers.base], { env, encoding: "utf8" });
    if (compared.status !== 0) console.log(`  ${desk}: ${compared.stderr.trim()}`);
    return compared.status !== 0;
  });
assert.ok(different().length === 0 || different().length === 0, "a desktop and its server differ"); // a receipt may come in between

console.log(`${expected.length} kinds of cases on both desks, equal to the server; ${mailed.size} mails, none twice.`);
if (kind === "file") {
  writeFileSync(join(folder, "serveur.json"), JSON.stringify({ pid: servers.children[0].pid, url: servers.told.url, now: BACK }));
  keep = true;
}
process.exit(0);
