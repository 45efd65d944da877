// Written by scripts/contract.mjs from app/desktop: change the Go structs, then `npm run contract`.

import type { AgentBref } from "./vues";

/** EtatProfil tells which screen comes first. */
export interface EtatProfil {
  /** first_run, choose, phrase, login, locked, ready */
  phase: string;
  /** of this computer, last used first */
  profils: Profil[];
  /** the open one, or the one to log in to */
  profil: Profil | null;
  /** nil unless ready */
  agent: AgentBref | null;
  /** id shown at first, "" unless ready */
  organisation: string;
  version: string;
  /** RecoveryCode is told once, by the call that made the profile: the page */
  demonstration: DemoContenu;
  recovery_code: string;
  /** nil unless locked */
  lock: Verrou | null;
  /** what became of the profile that was open, or "" */
  notice: string;
}

/** Verrou tells why an agenda is not shown, and what opens it: the server, as soon as it answers, or the password. */
export interface Verrou {
  /** lease_locked, device_revoked, device_copied */
  code: string;
  title: string;
  message: string;
  /** what waits to be sent, or "" */
  pending: string;
  /** only the password opens it */
  password: boolean;
}

/** Profil is one agent on one server, kept in one directory of this computer. */
export interface Profil {
  id: string;
  /** demonstration, alone, joined */
  mode: string;
  label: string;
  /** "" unless joined */
  server: string;
  email: string;
  /** instant, or "" */
  last_used: string;
  /** the file is sealed at rest */
  sealed: boolean;
}

/** DemoContenu is what the demonstration holds, for the first screen. */
export interface DemoContenu {
  agents: number;
  lieux: number;
  weeks: number;
  usagers: number;
}

/** SeulForm founds an organisation on this computer alone. */
export interface SeulForm {
  organisation: string;
  /** "62", "974" */
  departement: string;
  first_name: string;
  last_name: string;
  email: string;
}

/** RejoindreForm enrols this computer on a server. */
export interface RejoindreForm {
  server: string;
  email: string;
  password: string;
  /** the name of this computer, "" to let the program choose */
  device: string;
}

/** Preferences belong to the computer: they hold before any profile is open. */
export interface Preferences {
  /** system, light, dark, contrast */
  theme: string;
  /** compact, normal, airy */
  density: string;
  /** inter, atkinson, opendyslexic */
  font: string;
  /** 100, 112, 125, 150, 200 */
  text_pct: number;
  /** single-letter keys are on */
  shortcuts: boolean;
  show_saturday: boolean;
  show_cancelled: boolean;
  /** day, week, list: the last one used */
  view: string;
}
