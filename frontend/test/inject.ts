// Puts a Fixture where Wails puts Go, in a built page opened without Go.
import { Fixture, type Options } from "./fixture";

const page = window as unknown as {
  permanenceFixture?: Options;
  fixture?: Fixture;
  go?: unknown;
  runtime?: unknown;
};

page.fixture = new Fixture(page.permanenceFixture ?? {});
page.go = { desktop: { Agenda: page.fixture.backend() } };
page.runtime = { EventsOn: () => () => {} };
