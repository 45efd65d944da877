// The servers of the evening of three weeks offline, real processes on a clock that
// is set: one on a file, its mails captured; or two on one PostgreSQL behind one
// address, their mails taken by a relay. Each is started again at the same address.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";

/** A line that a program prints, read as JSON; it fails when the program ends before. */
async function answered(child, lines, name) {
  const line = await Promise.race([
    new Promise((said) => lines.once("line", said)),
    new Promise((_, fail) => child.once("exit", (code) => fail(new Error(`${name} ended with code ${code}`)))),
  ]);
  return JSON.parse(line);
}

async function freePort() {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => taken.once("listening", ready));
  const { port } = taken.address();
  await new Promise((closed) => taken.close(closed));
  return port;
}

const runs = (child) => child !== undefined && child.exitCode === null && child.signalCode === null;
const ended = (child) => (runs(child) ? new Promise((done) => child.once("exit", done)) : child);

/** The processes of permanenced; args are those of its demonstration, without the address. */
class Servers {
  constructor(program, env, ports, args) {
    Object.assign(this, { program, env, ports, args, children: [], told: null });
  }

  /** Starts, at an instant, every process that does not run. */
  async serve(now) {
    for (const [at, port] of this.ports.entries()) {
      if (runs(this.children[at])) continue;
      const child = spawn(this.program, ["demo", "--listen", `127.0.0.1:${port}`, "--now", now, ...this.args], { env: this.env, stdio: ["ignore", "pipe", "ignore"] });
      this.children[at] = child;
      this.told = await answered(child, createInterface({ input: child.stdout }), "the server");
    }
    this.relay?.postMessage({ pids: this.children.map((child) => child.pid) });
  }

  /** Kills the process that serves the next exchange, at its "request" or its "answer". */
  killAt(moment) {
    this.relay.postMessage({ moment });
  }

  /** Waits for a process that was killed. */
  async died() {
    const late = new Promise((_, fail) => setTimeout(fail, 30_000, new Error("no server was killed")).unref());
    await Promise.race([late, ...this.children.map(ended)]);
  }

  async stop() {
    for (const child of this.children) child.kill("SIGTERM");
    await Promise.all(this.children.map(ended));
  }

  kill() {
    for (const child of this.children) child.kill("SIGKILL");
  }
}

/** One server on a file of FOLDER. */
export async function onFile(bin, folder, env) {
  const data = join(folder, "donnees");
  const servers = new Servers(join(bin, "permanenced"), env, [await freePort()], ["--data", data]);
  servers.base = ["--data", data];
  servers.mails = async () => (await fetch(`${servers.told.mail}.json`)).json();
  return servers;
}

/** Two servers on a PostgreSQL of their own, which ends with this program. */
export async function onPostgres(bin, env) {
  const around = spawn("go", ["run", "./build/soak/around"], { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: around.stdout });
  const given = await answered(around, lines, "what servers need around them");
  const ports = [await freePort(), await freePort()];
  const relay = new Worker(new URL("retour-relais.mjs", import.meta.url), { workerData: { ports } });
  const port = await new Promise((listening) => relay.once("message", listening));
  const servers = new Servers(join(bin, "permanenced"), env, ports, ["--db", given.db, "--smtp", given.smtp, "--url", `http://127.0.0.1:${port}`]);
  servers.relay = relay;
  servers.base = ["--db", given.db];
  servers.mails = () => {
    around.stdin.write("\n");
    return answered(around, lines, "what servers need around them");
  };
  return servers;
}
