// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { Renvoi } from "./vues";
import type { Creneau } from "./recherche";

/** VueRevoir is what the server refused or flagged, until someone decides: the most urgent first. */
export interface VueRevoir {
  items: CasRevoir[];
  /** decided in the last days, last first */
  closed: CasRegle[];
  /** this computer was away for a day or more, and is back */
  back: Retour | null;
}

/** Retour is what became of the work of a computer that was away: Sent is the sum of the others. */
export interface Retour {
  /** « De retour après trois semaines » */
  title: string;
  /** « Ce poste était hors ligne du … au …. » */
  detail: string;
  sent: number;
  passed: number;
  /** this computer's own, still open */
  decide: number;
  refused: number;
}

/** CasRegle is a case that somebody decided. */
export interface CasRegle {
  id: string;
  title: string;
  /** « Gardé par Sylvie Martin » */
  said: string;
  when: string;
}

/** CasRevoir is one case: what happened, both sides, and what one may choose. */
export interface CasRevoir {
  id: string;
  /** conflict, refused, info */
  kind: string;
  code: string;
  /** today, soon, later */
  urgency: string;
  /** the agent's own to answer; else their team's */
  mine: boolean;
  title: string;
  message: string;
  when: string;
  /** what was entered, what it met */
  sides: Cote[];
  /** to be worked one by one, each with its own choices */
  rows: CasLigne[];
  /** of two files of one person */
  champs: ChampDouble[];
  /** what was entered on top of it, decided with it */
  depends: string[];
  /** the likeliest first */
  choices: CasChoix[];
  /** to show in the agenda, or "" */
  rdv: string;
  day: string;
  /** to show the file of, or "" */
  usager: string;
  /** of a refused booking, to find another slot, or "" */
  motif: string;
}

/** Cote is one side of a case. */
export interface Cote {
  label: string;
  title: string;
  detail: string;
  note: string;
  motif: string;
  color: string;
}

/** CasLigne is one rdv of a case that is worked as a list. */
export interface CasLigne {
  rdv: string;
  title: string;
  detail: string;
  choices: CasChoix[];
}

/** ChampDouble is one field of two files: what each says, and which is proposed. */
export interface ChampDouble {
  code: string;
  label: string;
  /** as read; "" for nothing */
  keep: string;
  drop: string;
  /** the second file's value is proposed */
  other: boolean;
}

/** CasChoix is one way to decide: keep, told, apply, drop, move, assign, lift, join, fix. A move offers its slots, an assign its agents, a join its sessions: one of them goes with the decision. A fix is done elsewhere: it goes to what is to be corrected, and the case stays. */
export interface CasChoix {
  code: string;
  /** « Garder 10 h » */
  label: string;
  /** what follows, or "" */
  detail: string;
  creneaux: Creneau[];
  agents: Renvoi[];
  seances: Renvoi[];
}

/** DecisionForm decides a case by the code of one of its choices. */
export interface DecisionForm {
  id: string;
  choice: string;
  /** of the row decided, "" for the case itself */
  rdv: string;
  /** of the slot, for a move */
  start: string;
  /** who receives, for an assign, or a move to another agent's slot */
  agent: string;
  /** for a join */
  seance: string;
  /** codes whose value is that of the second file, for a merge */
  fields: string[];
}

/** VueHistoire is what became of a record, last first. Offline, or before the server knows it, only this computer's own acts are told: Notice says so. */
export interface VueHistoire {
  lines: LigneHistoire[];
  full: boolean;
  /** "" when nothing is missing */
  notice: string;
}

/** LigneHistoire is one change, and the former values that may be put back. */
export interface LigneHistoire {
  /** « Déplacé de 10 h à 11 h 30 par Sylvie Martin » */
  label: string;
  /** « le lun. 23 nov. à 9 h 02 » */
  when: string;
  pending: boolean;
  rappels: Rappel[];
}

/** Rappel is a former value: Key is what Rappeler takes. */
export interface Rappel {
  key: string;
  /** « Remettre à 10 h » */
  label: string;
}
