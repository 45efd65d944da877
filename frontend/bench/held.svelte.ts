import type { VueAgenda } from "../src/contract";

/** The view on screen, so that changing it draws the grid again. */
export class Held {
  view = $state.raw<VueAgenda>() as VueAgenda;

  constructor(view: VueAgenda) {
    this.view = view;
  }
}
