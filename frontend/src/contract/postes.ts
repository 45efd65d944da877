// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { AgentBref } from "./vues";

/** VuePostes is « Mes postes »: the computers on which an agent's agenda is kept. */
export interface VuePostes {
  items: PosteVu[];
  /** the others whose postes may be asked for; [] unless admin */
  agents: AgentBref[];
}

/** PosteVu is one of them. */
export interface PosteVu {
  id: string;
  name: string;
  /** this computer */
  here: boolean;
  /** neither revoked nor closed */
  open: boolean;
  /** « Dernier contact : jeu. 12 nov., 11 h 30 » */
  last_seen: string;
  /** « Révoqué (jeu. 12 nov., 11 h 30) », "" while open */
  state: string;
}
