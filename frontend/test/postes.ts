// The computers of the agent of the fixture, and why an agenda may be locked.
import type { AgentBref, Verrou, VuePostes } from "../src/contract";

const POSTES: VuePostes["items"] = [
  ["d1", "Accueil", true, ""],
  ["d2", "Portable", false, ""],
  ["d3", "Ancien bureau", false, "Révoqué (lun. 2 nov., 9 h)"],
].map(([id, name, here, state]) => ({
  id: id as string,
  name: name as string,
  here: here as boolean,
  open: state === "",
  last_seen: "Dernier contact : jeu. 12 nov., 11 h",
  state: state as string,
}));

export const LOCK: Verrou = {
  code: "lease_locked",
  title: "Agenda verrouillé",
  message: "Ce poste n’a pas contacté le serveur depuis trop longtemps.",
  pending: "2 modifications restent à envoyer\u202f: rien n’est perdu.",
  password: false,
};

/** What the server would keep of them. */
export class Postes {
  items = POSTES;
  readonly #agents: () => AgentBref[];

  constructor(agents: () => AgentBref[]) {
    this.#agents = agents;
  }

  vue(): VuePostes {
    return { items: this.items, agents: this.#agents() };
  }

  change(id: string, change: Partial<VuePostes["items"][number]>) {
    this.items = this.items.map((one) => (one.id === id ? { ...one, ...change } : one));
    return this.vue();
  }
}
