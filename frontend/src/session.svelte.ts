// What every screen shares: who is here, what Go last said, and how a command is run.
import { getContext, setContext } from "svelte";

import { refusOf, type Refus } from "./backend";
import type {
  Annonce,
  Avertissement,
  Backend,
  Changement,
  EtatProfil,
  EtatSync,
  Fait,
  Preferences,
  Present,
  Referentiel,
} from "./contract";

export type Screen =
  | { name: "agenda" }
  | { name: "creneaux"; usager?: string; usagerName?: string; motif?: string }
  | { name: "usagers"; id?: string }
  | { name: "revoir" };

export interface Toast {
  message: string;
  level: Annonce["level"];
  /** what Undo takes, "" when nothing can be undone */
  command: string;
}

interface Question {
  warnings: Avertissement[];
  answer: (goOn: boolean) => void;
}

/** Something to be asked again; each screen watches those it shows. */
export type Subject = "agenda" | "referentiel" | "usagers" | "review";

const SUBJECTS: Record<string, Subject[]> = {
  rdv: ["agenda", "usagers"],
  usager: ["agenda", "usagers"],
  plage: ["agenda"],
  absence: ["agenda"],
  referentiel: ["referentiel", "agenda"],
  review: ["review"],
};

export const DEFAULT_PREFERENCES: Preferences = {
  theme: "system",
  density: "normal",
  font: "inter",
  text_pct: 100,
  shortcuts: true,
  show_saturday: false,
  show_cancelled: true,
  view: "week",
};

const EMPTY: Referentiel = { organisations: [], services: [], agents: [], motifs: [], lieux: [] };

export class Session {
  readonly backend: Backend;

  profil = $state.raw<EtatProfil | null>(null);
  preferences = $state.raw<Preferences>(DEFAULT_PREFERENCES);
  present = $state.raw<Present | null>(null);
  referentiel = $state.raw<Referentiel>(EMPTY);
  sync = $state.raw<EtatSync | null>(null);
  screen = $state.raw<Screen>({ name: "agenda" });
  toast = $state.raw<Toast | null>(null);
  question = $state.raw<Question | null>(null);
  spoken = $state("");
  versions = $state<Record<Subject, number>>({ agenda: 0, referentiel: 0, usagers: 0, review: 0 });

  /** what undoes the last gesture, "" for none */
  #last = "";

  constructor(backend: Backend) {
    this.backend = backend;
  }

  me = $derived(this.referentiel.agents.find((agent) => agent.me) ?? this.profil?.agent ?? null);
  /** Pixels of one rem, for judging widths. */
  rem = $derived((16 * this.preferences.text_pct) / 100);
  motifs = $derived(new Map(this.referentiel.motifs.map((motif) => [motif.id, motif])));
  lieux = $derived(new Map(this.referentiel.lieux.map((lieu) => [lieu.id, lieu])));
  agents = $derived(new Map(this.referentiel.agents.map((agent) => [agent.id, agent])));

  /** Speaks through role=status, the same words twice included. */
  say(text: string) {
    this.spoken = this.spoken === text ? `${text}\u00a0` : text;
  }

  show(toast: Toast) {
    this.toast = toast;
    this.say(toast.message);
  }

  announce(annonce: Annonce) {
    this.show({ ...annonce, command: "" });
  }

  alert(reason: unknown) {
    this.announce({ level: "danger", message: refusOf(reason).message });
  }

  /** Marks what the change touches as out of date. */
  changed(change: Pick<Changement, "nouns">) {
    const touched = new Set(change.nouns.flatMap((noun) => SUBJECTS[noun] ?? []));
    for (const subject of touched) this.versions[subject]++;
  }

  /**
   * Runs a command, asks about its warnings, says what it did. Returns null when it was
   * refused or given up; a refusal goes to onRefus when given, else is shown.
   */
  async run(
    command: (accept: string[]) => Promise<Fait>,
    onRefus?: (refus: Refus) => void,
  ): Promise<Fait | null> {
    const accept: string[] = [];
    for (;;) {
      try {
        return this.#done(await command(accept));
      } catch (reason) {
        const refus = refusOf(reason);
        if (refus.code !== "warnings") {
          (onRefus ?? ((it: Refus) => this.alert(it)))(refus);
          return null;
        }
        if (!(await this.#ask(refus.warnings))) return null;
        accept.push(...refus.warnings.map((warning) => warning.code));
      }
    }
  }

  #done(fait: Fait): Fait {
    const command = fait.can_undo ? fait.command : "";
    this.#last = command;
    if (fait.said) this.show({ message: fait.said, level: "ok", command });
    this.versions.agenda++;
    this.versions.usagers++;
    this.versions.review++;
    return fait;
  }

  #ask(warnings: Avertissement[]): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (goOn: boolean) => {
        this.question = null;
        resolve(goOn);
      };
      this.question = { warnings, answer };
    });
  }

  /** Undoes a command: the last gesture made here, all of it, else the last one known. */
  undo(command = this.#last): Promise<Fait | null> {
    return this.run(() => this.backend.Undo(command));
  }

  async savePreferences(change: Partial<Preferences>) {
    this.preferences = { ...this.preferences, ...change };
    try {
      this.preferences = await this.backend.SavePreferences(this.preferences);
    } catch (reason) {
      this.alert(reason);
    }
  }

  /** Asks Go for what the whole window needs; the profile decides the rest. */
  async start() {
    this.preferences = await this.backend.Preferences();
    await this.enter(await this.backend.Profil());
  }

  /** Takes a new state of the profile, and reads what an open one needs. */
  async enter(profil: EtatProfil) {
    if (profil.phase === "ready") {
      const [present, referentiel, sync] = await Promise.all([
        this.backend.Present(),
        this.backend.Referentiel(),
        this.backend.Sync(),
      ]);
      this.present = present;
      this.referentiel = referentiel;
      this.sync = sync;
    } else {
      this.screen = { name: "agenda" };
    }
    this.profil = profil;
  }
}

const KEY = Symbol("session");

/** The context of a component mounted alone, by a test or a measure. */
export const contextOf = (session: Session) => new Map([[KEY, session]]);
export const provideSession = (session: Session): Session => setContext(KEY, session);
export const useSession = (): Session => getContext<Session>(KEY);
