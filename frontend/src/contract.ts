// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

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

/** EtatProfil tells which screen comes first. */
export interface EtatProfil {
  /** first_run, choose, phrase, login, locked, ready */
  phase: string;
  /** of this computer, last used first */
  profils: Profil[];
  /** the open one, or the one to log in to */
  profil: Profil | null;
  /** nil unless ready */
  agent: AgentBref | null;
  /** id shown at first, "" unless ready */
  organisation: string;
  version: string;
  /** RecoveryCode is told once, by the call that made the profile: the page */
  demonstration: DemoContenu;
  recovery_code: string;
  /** nil unless locked */
  lock: Verrou | null;
  /** what became of the profile that was open, or "" */
  notice: string;
}

/** Verrou tells why an agenda is not shown, and what opens it: the server, as soon as it answers, or the password. */
export interface Verrou {
  /** lease_locked, device_revoked, device_copied */
  code: string;
  title: string;
  message: string;
  /** what waits to be sent, or "" */
  pending: string;
  /** only the password opens it */
  password: boolean;
}

/** Profil is one agent on one server, kept in one directory of this computer. */
export interface Profil {
  id: string;
  /** demonstration, alone, joined */
  mode: string;
  label: string;
  /** "" unless joined */
  server: string;
  email: string;
  /** instant, or "" */
  last_used: string;
  /** the file is sealed at rest */
  sealed: boolean;
}

/** DemoContenu is what the demonstration holds, for the first screen. */
export interface DemoContenu {
  agents: number;
  lieux: number;
  weeks: number;
  usagers: number;
}

/** SeulForm founds an organisation on this computer alone. */
export interface SeulForm {
  organisation: string;
  /** "62", "974" */
  departement: string;
  first_name: string;
  last_name: string;
  email: string;
}

/** RejoindreForm enrols this computer on a server. */
export interface RejoindreForm {
  server: string;
  email: string;
  password: string;
  /** the name of this computer, "" to let the program choose */
  device: string;
}

/** Preferences belong to the computer: they hold before any profile is open. */
export interface Preferences {
  /** system, light, dark, contrast */
  theme: string;
  /** compact, normal, airy */
  density: string;
  /** inter, atkinson, opendyslexic */
  font: string;
  /** 100, 112, 125, 150, 200 */
  text_pct: number;
  /** single-letter keys are on */
  shortcuts: boolean;
  show_saturday: boolean;
  show_cancelled: boolean;
  /** day, week, list: the last one used */
  view: string;
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

export interface Backend {
  /** Profil tells which screen to show: it is the first call the page makes. */
  Profil(): Promise<EtatProfil>;
  /** OpenProfil opens one of the profiles of this computer and starts following its server. Refusals: locked (already open elsewhere), login (a password is needed: show the login), phrase, bad_phrase (a passphrase is needed: ask for it and Unlock), keyring and key_lost (Recover), update (the file is of a newer version). */
  OpenProfil(id: string): Promise<EtatProfil>;
  /** Unlock gives the passphrase of a profile and opens it as OpenProfil does. With id "", it is the passphrase of the next profile made here, asked for by new_phrase. Refusals: bad_phrase, invalid, and those of OpenProfil. */
  Unlock(id: string, phrase: string): Promise<EtatProfil>;
  /** Recover opens a profile by its recovery code, and keeps its key behind a new passphrase, "" for the keyring. Refusals: bad_code, new_phrase, invalid, key_lost, and those of OpenProfil. */
  Recover(id: string, code: string, phrase: string): Promise<EtatProfil>;
  /** CloseProfil goes back to the choice of a profile. Nothing is lost. */
  CloseProfil(): Promise<EtatProfil>;
  /** StartDemonstration makes the fictional CCAS on this computer and opens it; when it exists, opens it. */
  StartDemonstration(): Promise<EtatProfil>;
  /** EraseDemonstration erases the demonstration's profile, then as CloseProfil. Refusal: not_demonstration. */
  EraseDemonstration(): Promise<EtatProfil>;
  /** StartAlone founds an organisation on this computer and opens its agenda. Refusal: invalid, with fields. */
  StartAlone(f: SeulForm): Promise<EtatProfil>;
  /** Join enrols this computer on a server and opens the agent's agenda; the first fortnight arrives first. Refusals: invalid, unreachable, bad_credentials, throttled, other_agent, update. */
  Join(f: RejoindreForm): Promise<EtatProfil>;
  /** Login gives a profile its session back. Refusals: those of Join. */
  Login(profil: string, password: string): Promise<EtatProfil>;
  /** Preferences and SavePreferences work before any profile is open. */
  Preferences(): Promise<Preferences>;
  SavePreferences(p: Preferences): Promise<Preferences>;
  /** Present is the program's clock, in the zone of the agent's organisation, or Europe/Paris before one is known. The page asks every 20 seconds. */
  Present(): Promise<Present>;
  /** Referentiel is what the agent's organisations are made of, sorted by name, the agent first; archived motifs and lieux are left out. */
  Referentiel(): Promise<Referentiel>;
  /** Agenda shows days × agents. An agent whose agenda may not be seen is left out; a range of more than 42 days is invalid. */
  Agenda(d: DemandeAgenda): Promise<VueAgenda>;
  /** Mois is a month ("2026-11") of the small calendar, its load that of agents ([] = the agent of the profile). */
  Mois(month: string, agents: string[]): Promise<MiniMois>;
  /** Rdv is the detail panel. Refusal: not_found. */
  Rdv(id: string): Promise<FicheRdv>;
  /** PrepareRdv completes and checks a half-filled form without writing. */
  PrepareRdv(f: RdvForm): Promise<RdvPrepare>;
  /** BookRdv books. Refusals: invalid, warnings, duplicate_rdv (exactly the same one exists), and the place's own: needs_phone, needs_email. */
  BookRdv(f: RdvForm): Promise<Fait>;
  /** EditRdv changes the fields in Set of a rdv. Refusals: those of BookRdv, cancelled, stale (changed since it was shown: read it again). */
  EditRdv(f: RdvForm): Promise<Fait>;
  /** MoveRdv moves, resizes or hands over. Refusals: invalid, warnings, duplicate_rdv, cancelled, stale. */
  MoveRdv(f: MoveForm): Promise<Fait>;
  /** CancelRdv cancels; by is "usager" (excused) or "service" (revoked). Refusal: already_cancelled. */
  CancelRdv(id: string, by: string): Promise<Fait>;
  /** MarkRdv sets seen, noshow, unknown (which restores a cancelled one too), or notes arrival: waiting, arrived_not. Only what FicheRdv.Actions offers is accepted. Refusals: bad_transition, not_yet (before the start). */
  MarkRdv(id: string, status: string): Promise<Fait>;
  /** Creneaux searches slots. Refusal: invalid. */
  Creneaux(d: DemandeCreneaux): Promise<VueCreneaux>;
  /** Find answers the box at the top: usagers, coming rdvs, and days written as « 24/11 », « mardi prochain » or « j+15 ». At most 12, best first; fewer than two characters find nothing. */
  Find(text: string): Promise<Trouvaille[]>;
  /** SearchUsagers answers while typing: first letters of names, accents and case folded, a phone, a birth date, a file number. At most limit (50 if 0). An empty text gives the persons seen lately. */
  SearchUsagers(text: string, limit: number): Promise<VueUsagers>;
  /** Usager is the person's file; reading one is a read the journal may note. */
  Usager(id: string): Promise<FicheUsager>;
  /** RevealUsager is the same with its sensitive values, noted in the journal. Refusal: forbidden. */
  RevealUsager(id: string): Promise<FicheUsager>;
  /** ChampsUsager are the empty fields of a new file. */
  ChampsUsager(): Promise<Champ[]>;
  /** CheckUsager gives the duplicates of a form being filled, and writes nothing. */
  CheckUsager(f: UsagerForm): Promise<Avertissement[]>;
  /** SaveUsager creates or revises. Refusals: invalid (with fields), warnings (same_email, same_phone, same_name_birth), erased. */
  SaveUsager(f: UsagerForm): Promise<Fait>;
  /** Plage reads one; day is the occurrence it was opened from, or "". */
  Plage(id: string, day: string): Promise<PlageForm>;
  /** SavePlage creates or changes, the whole series or the one occurrence of Day. Refusals: invalid (with fields), warnings (overlap_plage, motif_too_long). */
  SavePlage(f: PlageForm): Promise<Fait>;
  /** DeletePlage deletes the series, or takes one occurrence out of it. */
  DeletePlage(f: EffacerForm): Promise<Fait>;
  /** Absence, SaveAbsence and DeleteAbsence: the same for an absence. Saving one over rdvs gives the warning overlap, naming them. */
  Absence(id: string, day: string): Promise<AbsenceForm>;
  SaveAbsence(f: AbsenceForm): Promise<Fait>;
  DeleteAbsence(f: EffacerForm): Promise<Fait>;
  /** Repetitions are the ways a first day may recur, each with its label: none, every week, every two weeks, the k-th weekday, the last weekday. */
  Repetitions(firstDay: string): Promise<Recurrence[]>;
  /** Undo undoes a command by its Fait.Command, "" for the profile's last one. Refusals: nothing_to_undo, undone_already, overtaken (changed since by someone else; nothing was touched). */
  Undo(command: string): Promise<Fait>;
  /** Sync is the pill. SyncNow exchanges now and answers when done; offline, it answers the state at once without an error. Afterwards the program follows by itself and tells by EventSync. */
  Sync(): Promise<EtatSync>;
  SyncNow(): Promise<EtatSync>;
  /** Postes lists the computers on which an agent's agenda is kept, "" for one's own. RenamePoste, RevokePoste and WipePoste give the list as it is then. They wait for the network. Refusals: unreachable, login, not_found, invalid. */
  Postes(agent: string): Promise<VuePostes>;
  RenamePoste(agent: string, id: string, name: string): Promise<VuePostes>;
  RevokePoste(agent: string, id: string): Promise<VuePostes>;
  WipePoste(agent: string, id: string): Promise<VuePostes>;
  /** Histoire tells what became of an rdv or an usager, last first. It waits a little for the network. Refusal: not_found. */
  Histoire(noun: string, id: string): Promise<VueHistoire>;
  /** Rappeler puts back a former value, by the key of a Rappel that Histoire gave last. Refusals: not_found, nothing_to_undo, and those of the record. */
  Rappeler(key: string): Promise<Fait>;
  /** Review lists what the server refused or flagged, the most urgent first. */
  Review(): Promise<VueRevoir>;
  /** SettleReview decides a case. Its command can be undone like any other. Refusals: settled (by someone else), invalid (a choice that is not offered). */
  SettleReview(f: DecisionForm): Promise<Fait>;
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
