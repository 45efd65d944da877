// What the fixture shows besides the agenda: a month, slots, a person.
import type { Creneau, FicheUsager, MiniMois, VueCreneaux } from "../src/contract";
import { clockOf, longDay, minutesOf } from "../src/time";
import { LIEUX, USAGERS } from "./data";
import { addDays, champs, instant, mondayOf, motifOf, STATE_LABEL, TODAY, ZONE } from "./made";

export function mois(month: string): MiniMois {
  const first = mondayOf(`${month}-01`);
  const at = (by: number) => {
    const date = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1));
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

export function creneaux(motif: string, agents: { id: string; short: string }[]): VueCreneaux {
  const slot = (day: string, from: string, agent: string, lieu: string): Creneau => ({
    start: instant(day, from),
    end: instant(day, clockOf(minutesOf(from) + 45)),
    day,
    from,
    to: clockOf(minutesOf(from) + 45),
    zone: ZONE,
    agent,
    agent_label: agents.find((one) => one.id === agent)?.short ?? "",
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

export function usager(id: string, revealed: boolean): FicheUsager {
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
