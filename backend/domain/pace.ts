import { DAY_MS, dayStart, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import type { Random } from '../core/random.ts';

export type Pace = {
  sendsPerMinute: number;
  /** Bounds of the random gap between two messages. */
  gapMs: { min: number; max: number };
};

/**
 * Earliest instant, epoch ms, at which a line may start its next message; 0 when it never sent (SND-13).
 * Starts are spread evenly with a random gap: the gap is lengthened so that its mean is 60 s / N. Whatever chance says,
 * no 60 seconds ever hold more than N starts. Draw once per message, not once per look: the smallest of many draws
 * would be no random gap.
 * @param pace.recentSends starts, newest last, at least the last N of them
 */
export function nextSendAt(pace: Pace & { recentSends: readonly number[] }, random: Random): number {
  const { recentSends, sendsPerMinute, gapMs } = pace;
  const newest = recentSends.at(-1);
  if (newest === undefined) return 0;
  const gap = gapMs.min + random.next() * (gapMs.max - gapMs.min);
  // Rounded, not up: at more than one a millisecond there is no gap.
  const next = Math.round(newest + gap + evenSpacing(pace));
  const leavingMinute = recentSends.at(-sendsPerMinute);
  return leavingMinute === undefined ? next : Math.max(next, leavingMinute + MINUTE_MS);
}

/** What is added to every gap so that N messages fill a minute; 0 when the gaps alone are longer. */
function evenSpacing({ sendsPerMinute, gapMs }: Pace): number {
  return Math.max(0, MINUTE_MS / sendsPerMinute - (gapMs.min + gapMs.max) / 2);
}

/** Mean time between two messages at this pace, in ms. */
export function meanSpacingMs(pace: Pace): number {
  return Math.max(MINUTE_MS / pace.sendsPerMinute, (pace.gapMs.min + pace.gapMs.max) / 2);
}

/** Local times of day, `HH:MM`; `from` after `to` goes over midnight, `from` equal to `to` means none. */
export type QuietHours = { from: string; to: string };

/**
 * First instant at or after `at` that is outside the quiet hours, or null when `at` itself is (SND-13).
 * Quiet is what the clock on the recipient's wall says: an hour that daylight saving repeats is quiet twice, one that
 * it skips ends the quiet with the skip.
 * @throws RangeError when the time zone is not one
 */
export function quietUntil(when: { at: number; timeZone: string; quietHours: QuietHours }): number | null {
  const { timeZone, quietHours } = when;
  let at = when.at;
  for (let untilEnd = quietLeft(at, timeZone, quietHours); untilEnd > 0;) {
    at = Math.min(at + untilEnd, nextOffsetChange(at, at + untilEnd, timeZone));
    untilEnd = quietLeft(at, timeZone, quietHours);
  }
  return at === when.at ? null : at;
}

/** Who wrote this little ago is awake, and waits for what was promised. */
export const AWAKE_MS = HOUR_MS;
/** A follow-up waits for the morning when this much of its window is left then: those that waited leave in one go. */
export const MORNING_MARGIN_MS = HOUR_MS;

/**
 * Whether a Message 2 leaves during the quiet hours of its contact: in answer to one who is awake, or because its window
 * would close before it could leave in the morning. Reasons in `docs/decisions/quiet-hours.md`.
 * @param followUp.answeredAt when the contact wrote
 */
export function leavesInQuietHours(
  followUp: { answeredAt: number; expiresAt: number },
  quiet: { now: number; until: number },
): boolean {
  return followUp.answeredAt > quiet.now - AWAKE_MS || followUp.expiresAt < quiet.until + MORNING_MARGIN_MS;
}

/** Quiet hours that begin or last between two instants, in order, as instants from and to (SND-13). */
export function quietPeriods(
  span: { from: number; to: number },
  zone: { timeZone: string; quietHours: QuietHours },
): { from: number; until: number }[] {
  const { timeZone, quietHours } = zone;
  const loudHours = { from: quietHours.to, to: quietHours.from };
  const periods: { from: number; until: number }[] = [];
  if (quietHours.from === quietHours.to) return periods;
  for (let at = span.from; ;) {
    const from = quietUntil({ at, timeZone, quietHours: loudHours }) ?? at;
    if (from >= span.to) return periods;
    at = quietUntil({ at: from, timeZone, quietHours }) ?? from;
    periods.push({ from, until: at });
  }
}

/** Milliseconds that the wall clock still has to go to the end of the quiet hours; 0 outside of them. */
function quietLeft(at: number, timeZone: string, quietHours: QuietHours): number {
  const from = timeOfDay(quietHours.from);
  const length = modulo(timeOfDay(quietHours.to) - from, DAY_MS);
  const sinceFrom = modulo(at + zoneOffset(at, timeZone) - from, DAY_MS);
  return Math.max(0, length - sinceFrom);
}

/** First instant after `from` at which the zone's offset is another than at `from`; `to` when it is the same there. */
function nextOffsetChange(from: number, to: number, timeZone: string): number {
  const offset = zoneOffset(from, timeZone);
  if (zoneOffset(to, timeZone) === offset) return to;
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zoneOffset(middle, timeZone) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const wallClocks = new Map<string, Intl.DateTimeFormat>();

/** What the wall clock shows minus UTC, in ms. */
export function zoneOffset(at: number, timeZone: string): number {
  let wallClock = wallClocks.get(timeZone);
  if (wallClock === undefined) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    wallClock = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...digits, ...time });
    wallClocks.set(timeZone, wallClock);
  }
  const parts: Record<string, number> = {};
  for (const part of wallClock.formatToParts(at)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/**
 * Largest number of messages that a line's warm-up allows on a day; null when it has none or it is over (SND-13).
 * @param warmup.steps limits of the first, second, ... day of use
 * @param warmup.startedDay `YYYY-MM-DD`; null while the line has not sent: its first day is still to come
 */
export function warmupLimit(warmup: {
  steps: readonly number[];
  startedDay: string | null;
  day: string;
}): number | null {
  const daysOfUse =
    warmup.startedDay === null ? 0 : Math.round((dayStart(warmup.day) - dayStart(warmup.startedDay)) / DAY_MS);
  // A clock set back to before the first day: still the first step.
  return warmup.steps[Math.max(0, daysOfUse)] ?? null;
}
