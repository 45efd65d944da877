// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { Avertissement, Renvoi } from "./vues";
import type { LigneDatee } from "./agenda";

/** DemandeCreneaux asks for the slots of a motif. To "" is a fortnight after From; the end is clipped to what the program searches at once (six months). */
export interface DemandeCreneaux {
  motif: string;
  /** [] = all */
  lieux: string[];
  /** [] = all */
  agents: string[];
  from: string;
  to: string;
  /** 0 = the motif's */
  duration_min: number;
  /** before 12:00; both false = whole day */
  morning: boolean;
  afternoon: boolean;
  /** for the notice; "" = nobody yet */
  usager: string;
}

/** VueCreneaux lists lieux with slots first, by first slot, then those without. */
export interface VueCreneaux {
  /** the days searched */
  from: string;
  to: string;
  total: number;
  /** « 23 créneaux dans 2 lieux » */
  label: string;
  took_ms: number;
  lieux: LieuCreneaux[];
  /** first free slot from From on, even after To; nil when none in six months */
  first: Creneau | null;
  /** days of From…To that have slots: for the small calendar */
  loads: JourCreneaux[];
  notice: Avertissement[];
}

/** LieuCreneaux is one place; ID is "" for phone, visio and home. */
export interface LieuCreneaux {
  id: string;
  name: string;
  /** address */
  detail: string;
  count: number;
  days: JourCreneaux[];
  /** only when Count is 0 */
  why: Pourquoi | null;
}

export interface JourCreneaux {
  day: string;
  count: number;
  /** [] in Loads */
  creneaux: Creneau[];
}

export interface Creneau {
  start: string;
  end: string;
  day: string;
  from: string;
  to: string;
  zone: string;
  agent: string;
  /** K. Benali */
  agent_label: string;
  lieu: string;
  plage: string;
}

/** Pourquoi is a subtraction that ends at zero: the first line is what is open, each next one what took from it. At and Width are per mille of the open time. */
export interface Pourquoi {
  lines: PourquoiLigne[];
  ways: Issue[];
}

export interface PourquoiLigne {
  /** open, ferie, absence, rdv, busy, past, delay, too_short, other_motif, other_lieu, other_agent, rest */
  code: string;
  label: string;
  min: number;
  at: number;
  width: number;
}

/** Issue is a way out that gives at least one slot, or leads to opening a plage. */
export interface Issue {
  /** extend, shorter, any_agent, open_plage */
  code: string;
  to: string;
  duration_min: number;
  count: number;
}

/** VueUsagers answers a search; Label says how many and on what. */
export interface VueUsagers {
  label: string;
  items: UsagerBref[];
}

export interface UsagerBref {
  id: string;
  name: string;
  /** the name, cut where it answers the search */
  parts: Morceau[];
  /** « 39 ans », or the hour of a recent one */
  age: string;
  detail: string;
}

export interface Morceau {
  text: string;
  hit: boolean;
}

/** Trouvaille is an answer of the search box at the top. */
export interface Trouvaille {
  /** usager, rdv, day */
  kind: string;
  id: string;
  day: string;
  label: string;
  detail: string;
}

/** FicheUsager is one person as this agent may see them. */
export interface FicheUsager {
  id: string;
  name: string;
  initials: string;
  /** « 39 ans · suivi depuis le 6 janv. 2025 » */
  detail: string;
  revision: number;
  pending: boolean;
  /** those that exist here, filled */
  champs: Champ[];
  responsable: Renvoi | null;
  proches: Proche[];
  /** coming ones first by date, then past ones, last first */
  rdvs: RdvLigne[];
  rdvs_label: string;
  messages: LigneDatee[];
  duplicates: Avertissement[];
  /** civil day of erasure, or "" */
  kept_until: string;
  /** edit, book, add_proche */
  actions: string[];
}

/** Champ is a field of the person's file. The page draws what it is given: which fields exist, and which are sensitive, is the territory's and the organisation's choice. A sensitive value is "" until RevealUsager. */
export interface Champ {
  /** first_name, last_name, birth_name, birth_date, phone, email, address, … */
  code: string;
  label: string;
  /** text, date, tel, email, bool, choice, number, long */
  kind: string;
  /** a bool is "true" or "false", a date a civil day */
  value: string;
  /** Value as read: « 4 mars 1987 » */
  shown: string;
  choices: Choix[];
  required: boolean;
  sensitive: boolean;
  hint: string;
}

export interface Choix {
  value: string;
  label: string;
}

export interface Proche {
  id: string;
  name: string;
  /** « 14 mai 2018 · 8 ans » */
  birth: string;
  /** next rdv, "" for none */
  next: string;
}

export interface RdvLigne {
  id: string;
  day: string;
  when: string;
  coming: boolean;
  motif: string;
  color: string;
  agents: string;
  lieu: string;
  state: string;
  state_label: string;
  pending: boolean;
}

/** UsagerForm creates (ID "") or revises: only the fields in Set are changed. */
export interface UsagerForm {
  id: string;
  revision: number;
  /** at creation */
  responsable: string;
  /** Champ.Code → value */
  set: Record<string, string>;
  accept: string[];
}
