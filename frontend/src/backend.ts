// The one door to Go. Nothing else in the window knows window.go or window.runtime.
import type { Backend, BackendEvents, Erreur } from "./contract";

interface WailsWindow {
  go?: { desktop?: { Agenda?: Record<string, (...args: unknown[]) => Promise<unknown>> } };
  runtime?: { EventsOn(name: string, call: (payload: never) => void): () => void };
}

const wails = () => window as unknown as WailsWindow;

/** A refusal or a failure of Go, always with a code and a French message. */
export class Refus extends Error implements Erreur {
  readonly code: string;
  readonly warnings: Erreur["warnings"];
  readonly fields: Erreur["fields"];

  constructor(erreur: Partial<Erreur>) {
    super(erreur.message ?? "");
    this.code = erreur.code ?? "failure";
    this.warnings = erreur.warnings ?? [];
    this.fields = erreur.fields ?? {};
  }
}

/**
 * Turns whatever a bound method rejected with into a Refus. Wails makes an Error of what
 * Go sends, so an Erreur travels as its JSON text.
 */
export function refusOf(reason: unknown): Refus {
  if (reason instanceof Refus) return reason;
  if (reason instanceof Error) return refusOfText(reason.message);
  if (typeof reason === "object" && reason !== null) return new Refus(reason as Partial<Erreur>);
  return refusOfText(String(reason));
}

function refusOfText(text: string): Refus {
  try {
    const erreur: unknown = JSON.parse(text);
    if (typeof erreur === "object" && erreur !== null) return new Refus(erreur as Partial<Erreur>);
  } catch {
    // Not an Erreur: a sentence of Wails itself.
  }
  return new Refus({ message: text });
}

async function call(method: string, args: unknown[]): Promise<unknown> {
  const bound = wails().go?.desktop?.Agenda?.[method];
  if (!bound) throw new Refus({ message: `Permanence ne répond pas (${method}).` });
  try {
    return await bound(...args);
  } catch (reason) {
    throw refusOf(reason);
  }
}

/** Every method of the facade, looked up when it is called. */
export const backend = new Proxy({} as Backend, {
  get:
    (_, method) =>
    (...args: unknown[]) =>
      call(String(method), args),
});

/** Listens to an event of Go; the result stops listening. */
export function listen<Name extends keyof BackendEvents>(
  name: Name,
  call: (payload: BackendEvents[Name]) => void,
): () => void {
  return wails().runtime?.EventsOn(name, call) ?? (() => {});
}
