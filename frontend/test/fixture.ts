// An in-memory Backend for tests and for looking at the window: it keeps what it is told,
// and refuses when a test asks it to. It knows no rule and is never shipped.
import type {
  Avertissement,
  Backend,
  Creneau,
  EtatProfil,
  EtatSync,
  Fait,
  FicheRdv,
  FicheUsager,
  Item,
  MiniMois,
  Preferences,
  Recurrence,
  UsagerBref,
  VueAgenda,
  VueCreneaux,
} from "../src/contract";
import { clockOf, hour, longDay, minutesOf, shortDay } from "../src/time";
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
  REVIEW,
  STATE_LABEL,
  TODAY,
  ZONE,
} from "./made";

export interface Options {
  phase?: string;
  sync?: Partial<EtatSync>;
  preferences?: Partial<Preferences>;
  /** agents whose columns are made up, so many rdvs each: for measuring */
  load?: { agents: number; rdvs: number };
}

export class Fixture {
  rdvs = parseRdvs();
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
      profil: phase === "ready" || phase === "login" ? profil : null,
      agent: phase === "ready" ? this.#agents()[0]! : null,
      organisation: phase === "ready" ? "o1" : "",
      version: "0.1.0",
      demonstration: { agents: 6, lieux: 3, weeks: 4, usagers: 120 },
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

  #mois(month: string): MiniMois {
    const first = mondayOf(`${month}-01`);
    const at = (by: number) => {
      const date = new Date(
        Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1),
      );
      return date.toISOString().slice(0, 7);
    };
    const load = (day: string) => {
      const n = Number(day.slice(8)) % 7;
      const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
      return weekend || day === "2026-11-11" || !day.startsWith(month)
        ? 0
        : [2, 3, 1, 2, 1, 3, 2][n]!;
    };
    const said = ["", ", peu chargé", ", chargé", ", très chargé"];
    return {
      month,
      label: new Intl.DateTimeFormat("fr-FR", {
        month: "long",
        year: "numeric",
        timeZone: "UTC",
      }).format(new Date(`${month}-01T00:00:00Z`)),
      previous: at(-1),
      next: at(1),
      weeks: Array.from({ length: 5 }, (_, week) => ({
        number: 44 + week,
        days: Array.from({ length: 7 }, (__, one) => {
          const day = addDays(first, week * 7 + one);
          return {
            day,
            number: Number(day.slice(8)),
            label: longDay(day) + said[load(day)],
            out: !day.startsWith(month),
            today: day === TODAY,
            holiday: day === "2026-11-11",
            load: load(day),
          };
        }),
      })),
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
      history_full: true,
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

  #creneaux(motif: string): VueCreneaux {
    const slot = (day: string, from: string, agent: string, lieu: string): Creneau => ({
      start: instant(day, from),
      end: instant(day, clockOf(minutesOf(from) + 45)),
      day,
      from,
      to: clockOf(minutesOf(from) + 45),
      zone: ZONE,
      agent,
      agent_label: this.#agents().find((one) => one.id === agent)?.short ?? "",
      lieu,
      plage: `p-${lieu}-${day}`,
    });
    const days = (lieu: string, text: string) =>
      text.split(";").map((one) => {
        const [day = "", ...times] = one.trim().split(" ");
        const creneaux = times.map((time) => {
          const [from = "", agent = ""] = time.split("/");
          return slot(day, from, agent, lieu);
        });
        return { day, count: creneaux.length, creneaux };
      });
    const l1 = days(
      "l1",
      "2026-11-13 09:30/a2 14:00/a2; 2026-11-16 09:00/a2 09:45/a1 10:30/a1 14:00/a2 15:30/a1; 2026-11-17 09:00/a2 11:15/a2 14:30/a2; 2026-11-19 09:00/a1 10:00/a2; 2026-11-20 10:30/a1; 2026-11-23 09:30/a2; 2026-11-26 14:00/a1 15:00/a1",
    );
    const l2 = days(
      "l2",
      "2026-11-19 11:00/a3 13:30/a3 14:15/a3; 2026-11-24 09:00/a3 09:45/a3 10:30/a3 15:30/a3",
    );
    const count = (all: { count: number }[]) => all.reduce((sum, one) => sum + one.count, 0);
    return {
      from: TODAY,
      to: "2026-11-26",
      total: count(l1) + count(l2),
      label: `${count(l1) + count(l2)} créneaux dans 2 lieux`,
      took_ms: 3,
      lieux: [
        { id: "l1", name: LIEUX[0][1], detail: LIEUX[0][2], count: count(l1), days: l1, why: null },
        { id: "l2", name: LIEUX[1][1], detail: LIEUX[1][2], count: count(l2), days: l2, why: null },
        {
          id: "l3",
          name: LIEUX[2][1],
          detail: LIEUX[2][2],
          count: 0,
          days: [],
          why: {
            lines: [
              { code: "open", label: "Ouvert à ce motif (4 plages)", min: 840, at: 0, width: 1000 },
              {
                code: "absence",
                label: "Absence, Thomas Petit, mar. 17 et 24",
                min: 420,
                at: 500,
                width: 500,
              },
              { code: "rdv", label: "Déjà pris (9 rendez-vous)", min: 350, at: 85, width: 415 },
              { code: "too_short", label: "Trous de moins de 45 min", min: 70, at: 0, width: 85 },
              { code: "rest", label: "Reste", min: 0, at: 0, width: 0 },
            ],
            ways: [
              { code: "extend", to: "2026-12-10", duration_min: 0, count: 4 },
              { code: "shorter", to: "", duration_min: 30, count: 2 },
              { code: "open_plage", to: "", duration_min: 0, count: 0 },
            ],
          },
        },
      ],
      first: l1[0]?.creneaux[0] ?? null,
      loads: [...l1, ...l2].map((one) => ({ ...one, creneaux: [] })),
      notice:
        motif === "m1"
          ? [
              {
                code: "same_motif_same_day",
                message: "Nadia Haddad a déjà un rendez-vous de ce motif aujourd’hui à 11 h 30.",
                records: [],
              },
            ]
          : [],
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

  #usager(id: string, revealed: boolean): FicheUsager {
    const found = USAGERS.find(([one]) => one === id) ?? USAGERS[0];
    const [, first, last, birth, phone, email, responsable] = found;
    const name = `${first} ${last}`;
    const rdv = (
      when: string,
      coming: boolean,
      motif: string,
      state: string,
      agents: string,
      pending = false,
    ) => ({
      id: `r${when.length}${motif}${state}${coming}`,
      day: TODAY,
      when,
      coming,
      motif: motifOf(motif)[1],
      color: motifOf(motif)[2],
      agents,
      lieu: "Maison des services",
      state,
      state_label: STATE_LABEL[state] ?? "",
      pending,
    });
    return {
      id,
      name,
      initials: first[0]! + last[0]!,
      detail: `${2026 - Number(birth.slice(0, 4))} ans · agent référent : Claire Fournier · suivi depuis le 6 janv. 2025`,
      revision: 1,
      pending: false,
      champs: champs(
        { first_name: first, last_name: last, birth_date: birth, phone, email },
        revealed,
      ),
      responsable: responsable ? { noun: "usager", id: responsable, label: "Nadia Haddad" } : null,
      proches: responsable
        ? []
        : [
            {
              id: "u2",
              name: "Yanis Haddad",
              birth: "14 mai 2018 · 8 ans",
              next: "jeu. 12 nov., avec Nadia",
            },
            { id: "u3", name: "Lina Haddad", birth: "3 févr. 2021 · 5 ans", next: "" },
          ],
      rdvs: [
        { ...rdv("jeu. 12 nov., 11 h 30", true, "m1", "waiting", "C. Fournier"), id: "r15" },
        rdv("jeu. 19 nov., 14 h 30", true, "m1", "coming", "C. Fournier"),
        rdv("mar. 24 nov., 10 h 30", true, "m8", "coming", "N. Roux", true),
        rdv("mar. 20 oct., 9 h 00", false, "m2", "seen", "K. Benali"),
        rdv("ven. 2 oct., 14 h 00", false, "m2", "excused", "K. Benali"),
        rdv("jeu. 25 juin, 11 h 15", false, "m1", "noshow", "C. Fournier"),
      ],
      rdvs_label: "3 à venir · 8 vus, 2 absences, 1 excusé",
      messages: [
        {
          label: "Rappel du 12 nov., courriel",
          when: "remis mar. 10 nov., 9 h 00",
          state: "ok",
          pending: false,
        },
        {
          label: "Confirmation du 19 nov., courriel",
          when: "remise lun. 9 nov., 10 h 12",
          state: "ok",
          pending: false,
        },
        {
          label: "Confirmation du 24 nov., courriel",
          when: "partira à la prochaine synchronisation",
          state: "pending",
          pending: true,
        },
      ],
      duplicates:
        id === "u1"
          ? [
              {
                code: "same_phone",
                message:
                  "Deux fiches semblent être la même personne. « Nadia Haddad » et « Nadia Hadad » ont la même date de naissance et le même téléphone.",
                records: [{ noun: "usager", id: "u4", label: "Nadia Hadad" }],
              },
            ]
          : [],
      kept_until: "2028-11-24",
      actions: ["edit", "book", "add_proche"],
    };
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
      Mois: async (month) => this.#mois(month),
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
      Creneaux: async (d) => this.#creneaux(d.motif),
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
      Usager: async (id) => this.#usager(id, false),
      RevealUsager: async (id) => this.#usager(id, true),
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
      Review: async () => ({ items: REVIEW }),
      SettleReview: async () => this.#fait("C’est décidé."),
    };
  }
}
