// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { EtatProfil } from "./profil";

/** Erreur is what a rejected promise carries, as JSON text: Wails makes an Error of whatever ErrorFormatter gives, and only a string survives that. A refusal of the rules has its own stable code; "warnings" lists what may be accepted by asking again with the codes in accept; "invalid" names the fields at fault; "failure" is a surprise, already logged, whose message says what was saved and what to do.  Codes of every method: not_found, forbidden, no_profile, invalid, failure. Others are listed with the method. */
export interface Erreur {
  code: string;
  message: string;
  warnings: Avertissement[];
  /** field → what is wrong with it */
  fields: Record<string, string>;
}

/** Avertissement is one thing to know before going on, and may be accepted.  Codes for an rdv: overlap, absent, busy, other_lieu, ferie, hole, same_motif_same_day, in_past, title_long. For an usager: same_email, same_phone, same_name_birth. For a plage: overlap_plage, motif_too_long. */
export interface Avertissement {
  code: string;
  message: string;
  records: Renvoi[];
}

/** Renvoi points at a record and says it in a few words. */
export interface Renvoi {
  /** rdv, usager, plage, absence */
  noun: string;
  id: string;
  label: string;
}

/** Fait tells what a command did. Command is what Undo takes; it is "" when nothing was to be done. */
export interface Fait {
  id: string;
  command: string;
  revision: number;
  /** waits to be sent */
  pending: boolean;
  /** « Déplacé à 14 h 30, Léa Meunier. » */
  said: string;
  can_undo: boolean;
  /** where to look at the result, or "" */
  day: string;
}

/** Present is the program's clock, which a demonstration may have shifted: the page never reads its own. */
export interface Present {
  now: string;
  /** civil day and time in Zone */
  day: string;
  time: string;
  zone: string;
}

/** Changement says what to ask again. From and To are "" when any day may have changed; Agents is [] when any agent may have. */
export interface Changement {
  /** rdv, usager, plage, absence, referentiel, review */
  nouns: string[];
  from: string;
  to: string;
  agents: string[];
  /** came from elsewhere */
  remote: boolean;
}

/** Annonce is a sentence the program says of its own accord. */
export interface Annonce {
  /** info, ok, warn, danger */
  level: string;
  message: string;
}

/** EtatSync is the pill and what it unfolds. */
export interface EtatSync {
  /** alone, up_to_date, pending, syncing, offline, login */
  state: string;
  pending: number;
  /** items waiting in À revoir */
  review: number;
  /** « 10:42 », with OfflineDay when not today */
  offline_from: string;
  offline_day: string;
  /** « jeu. 12 nov., 10 h 42 », or "" */
  last_sync: string;
  /** false until the first download is in */
  complete: boolean;
  /** rows of it, of Total; 0 of 0 when not known */
  done: number;
  total: number;
  /** one sentence more, or "" */
  detail: string;
  /** a warning that the agenda will be locked, or "" */
  lease: string;
}

/** Referentiel is read once, then again when "referentiel" changed. */
export interface Referentiel {
  organisations: Organisation[];
  services: Service[];
  agents: AgentBref[];
  motifs: Motif[];
  lieux: Lieu[];
}

export interface Organisation {
  id: string;
  name: string;
  /** basic, secretariat, admin, intervenant */
  role: string;
  zone: string;
}

export interface Service {
  id: string;
  name: string;
}

/** AgentBref is an agent whose agenda may be shown. */
export interface AgentBref {
  id: string;
  /** Claire Fournier */
  name: string;
  /** C. Fournier */
  short: string;
  /** CF */
  initials: string;
  services: string[];
  me: boolean;
}

export interface Motif {
  id: string;
  name: string;
  /** ardoise, azur, lagon, sauge, olive, miel, brique, rose, prune, lilas */
  color: string;
  duration_min: number;
  /** public_office, phone, home, visio */
  place: string;
  service: string;
  organisation: string;
  collectif: boolean;
}

export interface Lieu {
  id: string;
  name: string;
  address: string;
  zone: string;
}

export interface BackendEvents {
  /** something shown may be out of date */
  changed: Changement;
  /** the pill must be drawn again */
  sync: EtatSync;
  /** opened, closed, session lost, erased */
  profil: EtatProfil;
  /** a sentence to show and speak */
  announce: Annonce;
}
