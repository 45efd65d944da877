// Where the keyboard begins in what was just drawn.

const FIELDS = ":is(input, select, textarea):not(:disabled)";

/** What is missing, else the first field; null when there is none. */
export const firstField = (of: HTMLElement) =>
  of.querySelector<HTMLElement>("[data-first]") ??
  of.querySelector<HTMLElement>(`:is(form, .dialog-body) ${FIELDS}`);
