// An in-memory Backend for tests and for looking at the window: it keeps what it is told,
// and refuses when a test asks it to. It knows no rule and is never shipped.
import type {
  Avertissement,
  Backend,
  CasRevoir,
  DecisionForm,
  EtatProfil,
  EtatSync,
  Fait,
  FicheRdv,
  Item,
  Preferences,
  Recurrence,
  UsagerBref,
  Verrou,
  VueAgenda,
} from "../src/contract";
import { clockOf, hour, longDay, minutesOf, shortDay } from "../src/time";
import { HISTORY, REVIEW, VIEW } from "./cas";
import { AGENTS, COLUMN_DETAIL, LIEUX, MOTIFS, SERVICES, USAGERS } from "./data";
import {
  addDays,
  birthLabel,
  BLANK,
  champs,
  completed,
  instant,
  made,
  mondayOf,
  motifOf,
  NOW,
  parseBack,
  parseRdvs,
  STATE_LABEL,
  TODAY,
  ZONE,
} from "./made";
import { LOCK, Postes } from "./postes";
import { creneaux, mois, usager } from "./vues";

export interface Options {
  phase?: string;
  recoveryCode?: string;
  lock?: Verrou;
  notice?: string;
  sync?: Partial<EtatSync>;
  preferences?: Partial<Preferences>;
  /** agents whose columns are made up, so many rdvs each: for measuring */
  load?: { agents: number; rdvs: number };
}

export class Fixture {
  rdvs = parseRdvs();
  /** of À revoir, and what was decided */
  cases: CasRevoir[] = REVIEW;
  readonly settled: DecisionForm[] = [];
  readonly postes = new Postes(() => this.#agents().slice(1));
  readonly back = parseBack();
  readonly calls: { method: string; args: unknown[] }[] = [];
  /** warnings that a command meets until they are accepted, by method */
  readonly warn = new Map<string, Avertissement[]>();
  /** refusals, by method, met once */
  readonly refuse = new Map<string, { code: string; message: string }>();
  readonly options: Options;
  sync: EtatSync;
  preferences: Preferences;
  #undo: Item[][] = [];
  #ids = 1000;

  constructor(options: Options = {}) {
    this.options = options;
    this.sync = {
      state: "up_to_date",
      pending: 0,
      review: 0,
      offline_from: "",
      offline_day: "",
      last_sync: "jeu. 12 nov., 11 h 19",
      complete: true,
      done: 0,
      total: 0,
      detail: "",
      lease: "",
      ...options.sync,
    };
    this.preferences = {
      theme: "system",
      density: "normal",
      font: "inter",
      text_pct: 100,
      shortcuts: true,
      show_saturday: false,
      show_cancelled: true,
      view: "week",
      ...options.preferences,
    };
    if (options.load) this.rdvs = made(options.load);
  }

  /** The Backend of this fixture: each call noted, warned or refused as asked. */
  backend(): Backend {
    const methods = this.#methods();
    return new Proxy(methods, {
      get:
        (all, name: keyof Backend) =>
        async (...args: unknown[]) => {
          this.calls.push({ method: name, args });
          this.#check(name, args);
          const answer = await (all[name] as (...a: unknown[]) => unknown)(...args);
          // A page being measured must not pay for copies that Go would make.
          return this.options.load ? answer : structuredClone(answer);
        },
    });
  }

  #check(method: string, args: unknown[]) {
    const refusal = this.refuse.get(method);
    if (refusal) {
      this.refuse.delete(method);
      throw { ...refusal, warnings: [], fields: {} };
    }
    const accept = (args[0] as { accept?: string[] } | undefined)?.accept ?? [];
    const left = (this.warn.get(method) ?? []).filter((one) => !accept.includes(one.code));
    if (left.length > 0)
      throw { code: "warnings", message: "À savoir.", warnings: left, fields: {} };
  }

  #keep() {
    this.#undo.push(this.rdvs);
  }

  #fait(said: string, item?: Item): Fait {
    return {
      id: item?.id ?? "",
      command: `c${this.#undo.length}`,
      revision: item?.revision ?? 0,
      pending: true,
      said,
      can_undo: true,
      day: item?.day ?? "",
    };
  }

  #change(id: string, change: (item: Item) => Item, said: (item: Item) => string): Fait {
    const before = this.rdvs.find((item) => item.id === id);
    if (!before) throw { code: "not_found", message: "Ce rendez-vous n’existe plus." };
    this.#keep();
    const moved = change(before);
    const after = completed({ ...moved, pending: true, revision: before.revision + 1 });
    this.rdvs = this.rdvs.map((item) => (item.id === id ? after : item));
    return this.#fait(said(after), after);
  }

  #profil(): EtatProfil {
    const phase = this.options.phase ?? "ready";
    const profil = {
      id: "p1",
      mode: "joined",
      label: "Claire Fournier, CCAS de Montrelay",
      server: "https://rdv.montrelay.example",
      email: "claire.fournier@montrelay.example",
      last_used: "2026-11-12T10:00:00Z",
      sealed: false,
    };
    const demo = { ...profil, id: "p2", mode: "demonstration", label: "CCAS fictif", server: "" };
    return {
      phase,
      profils: phase === "first_run" ? [] : [profil, demo],
      profil: ["ready", "login", "locked", "phrase"].includes(phase) ? profil : null,
      agent: phase === "ready" ? this.#agents()[0]! : null,
      organisation: phase === "ready" ? "o1" : "",
      version: "0.1.0",
      demonstration: { agents: 6, lieux: 3, weeks: 4, usagers: 120 },
      lock: phase === "locked" ? (this.options.lock ?? LOCK) : null,
      notice: this.options.notice ?? "",
      recovery_code: this.options.recoveryCode ?? "",
    };
  }

  #agents() {
    return AGENTS.map(([id, name, initials, service], at) => ({
      id,
      name,
      short: `${name[0]}. ${name.split(" ")[1]}`,
      initials,
      services: [service],
      me: at === 0,
    })).concat(
      Array.from(
        { length: Math.max(0, (this.options.load?.agents ?? 0) - AGENTS.length) },
        (_, at) => ({
          id: `x${at}`,
          name: `Agent ${at + 9}`,
          short: `A. ${at + 9}`,
          initials: `${at + 9}`,
          services: ["s1"],
          me: false,
        }),
      ) as never[],
    );
  }

  #agenda(day: string, span: string, agents: string[]): VueAgenda {
    const first = span === "week" ? mondayOf(day || TODAY) : day || TODAY;
    const days = span === "week" ? [0, 1, 2, 3, 4].map((by) => addDays(first, by)) : [first];
    const last = days.at(-1)!;
    const shown = agents.length > 0 ? agents : ["a1"];
    const byColumn = new Map<string, Item[]>();
    for (const item of [...this.back, ...this.rdvs]) {
      const key = `${item.day}/${item.agent}`;
      byColumn.set(key, [...(byColumn.get(key) ?? []), item]);
    }
    const columns = days.flatMap((one) =>
      shown.map((agent) => {
        const key = `${one}/${agent}`;
        const items = (byColumn.get(key) ?? []).toSorted((a, b) =>
          a.from === b.from ? (a.to < b.to ? 1 : -1) : a.from < b.from ? -1 : 1,
        );
        return {
          key,
          day: one,
          agent,
          rdvs: items.filter(
            (item) => item.kind === "rdv" && !["excused", "revoked"].includes(item.state),
          ).length,
          detail: COLUMN_DETAIL[key] ?? "",
          holiday: items.some((item) => item.kind === "ferie"),
          today: one === TODAY,
          items,
        };
      }),
    );
    const label =
      span === "week"
        ? `${Number(first.slice(8))} – ${Number(last.slice(8))} novembre 2026`
        : longDay(first);
    return {
      from: first,
      to: last,
      label,
      week: 46,
      previous: addDays(first, span === "week" ? -7 : -1),
      next: addDays(first, span === "week" ? 7 : 1),
      zone: ZONE,
      opens: "08:00",
      closes: "19:00",
      step_min: 15,
      present: { now: instant(TODAY, NOW), day: TODAY, time: NOW, zone: ZONE },
      waiting: columns.flatMap((column) => column.items).filter((item) => item.state === "waiting")
        .length,
      columns,
    };
  }

  #fiche(id: string): FicheRdv {
    const item = this.rdvs.find((one) => one.id === id);
    if (!item) throw { code: "not_found", message: "Ce rendez-vous n’existe plus." };
    const done = ["seen", "noshow", "excused", "revoked"].includes(item.state);
    const waiting = item.state === "waiting";
    return {
      item,
      when: `${shortDay(item.day)}, ${hour(item.from)} – ${hour(item.to)}`,
      where: item.lieu_label ? `${item.lieu_label}, bureau 2` : "Au téléphone",
      banner: waiting ? { level: "info", message: "En salle d’attente depuis 11 h 12" } : null,
      usagers: item.collectif
        ? []
        : [
            {
              id: item.usagers[0]?.id ?? "u1",
              name: item.title,
              age: "39 ans (4 mars 1987)",
              phone: "06 39 98 41 20",
              email: "",
              file: "2026-0418",
              relation: "Avec Yanis, 8 ans",
              status: item.status,
            },
          ],
      agents: item.agents.map((agent) => ({
        noun: "agent",
        id: agent,
        label: AGENTS.find(([one]) => one === agent)?.[1] ?? agent,
      })),
      context: "Deux absences en juin : relancer par téléphone.",
      told: "Apportez votre dernier avis d’imposition.",
      messages: [
        {
          label: "Confirmation, courriel",
          when: "lun. 2 nov., 15 h 08",
          state: "ok",
          pending: false,
        },
        { label: "Rappel, courriel", when: "mar. 10 nov., 9 h 00", state: "ok", pending: false },
      ],
      history: [
        { label: "Arrivée notée par vous", when: "11 h 12", state: "", pending: true },
        {
          label: "Déplacé de 10 h 00 à 11 h 30, S. Martin",
          when: "5 nov.",
          state: "",
          pending: false,
        },
        { label: "Pris par S. Martin", when: "2 nov.", state: "", pending: false },
      ],
      actions: done
        ? ["unknown", "copy"]
        : [
            "seen",
            "noshow",
            "excused",
            "copy",
            "move",
            "edit",
            "revoked",
            ...(waiting ? [] : ["waiting"]),
          ],
      conflict: item.conflicts.map((code) => ({
        code,
        message: "Deux usagers à 14 h : Daniel Rousseau et Léa Meunier.",
        records: [],
      })),
    };
  }

  #brief(
    [id, first, last, birth, phone, email, of]: (typeof USAGERS)[number],
    text: string,
  ): UsagerBref {
    const name = `${first} ${last}`;
    const at = text ? name.toLowerCase().indexOf(text.toLowerCase()) : -1;
    const parts =
      at < 0
        ? [{ text: name, hit: false }]
        : [
            { text: name.slice(0, at), hit: false },
            { text: name.slice(at, at + text.length), hit: true },
            { text: name.slice(at + text.length), hit: false },
          ].filter((part) => part.text);
    const age = 2026 - Number(birth.slice(0, 4));
    const detail = of
      ? "proche de Nadia Haddad"
      : [birthLabel(birth), phone || email || "sans téléphone"].join(" · ");
    return { id, name, parts, age: `${age} ans`, detail };
  }

  #methods(): Backend {
    const none = (): Recurrence => ({
      kind: "none",
      interval: 1,
      days: [],
      ordinal: 0,
      until: "",
      label: "Une seule fois",
    });
    const ready = async () => {
      this.options.phase = "ready";
      return this.#profil();
    };
    const deleted = async (form: { id: string }) => this.#fait(`Supprimé (${form.id}).`);
    return {
      Profil: async () => this.#profil(),
      OpenProfil: ready,
      Unlock: async (id) => (id ? ready() : this.#profil()),
      Recover: ready,
      CloseProfil: async () => {
        this.options.phase = "choose";
        return this.#profil();
      },
      StartDemonstration: ready,
      EraseDemonstration: async () => {
        this.options.phase = "first_run";
        return this.#profil();
      },
      StartAlone: ready,
      Join: ready,
      Login: ready,
      Postes: async () => this.postes.vue(),
      RenamePoste: async (_agent, id, name) => this.postes.change(id, { name }),
      RevokePoste: async (_agent, id) => this.postes.change(id, { open: false, state: "Révoqué" }),
      WipePoste: async (_agent, id) =>
        this.postes.change(id, { open: false, state: "Effacement demandé" }),
      Preferences: async () => this.preferences,
      SavePreferences: async (p) => (this.preferences = p),
      Present: async () => ({ now: instant(TODAY, NOW), day: TODAY, time: NOW, zone: ZONE }),
      Referentiel: async () => ({
        organisations: [{ id: "o1", name: "CCAS de Montrelay", role: "basic", zone: ZONE }],
        services: SERVICES.map(([id, name]) => ({ id, name })),
        agents: this.#agents(),
        motifs: MOTIFS.map(([id, name, color, duration_min, place, service, collectif]) => ({
          id,
          name,
          color,
          duration_min,
          place,
          service,
          organisation: "o1",
          collectif,
        })),
        lieux: LIEUX.map(([id, name, address]) => ({ id, name, address, zone: ZONE })),
      }),
      Agenda: async (d) => this.#agenda(d.day, d.span, d.agents),
      Mois: async (month) => mois(month),
      Rdv: async (id) => this.#fiche(id),
      PrepareRdv: async (f) => {
        const [, , , minutes, place] = motifOf(f.motif || "m1");
        return {
          form: {
            ...f,
            motif: f.motif,
            lieu: f.lieu || (place === "public_office" ? "l1" : ""),
            duration_min: f.duration_min || (f.motif ? minutes : 0),
            agents: f.agents.length > 0 ? f.agents : ["a1"],
          },
          motifs: MOTIFS.map(([id]) => id),
          lieux: place === "public_office" ? LIEUX.map(([id]) => id) : [],
          agents: ["a1", "a2", "a3"],
          needs_lieu: place === "public_office",
          missing: [],
          when: "",
          warnings: [],
        };
      },
      BookRdv: async (f) => {
        this.#keep();
        const [day = "", from = ""] = f.start.split("T");
        const id = `n${this.#ids++}`;
        const title = USAGERS.filter(([one]) => f.usagers.includes(one)).map(
          ([, a, b]) => `${a} ${b}`,
        );
        const item = completed({
          ...BLANK,
          id,
          key: id,
          agent: f.agents[0] ?? "a1",
          agents: f.agents,
          day,
          from,
          to: clockOf(minutesOf(from) + f.duration_min),
          motif: f.motif,
          title: title.join(", ") || "Usager",
          state: "coming",
          status: "unknown",
          pending: true,
          can: ["open", "move", "resize", "assign"],
        });
        this.rdvs = [...this.rdvs, item];
        return this.#fait(`Pris : ${item.title}, ${shortDay(day)}, ${hour(from)}.`, item);
      },
      EditRdv: async (f) =>
        this.#change(
          f.id,
          (item) => item,
          () => "Modifié.",
        ),
      MoveRdv: async (f) =>
        this.#change(
          f.id,
          (item) => {
            const [day, from] = f.start ? f.start.split("T") : [item.day, item.from];
            const agent = f.to_agent || item.agent;
            const length = f.duration_min || item.duration_min;
            return {
              ...item,
              agent,
              agents: [agent],
              day: day!,
              from: from!,
              to: clockOf(minutesOf(from!) + length),
            };
          },
          (item) => `Déplacé à ${hour(item.from)}, ${item.title}.`,
        ),
      CancelRdv: async (id, by) =>
        this.#change(
          id,
          (item) => ({ ...item, state: by === "usager" ? "excused" : "revoked", note: "" }),
          (item) => `Annulé : ${item.title}.`,
        ),
      MarkRdv: async (id, status) =>
        this.#change(
          id,
          (item) => ({ ...item, state: status === "unknown" ? "coming" : status, note: "" }),
          (item) => `${STATE_LABEL[item.state]} : ${item.title}.`,
        ),
      Creneaux: async (d) => creneaux(d.motif, this.#agents()),
      Find: async (text) =>
        USAGERS.filter(([, a, b]) => `${a} ${b}`.toLowerCase().includes(text.toLowerCase())).map(
          (one) => {
            const { id, name, detail } = this.#brief(one, "");
            return { kind: "usager", id, day: "", label: name, detail };
          },
        ),
      SearchUsagers: async (text) => {
        const items = USAGERS.filter(([, a, b]) =>
          text
            ? `${a} ${b}`.toLowerCase().includes(text.toLowerCase())
            : b === "Besson" || b === "Morvan",
        ).map((one) => this.#brief(one, text));
        return { label: `${items.length} personnes · nom, téléphone, naissance ou dossier`, items };
      },
      Usager: async (id) => usager(id, false),
      RevealUsager: async (id) => usager(id, true),
      ChampsUsager: async () => champs({}, true).filter((champ) => !champ.sensitive),
      CheckUsager: async (f) =>
        f.set.phone?.replaceAll(" ", "") === "0639984120"
          ? [
              {
                code: "same_phone",
                message: "Nadia Haddad a le même téléphone.",
                records: [{ noun: "usager", id: "u1", label: "Nadia Haddad" }],
              },
            ]
          : [],
      SaveUsager: async (f) => ({ ...this.#fait("Fiche enregistrée."), id: f.id || "u1" }),
      Plage: async (id, day) => ({
        id,
        revision: 1,
        scope: "one",
        day,
        agent: "a1",
        title: "",
        motifs: ["m1", "m2"],
        lieu: "l1",
        first_day: "2026-09-07",
        from: "09:00",
        to: "12:30",
        break_min: 0,
        repeat: {
          kind: "weekly",
          interval: 1,
          days: ["MO"],
          ordinal: 0,
          until: "",
          label: "Toutes les semaines, le lundi",
        },
        exdates: [],
        accept: [],
      }),
      SavePlage: async () => this.#fait("Plage enregistrée."),
      DeletePlage: deleted,
      Absence: async (id, day) => ({
        id,
        revision: 1,
        scope: "all",
        day,
        agent: "a1",
        title: "formation",
        first_day: day,
        from: "14:00",
        last_day: day,
        to: "18:00",
        repeat: none(),
        exdates: [],
        accept: [],
      }),
      SaveAbsence: async () => this.#fait("Absence enregistrée."),
      DeleteAbsence: deleted,
      Repetitions: async () => [
        none(),
        { ...none(), kind: "weekly", days: ["MO"], label: "Toutes les semaines, le lundi" },
        {
          ...none(),
          kind: "weekly",
          interval: 2,
          days: ["MO"],
          label: "Toutes les deux semaines, le lundi",
        },
        {
          ...none(),
          kind: "monthly",
          ordinal: 2,
          days: ["MO"],
          label: "Tous les mois, le 2ᵉ lundi",
        },
      ],
      Undo: async () => {
        const before = this.#undo.pop();
        if (!before) throw { code: "nothing_to_undo", message: "Il n’y a rien à annuler." };
        this.rdvs = before;
        return { ...this.#fait("Geste annulé."), can_undo: false };
      },
      Sync: async () => this.sync,
      SyncNow: async () => this.sync,
      Histoire: async () => HISTORY,
      Rappeler: async (key) => this.#fait(`Remis : ${key}.`),
      Review: async () => ({ ...VIEW, items: this.cases }),
      SettleReview: async (form) => {
        this.settled.push(form);
        this.cases = this.cases.filter((one) => one.id !== form.id);
        return this.#fait("Cas réglé.");
      },
    };
  }
}
