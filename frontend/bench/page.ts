// The grid alone in a page, for grid.mjs: mounted, changed and taken away on demand.
import "../src/styles/index.css";
import "./page.css";

import { flushSync, mount, unmount } from "svelte";

import Grid from "../src/agenda/Grid.svelte";
import type { VueAgenda } from "../src/contract";
import { contextOf, Session } from "../src/session.svelte";
import { share } from "../src/sharing";
import { Fixture } from "../test/fixture";
import { Held } from "./held.svelte";

const fixture = new Fixture({ load: { agents: 30, rdvs: 14 } });
const session = new Session(fixture.backend());
session.referentiel = await session.backend.Referentiel();
session.present = await session.backend.Present();
const agents = session.referentiel.agents.map((agent) => agent.id).slice(0, 30);
const ask = () =>
  session.backend.Agenda({
    day: "2026-11-12",
    span: "day",
    from: "",
    to: "",
    agents,
    lieux: [],
    elsewhere: false,
    show_cancelled: true,
  });

const held = new Held(await ask());
const target = document.getElementById("grid")!;
let grid: Record<string, unknown> | null = null;
/** The next answer of Go as text: reading it is the window's to pay, making it is not. */
let answer = "";

Object.assign(window, {
  bench: {
    mount() {
      const context = contextOf(session);
      const props = {
        get view() {
          return held.view;
        },
        selected: "",
        onopen: () => {},
        onmove: async () => true,
        oncreate: () => {},
        onperiod: () => {},
      };
      grid = mount(Grid, { target, props, context });
      flushSync();
    },
    async unmount() {
      if (grid) await unmount(grid);
      grid = null;
    },
    async prepare(n: number) {
      fixture.rdvs = fixture.rdvs.map((item, at) =>
        at === 100 + n ? { ...item, title: `Changé ${n}`, state: "seen" } : item,
      );
      answer = JSON.stringify(await ask());
    },
    change() {
      held.view = share(held.view, JSON.parse(answer) as VueAgenda);
      flushSync();
    },
  },
});
