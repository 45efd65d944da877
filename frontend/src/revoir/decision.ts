// What a person is about to decide: a choice, and what goes with it.
import type { CasChoix, DecisionForm } from "../contract";
import type { IconName } from "../icons";
import { m } from "../messages";
import { hour, shortDay } from "../time";

/** The sign of each kind of case. */
export const KIND_ICON: Record<string, IconName> = { conflict: "warn", refused: "x", info: "info" };

/** What goes with a choice: the place of a slot, an agent or a session in its list. */
export const offers = (choice: CasChoix) =>
  choice.creneaux.length + choice.agents.length + choice.seances.length;

/** The form of a choice, with the offer at that place. */
export function formOf(
  id: string,
  rdv: string,
  choice: CasChoix,
  at: number,
  fields: string[],
): DecisionForm {
  const slot = choice.creneaux[at];
  return {
    id,
    choice: choice.code,
    rdv,
    start: slot?.start ?? "",
    agent: slot?.agent ?? choice.agents[at]?.id ?? "",
    seance: choice.seances[at]?.id ?? "",
    fields: choice.code === "apply" ? fields : [],
  };
}

/** What the button that decides says: « Déplacer à 14 h 45 ». */
export function verb(choice: CasChoix, at: number): string {
  const slot = choice.creneaux[at];
  if (slot) return m.review.moveTo(hour(slot.from), shortDay(slot.day));
  const agent = choice.agents[at];
  if (agent) return m.review.assignTo(agent.label);
  const session = choice.seances[at];
  if (session) return m.review.joinTo(session.label);
  return choice.label;
}

/** A move without a slot to offer is found in the agenda: it cannot be decided here. */
export const ready = (choice: CasChoix) =>
  !["move", "assign", "join"].includes(choice.code) || offers(choice) > 0;
