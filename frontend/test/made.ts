// What the fixture is made of: rdvs of the invented town, fields of a person's file, and
// full days for measuring.
import type { Champ, Item } from "../src/contract";
import { clockOf, hour, longDay, minutesOf } from "../src/time";
import { AGENTS, BACK, MOTIFS, RDVS, USAGERS } from "./data";

export const ZONE = "Europe/Paris";
export const TODAY = "2026-11-12";
export const NOW = "11:20";

export const STATE_LABEL: Record<string, string> = {
  coming: "À venir",
  waiting: "En salle",
  seen: "Vu",
  noshow: "Absent",
  excused: "Excusé",
  revoked: "Annulé",
  todo: "À renseigner",
};

export const addDays = (day: string, by: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
export const mondayOf = (day: string) =>
  addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
export const instant = (day: string, clock: string) => `${day}T${clock}:00Z`;
export const motifOf = (id: string) => MOTIFS.find((motif) => motif[0] === id)!;

export const BLANK: Item = {
  kind: "rdv",
  key: "",
  id: "",
  agent: "",
  agents: [],
  day: "",
  from: "",
  to: "",
  start: "",
  end: "",
  duration_min: 0,
  zone: ZONE,
  local_label: "",
  title: "",
  detail: "",
  note: "",
  spoken: "",
  motif: "",
  color: "",
  lieu: "",
  lieu_label: "",
  place: "",
  status: "",
  state: "",
  state_label: "",
  pending: false,
  conflicts: [],
  collectif: false,
  taken: 0,
  seats: 0,
  usagers: [],
  revision: 1,
  private: false,
  can: [],
};

/** What follows from the day, hours, motif and state of an rdv. */
export function completed(item: Item): Item {
  const [, detail, color, , place, , collectif] = motifOf(item.motif);
  const said = [
    longDay(item.day),
    `jusqu’à ${hour(item.to)}`,
    STATE_LABEL[item.state]?.toLowerCase(),
  ];
  if (item.pending) said.push("en attente d’envoi");
  if (item.conflicts.length > 0) said.push("en conflit");
  return {
    ...item,
    detail,
    color,
    place: item.place === "visio" ? "visio" : place,
    collectif,
    start: instant(item.day, item.from),
    end: instant(item.day, item.to),
    duration_min: minutesOf(item.to) - minutesOf(item.from),
    state_label: STATE_LABEL[item.state] ?? "",
    spoken: said.join(", "),
    lieu: place === "public_office" ? "l1" : "",
    lieu_label: place === "public_office" ? "Maison des services" : "",
  };
}

export function parseRdvs(): Item[] {
  const lines = RDVS.trim().split("\n");
  return lines.map((line, at) => {
    const [head = "", motif = "", state = "", extra = ""] = line.split("|");
    const [day = "", agent = "", hours = "", ...name] = head.split(" ");
    const [from = "", to = ""] = hours.split("-");
    const extras = new Map(extra.split(";").map((one) => one.split("=") as [string, string]));
    const [taken, seats] = (extras.get("seats") ?? "0/0").split("/").map(Number);
    const title = name.join(" ");
    const usager = USAGERS.find(([, first, last]) => `${first} ${last}` === title);
    return completed({
      ...BLANK,
      id: `r${at + 1}`,
      key: `r${at + 1}`,
      agent,
      agents: [agent],
      day,
      from,
      to,
      motif,
      state,
      title,
      status: ["seen", "noshow", "excused", "revoked"].includes(state) ? state : "unknown",
      note: extras.get("note") ?? "",
      place: extras.has("visio") ? "visio" : "",
      pending: extras.has("pending"),
      conflicts: extras.has("conflict") ? ["overlap"] : [],
      taken: taken ?? 0,
      seats: seats ?? 0,
      usagers: [{ noun: "usager", id: usager?.[0] ?? "u1", label: title }],
      can: ["open", "move", "resize", "assign"],
    });
  });
}

export function parseBack(): Item[] {
  return BACK.trim()
    .split("\n")
    .map((line, at) => {
      const [day = "", agent = "", hours = "", kind = "", ...title] = line.split(" ");
      const [from = "", to = ""] = hours.split("-");
      return {
        ...BLANK,
        kind,
        id: `b${at + 1}`,
        key: `b${at + 1}@${day}`,
        agent,
        agents: [agent],
        day,
        from,
        to,
        title: title.join(" "),
        can: kind === "ferie" ? [] : ["open"],
      };
    });
}

export const birthLabel = (birth: string) =>
  new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${birth}T00:00:00Z`),
  );

export function champs(values: Record<string, string>, revealed: boolean): Champ[] {
  const field = (code: string, label: string, kind: string, more: Partial<Champ> = {}): Champ => ({
    code,
    label,
    kind,
    value: values[code] ?? "",
    shown: code === "birth_date" && values[code] ? birthLabel(values[code]) : (values[code] ?? ""),
    choices: [],
    required: false,
    sensitive: false,
    hint: "",
    ...more,
  });
  const secret = (code: string, label: string, value: string) =>
    field(code, label, "text", { sensitive: true, shown: revealed ? value : "" });
  return [
    field("first_name", "Prénom", "text", { required: true }),
    field("last_name", "Nom", "text", { required: true }),
    field("birth_date", "Naissance", "date"),
    field("phone", "Téléphone", "tel"),
    field("email", "Courriel", "email"),
    field("address", "Adresse", "text"),
    field("notify_by_email", "Prévenir par courriel", "bool", { value: "true" }),
    secret("caisse", "Caisse", "CAF"),
    secret("numero", "N° d’allocataire", "0000000"),
    secret("logement", "Logement", "locataire"),
  ];
}

/** Full but real days: rdvs of 30 minutes one after the other from 7 o'clock on. */
export function made({ agents, rdvs }: { agents: number; rdvs: number }): Item[] {
  const ids = [
    ...AGENTS.map(([id]) => id as string),
    ...Array.from({ length: agents }, (_, at) => `x${at}`),
  ];
  const states = ["coming", "seen", "noshow", "excused", "waiting", "todo"];
  return ids.slice(0, agents).flatMap((agent, column) =>
    Array.from({ length: rdvs }, (_, row) => {
      const from = 8 * 60 + row * Math.floor((11 * 60) / rdvs);
      const id = `${agent}-${row}`;
      return completed({
        ...BLANK,
        id,
        key: id,
        agent,
        agents: [agent],
        day: TODAY,
        from: clockOf(from),
        to: clockOf(from + 30),
        motif: MOTIFS[(column + row) % 7]![0],
        title: `Usager ${column * rdvs + row}`,
        state: states[(column * 3 + row) % states.length]!,
        status: "unknown",
        pending: row % 5 === 0,
        can: ["open", "move", "resize", "assign"],
      });
    }),
  );
}
