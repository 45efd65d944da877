// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { Avertissement, Renvoi, Present, Annonce } from "./vues";

/** DemandeAgenda asks for every pair of a day and an agent: of the day or the week that holds Day (weekends as preferred), or of From…To, inclusive, when Span is "". */
export interface DemandeAgenda {
  /** "" = today */
  day: string;
  /** day, week, "" */
  span: string;
  from: string;
  to: string;
  /** [] = the agent of the profile */
  agents: string[];
  /** rdvs and plages elsewhere are left out; [] = everywhere */
  lieux: string[];
  /** with Lieux: phone, visio and home too */
  elsewhere: boolean;
  show_cancelled: boolean;
}

/** VueAgenda is the grid and its list twin. Columns go by day, then by agent in the order asked. Every wall time in it is read in Zone. */
export interface VueAgenda {
  from: string;
  to: string;
  /** « 9 – 13 novembre 2026 », « jeudi 12 novembre » */
  label: string;
  /** ISO number of From */
  week: number;
  /** a day of the period before, to ask it */
  previous: string;
  /** a day of the period after */
  next: string;
  zone: string;
  /** hours worth showing, whole ones: "08:00" */
  opens: string;
  /** "19:00" */
  closes: string;
  /** of a move by key or by hand: 5 or 15 */
  step_min: number;
  present: Present;
  /** rdvs of the view now in the waiting room */
  waiting: number;
  columns: Colonne[];
}

export interface Colonne {
  /** day/agent */
  key: string;
  day: string;
  agent: string;
  /** not cancelled */
  rdvs: number;
  /** « Maison des services », « Jour férié », « absence » */
  detail: string;
  holiday: boolean;
  today: boolean;
  /** by From, then longest first */
  items: Item[];
}

/** Item is one thing in one column. What spans midnight or several days comes as one Item a day, an rdv of two agents as one in each column. */
export interface Item {
  /** rdv, plage, absence, ferie, busy */
  kind: string;
  /** unique in its column, the same after a refresh */
  key: string;
  id: string;
  agent: string;
  agents: string[];
  day: string;
  from: string;
  to: string;
  start: string;
  end: string;
  duration_min: number;
  /** the record's own */
  zone: string;
  /** « 13 h 00 à Saint-Denis » when that zone tells another time */
  local_label: string;
  /** usagers, collective title, reason of an absence */
  title: string;
  /** motif */
  detail: string;
  /** third line: « Vu ou absent ? », an address, "" for none */
  note: string;
  /** what the eye sees and the ear would miss: day, end, status */
  spoken: string;
  motif: string;
  /** a Motif's */
  color: string;
  lieu: string;
  lieu_label: string;
  place: string;
  /** stored: unknown, seen, noshow, excused, revoked */
  status: string;
  /** drawn: coming, waiting, seen, noshow, excused, revoked, todo */
  state: string;
  /** « À venir », « En salle », « Vu »… */
  state_label: string;
  pending: boolean;
  /** codes of Avertissement, [] for none */
  conflicts: string[];
  collectif: boolean;
  /** seats; Seats is 0 when unlimited */
  taken: number;
  seats: number;
  usagers: Renvoi[];
  revision: number;
  /** times only: no right to the content */
  private: boolean;
  /** open, move, resize, assign (to another agent) */
  can: string[];
}

/** MiniMois is a month of the small calendar: whole weeks, Monday first. */
export interface MiniMois {
  /** 2026-11 */
  month: string;
  /** novembre 2026 */
  label: string;
  previous: string;
  next: string;
  weeks: MiniSemaine[];
}

export interface MiniSemaine {
  number: number;
  /** seven */
  days: MiniJour[];
}

export interface MiniJour {
  day: string;
  number: number;
  /** « jeudi 12 novembre, très chargé » */
  label: string;
  /** of another month */
  out: boolean;
  today: boolean;
  holiday: boolean;
  /** 0 to 3 */
  load: number;
}

/** FicheRdv is the detail panel. */
export interface FicheRdv {
  item: Item;
  /** « jeu. 12 nov., 11 h 30 – 12 h 15 » */
  when: string;
  where: string;
  /** what matters now: waiting, conflict, cancelled */
  banner: Annonce | null;
  usagers: RdvUsager[];
  agents: Renvoi[];
  /** between agents */
  context: string;
  /** instruction sent to the usager */
  told: string;
  /** receipts, last first */
  messages: LigneDatee[];
  /** what this computer knows at once, last first; Histoire tells the rest */
  history: LigneDatee[];
  /** seen, noshow, excused, revoked, unknown, waiting, arrived_not, move, edit, copy */
  actions: string[];
  conflict: Avertissement[];
}

export interface RdvUsager {
  id: string;
  name: string;
  /** « 39 ans (4 mars 1987) » */
  age: string;
  /** 06 39 98 41 20 */
  phone: string;
  email: string;
  /** file number, "" when the field does not exist */
  file: string;
  /** « responsable : Nadia Haddad » */
  relation: string;
  status: string;
}

/** LigneDatee is a line of history or of what was sent. */
export interface LigneDatee {
  label: string;
  /** « lun. 2 nov., 15 h 08 » */
  when: string;
  /** ok, pending, failed, "" */
  state: string;
  pending: boolean;
}

/** RdvForm books (ID "") or edits. In an edit, only the fields named in Set count. */
export interface RdvForm {
  id: string;
  /** lieu, agents, usagers, context, title, seats */
  set: string[];
  revision: number;
  motif: string;
  lieu: string;
  agents: string[];
  usagers: string[];
  /** 2026-11-24T09:00 on the wall clock of Zone, or an instant */
  start: string;
  /** "" = the lieu's, else the organisation's */
  zone: string;
  /** 0 = the motif's */
  duration_min: number;
  context: string;
  title: string;
  seats: number;
  accept: string[];
}

/** RdvPrepare completes a half-filled form: what may be chosen, what is missing, what should be known. Asked at every change of the form; writes nothing. */
export interface RdvPrepare {
  /** with lieu, duration and agent proposed */
  form: RdvForm;
  /** ids that may be chosen */
  motifs: string[];
  lieux: string[];
  agents: string[];
  needs_lieu: boolean;
  /** fields without which booking would be invalid */
  missing: string[];
  when: string;
  warnings: Avertissement[];
}

/** MoveForm moves, resizes or hands over. What is "" or 0 stays. */
export interface MoveForm {
  id: string;
  /** as shown */
  revision: number;
  start: string;
  zone: string;
  duration_min: number;
  /** ToAgent takes this agent's place */
  from_agent: string;
  to_agent: string;
  lieu: string;
  accept: string[];
}

/** Recurrence is structured for a form; Label says it in French. */
export interface Recurrence {
  /** none, weekly, monthly */
  kind: string;
  /** every n weeks or months */
  interval: number;
  /** MO…SU, weekly */
  days: string[];
  /** monthly: 1…5, −1…−5 */
  ordinal: number;
  /** civil day, inclusive, or "" */
  until: string;
  /** read only */
  label: string;
}

/** PlageForm is a plage d'ouverture to read or to save (ID "" creates). Scope says what a change of an existing series touches: all, or the one occurrence of Day. */
export interface PlageForm {
  id: string;
  revision: number;
  /** all, one */
  scope: string;
  day: string;
  agent: string;
  title: string;
  motifs: string[];
  lieu: string;
  first_day: string;
  from: string;
  to: string;
  break_min: number;
  repeat: Recurrence;
  /** read only */
  exdates: string[];
  accept: string[];
}

/** AbsenceForm is an absence to read or to save. A recurring one lasts one day. */
export interface AbsenceForm {
  id: string;
  revision: number;
  scope: string;
  day: string;
  agent: string;
  title: string;
  first_day: string;
  from: string;
  last_day: string;
  to: string;
  repeat: Recurrence;
  exdates: string[];
  accept: string[];
}

/** EffacerForm deletes a plage or an absence, or one occurrence of it. */
export interface EffacerForm {
  id: string;
  revision: number;
  scope: string;
  day: string;
}
