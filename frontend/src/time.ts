// Civil days and wall-clock times as Go sends them: placing and wording, no zone and
// no arithmetic on dates.

const NARROW = "\u202f";
export const DAY_MINUTES = 24 * 60;

/** Minutes since midnight of "09:30"; 1440 of "24:00". */
export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

/** The wall clock at so many minutes since midnight, kept within the day. */
export function clockOf(minutes: number): string {
  const kept = Math.max(0, Math.min(DAY_MINUTES, minutes));
  return `${two(Math.floor(kept / 60))}:${two(kept % 60)}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** « 9 h 30 », as one says it. */
export function hour(clock: string): string {
  const [hours = "0", minutes = "00"] = clock.split(":");
  return `${Number(hours)}${NARROW}h${NARROW}${minutes}`;
}

/** « 9 h », for a scale of whole hours. */
export const wholeHour = (hours: number) => `${hours}${NARROW}h`;

/** « 45 min », « 1 h », « 1 h 30 ». */
export function duration(minutes: number): string {
  if (minutes < 60) return `${minutes}${NARROW}min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)}${NARROW}h${rest ? NARROW + two(rest) : ""}`;
}

/** « 14 h 00 », an amount of time in a column of them. */
export const hours = (minutes: number) =>
  `${Math.floor(minutes / 60)}${NARROW}h${NARROW}${two(minutes % 60)}`;

const inWords = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat("fr-FR", { ...options, timeZone: "UTC" });
  return (day: string) => (day ? format.format(new Date(`${day}T00:00:00Z`)) : "");
};

/** « jeu. 12 nov. » */
export const shortDay = inWords({ weekday: "short", day: "numeric", month: "short" });
/** « jeudi 12 novembre » */
export const longDay = inWords({ weekday: "long", day: "numeric", month: "long" });
/** « jeudi 12 novembre 2026 » */
export const fullDay = inWords({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
/** « jeu. » */
export const weekday = inWords({ weekday: "short" });

/** The number of the day in its month. */
export const dayNumber = (day: string) => Number(day.slice(8, 10));
