// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { Avertissement, Fait, Present, EtatSync, Referentiel } from "./vues";
import type { DemandeAgenda, VueAgenda, MiniMois, FicheRdv, RdvForm, RdvPrepare, MoveForm, Recurrence, PlageForm, AbsenceForm, EffacerForm } from "./agenda";
import type { VuePostes } from "./postes";
import type { EtatProfil, SeulForm, RejoindreForm, Preferences } from "./profil";
import type { DemandeCreneaux, VueCreneaux, VueUsagers, Trouvaille, FicheUsager, Champ, UsagerForm } from "./recherche";
import type { VueRevoir, DecisionForm, VueHistoire } from "./revoir";

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
