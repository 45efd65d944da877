// Which days and whose agendas are on screen, and the view Go gave of them.
import { getContext, setContext } from "svelte";

import type { DemandeAgenda, VueAgenda } from "../contract";
import type { Session } from "../session.svelte";
import { share } from "../sharing";

export type Span = "day" | "week";

export class AgendaState {
  readonly #session: Session;

  day = $state("");
  span = $state<Span>("week");
  list = $state(false);
  agents = $state.raw<string[]>([]);
  /** lieux left out; ELSEWHERE stands for phone, visio and home */
  hidden = $state.raw<string[]>([]);
  view = $state.raw<VueAgenda | null>(null);
  /** the rdv whose detail is open, "" for none */
  selected = $state("");

  #asked = 0;
  #shown = 0;

  constructor(session: Session) {
    this.#session = session;
    const { view } = session.preferences;
    this.span = view === "day" ? "day" : "week";
    this.list = view === "list";
    this.agents = session.me ? [session.me.id] : [];
    this.day = session.present?.day ?? "";
  }

  demand = $derived.by((): DemandeAgenda => {
    const lieux = this.#session.referentiel.lieux.map((lieu) => lieu.id);
    const filtered = this.hidden.length > 0;
    return {
      day: this.day,
      span: this.span,
      from: "",
      to: "",
      agents: this.agents,
      lieux: filtered ? lieux.filter((id) => !this.hidden.includes(id)) : [],
      elsewhere: filtered && !this.hidden.includes(ELSEWHERE),
      show_cancelled: this.#session.preferences.show_cancelled,
    };
  });

  /** Asks the view again; answers that come late or out of order are dropped. */
  async refresh(demand = this.demand) {
    const ticket = ++this.#asked;
    try {
      const view = await this.#session.backend.Agenda(demand);
      if (ticket < this.#shown) return;
      this.#shown = ticket;
      this.view = share(this.view, view);
    } catch (reason) {
      this.#session.alert(reason);
    }
  }

  go(day: string) {
    this.day = day;
  }

  look(span: Span, list = this.list) {
    if (span === "day") this.#toShownDay();
    this.span = span;
    this.list = list;
    void this.#session.savePreferences({ view: list ? "list" : span });
  }

  /** On a day the week leaves out, the last one shown before it stands for it. */
  #toShownDay() {
    const days = this.view?.columns.map((column) => column.day) ?? [];
    if (days.length === 0 || days.includes(this.day)) return;
    this.day = days.findLast((day) => day < this.day) ?? days[0] ?? this.day;
  }

  /** Shows or hides one agent, keeping the order of the referentiel. */
  toggleAgent(id: string) {
    const kept = new Set(this.agents);
    if (!kept.delete(id)) kept.add(id);
    this.#keepAgents(kept);
  }

  /** Shows all the given agents, or hides them when all are shown. */
  toggleAgents(ids: string[]) {
    const kept = new Set(this.agents);
    const all = ids.every((id) => kept.has(id));
    for (const id of ids) {
      if (all) kept.delete(id);
      else kept.add(id);
    }
    this.#keepAgents(kept);
  }

  #keepAgents(kept: Set<string>) {
    const { agents } = this.#session.referentiel;
    this.agents = agents.map((agent) => agent.id).filter((id) => kept.has(id));
    if (this.agents.length > 1 && !this.list && this.span === "week") this.look("day");
  }

  toggleLieu(id: string) {
    this.hidden = this.hidden.includes(id)
      ? this.hidden.filter((other) => other !== id)
      : [...this.hidden, id];
  }

  /** Brings one rdv on screen, its agent with it, and opens it. */
  reveal(id: string, day: string, agent = "") {
    if (day) this.day = day;
    if (agent && !this.agents.includes(agent)) this.agents = [agent];
    this.selected = id;
  }
}

export const ELSEWHERE = "elsewhere";

const KEY = Symbol("agenda");

/** The context of a component mounted alone, by a test. */
export const contextOfAgenda = (agenda: AgendaState) => new Map([[KEY, agenda]]);
export const provideAgenda = (agenda: AgendaState): AgendaState => setContext(KEY, agenda);
export const useAgenda = (): AgendaState => getContext<AgendaState>(KEY);
