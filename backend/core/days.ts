export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** UTC calendar day of an instant, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** First instant of a UTC day given as `YYYY-MM-DD`. */
export function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** First instant of the UTC day after the one that holds `at`. */
export function nextDayStart(at: number): number {
  return (Math.floor(at / DAY_MS) + 1) * DAY_MS;
}

/** The `count` UTC days that end with the day of `at`, oldest first. */
export function lastDays(at: number, count: number): string[] {
  const today = dayStart(dayOf(at));
  return Array.from({ length: count }, (_, index) => dayOf(today - (count - 1 - index) * DAY_MS));
}

/** ISO 8601 in UTC with milliseconds; null stays null. */
export function toIso(at: number): string;
export function toIso(at: number | null): string | null;
export function toIso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** When something was reported to happen that cannot have happened before: reports come in whole seconds, by another clock. */
export function notBefore(earliest: number | null, reported: number | null): number | null {
  return reported === null ? null : Math.max(reported, earliest ?? reported);
}
