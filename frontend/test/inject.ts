// Puts a Fixture where Wails puts Go, in a built page opened without Go.
import { Fixture, type Options } from "./fixture";

type Listener = (payload: unknown) => void;

const page = window as unknown as {
  permanenceFixture?: Options;
  fixture?: Fixture;
  emit?: (name: string, payload: unknown) => void;
  go?: unknown;
  runtime?: unknown;
};

const listeners = new Map<string, Set<Listener>>();

page.fixture = new Fixture(page.permanenceFixture ?? {});
page.go = { desktop: { Agenda: page.fixture.backend() } };
page.emit = (name, payload) => listeners.get(name)?.forEach((call) => call(payload));
page.runtime = {
  EventsOn: (name: string, call: Listener) => {
    const calls = listeners.get(name) ?? new Set();
    listeners.set(name, calls.add(call));
    return () => calls.delete(call);
  },
};
