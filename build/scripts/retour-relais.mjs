// The one address behind which several servers answer, in a thread of its own: the
// script that starts it waits for its programs. Each connection goes to a server
// that lives. Told a moment, it kills (-9) the server that next serves an exchange,
// and the desktop hears nothing: at the "request", WORKING ms into the work on it, or
// at the "answer", once all is done.
// workerData: {ports}. Messages in: {pids, moment}; out: the port it listens on.
import { connect, createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const WORKING = 15;
const { ports } = workerData;
let pids = [];
let moment = null;

parentPort.on("message", (told) => ({ pids, moment } = { pids, moment, ...told }));

/** Kills a server if it was told to at this moment, and says whether it did. */
function dies(at, server) {
  if (moment !== at) return false;
  moment = null;
  process.kill(pids[server], "SIGKILL");
  return true;
}

/** Joins a connection to the first of these servers that lives. */
function join(desk, [server, ...others]) {
  if (server === undefined) return desk.destroy();
  const line = connect(ports[server], "127.0.0.1");
  line.once("error", () => join(desk, others));
  line.once("connect", () => {
    line.removeAllListeners("error");
    line.on("error", () => desk.destroy());
    carry(desk, line, server);
  });
}

/** Carries what both say; an exchange counts once its proof is given. */
function carry(desk, line, server) {
  let exchange = false;
  desk.on("data", (said) => {
    const head = said.toString("latin1");
    if (/^[A-Z]+ \S+ HTTP/.test(head)) exchange = head.startsWith("POST /sync/v1/exchange") && head.includes("Permanence-Proof:");
    line.write(said);
    if (exchange) setTimeout(() => dies("request", server), WORKING);
  });
  line.on("data", (said) => {
    const answer = exchange && said.toString("latin1", 0, 12) === "HTTP/1.1 200";
    if (answer && (dies("request", server) || dies("answer", server))) return desk.destroy();
    desk.write(said);
  });
  line.on("close", () => desk.destroy());
  desk.on("close", () => line.destroy());
  desk.resume();
}

const listener = createServer({ pauseOnConnect: true }, (desk) => {
  desk.on("error", () => desk.destroy());
  const order = ports.map((_, at) => at).sort(() => Math.random() - 0.5);
  join(desk, order);
});
listener.listen(0, "127.0.0.1", () => parentPort.postMessage(listener.address().port));
