import { MINUTE_MS, nextDayStart } from '../core/days.ts';
import { WINDOW_GROUP_MS } from './holdBack.ts';
import { meanSpacingMs, quietPeriods, type Pace, type QuietHours } from './pace.ts';

/** Messages of one kind that become due together. */
export type ForecastQueue = {
  kind: 'message_1' | 'message_2' | 'other';
  dueAt: number;
  count: number;
  /** Pace of their campaign, null where only the line's counts. */
  sendsPerMinute?: number | null;
  /** Where its recipients are, for the quiet hours. */
  timeZone?: string;
};

export type ForecastLine = {
  pace: Pace;
  /** When its pace allows the next message. */
  nextStartAt: number;
  /** What its warm-up still allows today; null without one. */
  warmupLeft: number | null;
  /** Local hours without Message 1; what a follow-up waits in them is left out: it answers one who just wrote. */
  quietHours: QuietHours | null;
  /** What waits, in the order in which it leaves; what is paused left out, or due at the end of the pause. */
  queues: readonly ForecastQueue[];
};

export type ForecastPlan = {
  now: number;
  /** Slots left today. */
  left: number;
  sendTimeoutMs: number;
  lines: readonly ForecastLine[];
  /** Slots that a Message 1 must leave untouched at an instant, after so many more Message 1 (CMP-12). */
  heldBack?: (at: number, message1: number) => number;
};

type Queue = ForecastQueue & { readyAt: number; quiet: { from: number; until: number }[] };
type Line = {
  spacing: number;
  nextStartAt: number;
  left: number;
  queues: Queue[];
};
type Start = { line: Line; queue: Queue; at: number };

/**
 * When today the quota will be used up if nothing new comes in, epoch ms; `now` when it is, null when it will not be
 * (MON-10). Runs the queue forward by the rules of sending: pace, due times, warm-up, quiet hours, quota held back, and
 * the end of the day. One step per slot at most, however long the queue.
 */
export function exhaustedAt(plan: ForecastPlan): number | null {
  if (plan.left <= 0) return plan.now;
  const waiting = plan.lines.flatMap(({ queues }) => queues).reduce((sum, { count }) => sum + count, 0);
  if (waiting < plan.left) return null;
  const end = nextDayStart(plan.now) - plan.sendTimeoutMs;
  const lines = plan.lines.map((line) => runningLine(line, { from: plan.now, to: end }));
  const message1 = new Message1Gate(plan);
  for (let left = plan.left; ;) {
    const start = nextStart(lines, message1.opensAt);
    if (start === null || start.at >= end) return null;
    if (start.queue.kind === 'message_1' && !message1.passes(start.at, left)) continue;
    left -= 1;
    if (left === 0) return Math.ceil(start.at);
    send(start);
  }
}

function runningLine(line: ForecastLine, span: { from: number; to: number }): Line {
  const { pace, quietHours } = line;
  const periods = new Map<string, Queue['quiet']>();
  const quietOf = ({ kind, timeZone = 'UTC' }: ForecastQueue): Queue['quiet'] => {
    if (quietHours === null || kind !== 'message_1') return [];
    const known = periods.get(timeZone) ?? quietPeriods(span, { timeZone, quietHours });
    periods.set(timeZone, known);
    return known;
  };
  return {
    spacing: meanSpacingMs(pace),
    nextStartAt: Math.max(span.from, line.nextStartAt),
    left: line.warmupLeft ?? Infinity,
    queues: line.queues.map((queue) => ({ ...queue, readyAt: queue.dueAt, quiet: quietOf(queue) })),
  };
}

/** The earliest message of all lines; of those that are ready at once the first of its line. */
function nextStart(lines: readonly Line[], message1OpensAt: number): Start | null {
  let first: Start | null = null;
  for (const line of lines) {
    if (line.left <= 0) continue;
    for (const queue of line.queues) {
      if (queue.count <= 0) continue;
      const opensAt = queue.kind === 'message_1' ? message1OpensAt : 0;
      const at = afterQuiet(queue, Math.max(line.nextStartAt, queue.readyAt, opensAt));
      if (first === null || at < first.at) first = { line, queue, at };
    }
  }
  return first;
}

function afterQuiet(queue: Queue, at: number): number {
  return queue.quiet.find(({ from, until }) => from <= at && at < until)?.until ?? at;
}

function send({ line, queue, at }: Start): void {
  queue.count -= 1;
  if (queue.sendsPerMinute) queue.readyAt = at + MINUTE_MS / queue.sendsPerMinute;
  line.left -= 1;
  line.nextStartAt = at + line.spacing;
}

/** Asks for the quota held back no more often than needed: each Message 1 takes a slot and holds at most one more. */
class Message1Gate {
  readonly #heldBack: (at: number, message1: number) => number;
  /** No Message 1 before this instant. */
  opensAt = 0;
  #sent = 0;
  #freeAbove = Infinity;

  constructor({ heldBack }: ForecastPlan) {
    this.#heldBack = heldBack ?? (() => 0);
  }

  /** Whether a Message 1 may leave at `at`; when not, looks again as soon as less can be held back. */
  passes(at: number, left: number): boolean {
    if (left <= this.#freeAbove) {
      const free = left - this.#heldBack(at, this.#sent);
      if (free <= 0) {
        this.opensAt = (Math.floor(at / WINDOW_GROUP_MS) + 1) * WINDOW_GROUP_MS;
        this.#freeAbove = Infinity;
        return false;
      }
      this.#freeAbove = left - Math.ceil(free / 2);
    }
    this.#sent += 1;
    return true;
  }
}
