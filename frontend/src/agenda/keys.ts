// The keys of the window, in one list: what answers to them, and what « ? » shows.
import { m } from "../messages";

export interface Shortcut {
  keys: string[];
  does: string;
  /** a single letter, which the preferences can turn off */
  letter?: boolean;
}

/** Letter of each action on an rdv. */
export const KEY_OF: Record<string, string> = {
  waiting: "A",
  seen: "V",
  noshow: "B",
  excused: "E",
  copy: "C",
  move: "D",
  edit: "M",
  revoked: "X",
};

export const ACTION_OF: Record<string, string> = Object.fromEntries(
  Object.entries(KEY_OF).map(([action, key]) => [key.toLowerCase(), action]),
);

const { ctrl, alt, shift, enter, escape } = m.keys;

export const SHORTCUTS: { title: string; keys: Shortcut[] }[] = [
  {
    title: m.keys.groups.everywhere,
    keys: [
      { keys: [ctrl, "K"], does: m.app.search },
      { keys: ["T"], does: m.slots.title, letter: true },
      { keys: ["U"], does: m.people.title, letter: true },
      { keys: ["G"], does: m.app.agenda, letter: true },
      { keys: ["R"], does: m.review.title, letter: true },
      { keys: [ctrl, "Z"], does: m.app.undo },
      { keys: ["?"], does: m.keys.title, letter: true },
      { keys: ["F1"], does: m.app.help },
      { keys: [escape], does: m.app.close },
    ],
  },
  {
    title: m.keys.groups.views,
    keys: [
      { keys: ["H"], does: m.agenda.today, letter: true },
      { keys: ["J"], does: m.agenda.day, letter: true },
      { keys: ["S"], does: m.agenda.week, letter: true },
      { keys: ["L"], does: m.agenda.list, letter: true },
      {
        keys: ["Page ↑"],
        does: `${m.agenda.previous.week}, ${m.agenda.previous.day.toLowerCase()}`,
      },
      { keys: ["Page ↓"], does: `${m.agenda.next.week}, ${m.agenda.next.day.toLowerCase()}` },
      { keys: ["N"], does: m.form.newRdv, letter: true },
    ],
  },
  {
    title: m.keys.groups.grid,
    keys: [
      { keys: ["←", "↑", "↓", "→"], does: "Parcourir les rendez-vous" },
      { keys: ["Début"], does: "Premier de la colonne" },
      { keys: ["Fin"], does: "Dernier de la colonne" },
      { keys: [enter], does: "Ouvrir le détail" },
      { keys: [alt, "↑", "↓"], does: "Déplacer dans la journée" },
      { keys: [alt, "←", "→"], does: "Déplacer au jour ou à l’agent voisin" },
      { keys: [alt, shift, "↑", "↓"], does: "Changer la durée" },
      { keys: [escape], does: "Renoncer au geste en cours" },
    ],
  },
  {
    title: m.keys.groups.rdv,
    keys: Object.entries(KEY_OF).map(([action, key]) => ({
      keys: [key],
      does: m.rdv.actions[action] ?? "",
      letter: true,
    })),
  },
];

/** True when a key press is typing, and no shortcut should answer. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return target?.closest("input, select, textarea, [contenteditable]") != null;
}
