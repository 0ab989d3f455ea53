import type { MessageType } from '../contract/attempts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, nextDayStart } from '../core/days.ts';
import { REPLY_WINDOW_MS, windowClosesAt } from './replyWindow.ts';

/** Windows are counted in groups of this length, by the instant at which they close. */
export const WINDOW_GROUP_MS = 10 * MINUTE_MS;
/**
 * A Message 2 that must wait for the next day's quota needs this much time in it: follow-ups leave in the order in which
 * their windows close, at the pace at which these opened, and so keep this lead on all of them.
 */
export const NEXT_DAY_MARGIN_MS = 10 * MINUTE_MS;
/** A window that closes within this time is served from the last slots of the rolling cap. */
export const LAST_CALL_MS = MINUTE_MS;

/** A higher estimate says nothing more, and keeps the chances below finite. */
const HIGHEST_RATE = 0.99;
/** One-sided 95 % quantile of the normal distribution. */
const QUANTILE = 1.645;
/** Half of a day's answers come in the first two hours; this curve only decides how long a follow-up waits. */
const ANSWER_SCALE_MS = 15 * MINUTE_MS;

/** Windows that close in the ten minutes from `closingGroup` on: see `closingGroup()`. */
export type WindowGroup = { closingGroup: number; count: number };

export type QuotaNeed = {
  now: number;
  dailyLimit: number;
  /** Daily limit of tomorrow: another one during a warm-up. */
  tomorrowLimit: number;
  /** Slots taken today. */
  used: number;
  /** Windows without an answer, those of Message 1 in flight and of unknown outcome included. */
  open: readonly WindowGroup[];
  /** Message 2 that wait to leave, by the end of their windows. */
  waiting: readonly WindowGroup[];
  /** Message 1 that are due; counting may stop at the daily limit. Asked only in the first minutes of a day. */
  dueMessage1: () => number;
  /** Message 1 slots taken today. */
  message1Today: number;
  /** Totals of the finished days of the last week. */
  history: { message1: number; message2: number };
  /** Largest number of messages that all lines together may start in two minutes. */
  burst: number;
};

/** Slots that a message must leave untouched. */
export type HeldBack = {
  daily: { message1: number; laterMessage2: number };
  rolling: { message1: number; laterMessage2: number };
};

/** First instant of the group of a window: the group holds the last instant at which its Message 2 may be accepted. */
export function closingGroup(message1SentAt: number): number {
  return Math.floor((windowClosesAt(message1SentAt) - 1) / WINDOW_GROUP_MS) * WINDOW_GROUP_MS;
}

/**
 * Slots to hold back for the Message 2 of the open windows (CMP-12); reasons and proof in
 * `docs/decisions/reply-guarantee.md`.
 *
 * Guaranteed, whatever the contacts do: of today's limit, one slot for every window that closes today; tomorrow's serves
 * the others. Of the rolling cap, as many slots as can be needed at once, since each follow-up at its last minute
 * takes the place of its own Message 1. Expected, so that follow-ups leave at once and not after midnight: the 95 %
 * quantile of the answers still to come, from the reply rate of the finished days and of today.
 */
export function heldBackSlots(need: QuotaNeed): HeldBack {
  const { now, burst } = need;
  const tomorrow = nextDayStart(now);
  const isToday = (group: WindowGroup): boolean => group.closingGroup < tomorrow + NEXT_DAY_MARGIN_MS;
  const openLater = need.open.filter((group) => !isToday(group));
  const reserved = total(need.open.filter(isToday)) + total(need.waiting.filter(isToday));
  const waitingLater = total(need.waiting) - total(need.waiting.filter(isToday));
  const unserved = total(need.open) + total(need.waiting);
  const rate = replyRate(need, tomorrow);
  const candidate = { closingGroup: closingGroup(now), count: 1 };
  const expected = answersToCome([...openLater, candidate], { now, until: tomorrow, rate });
  // Expectation alone never stops the first message of a day: with a limit of 1 none would ever leave.
  const today = reserved + waitingLater + Math.min(expected, need.dailyLimit - 1);
  const soon = total(need.waiting) + answersToCome([...need.open, candidate], { now, until: now + DAY_MS, rate });
  const tomorrowIsFull = total(openLater) + waitingLater >= need.tomorrowLimit;
  const early = isToday(candidate);
  const held = early ? heldFromEarly(need, today) : today;
  return {
    daily: { message1: tomorrowIsFull ? Math.max(held, need.dailyLimit) : held, laterMessage2: reserved },
    rolling: {
      message1: Math.max(Math.min(burst, unserved + 1), soon),
      laterMessage2: Math.max(0, Math.min(burst, unserved - 1)),
    },
  };
}

/**
 * The window of a Message 1 that leaves in the first minutes of a day has hardly anything of the next day: it needs a
 * second slot today. That is fine for a few; a long queue rather waits these minutes than pays double.
 */
function heldFromEarly(need: QuotaNeed, held: number): number {
  const allFit = need.used + held + 2 * need.dueMessage1() <= need.dailyLimit;
  return allFit ? held + 1 : Math.max(held, need.dailyLimit);
}

/** Whether the quota held back forbids this message to leave (CMP-12). Only Message 1 and Message 2 are ever held. */
export function isHeldBack(
  message: { type: MessageType; expiresAt: number | null },
  quota: { now: number; used: number; dailyLimit: number; rollingUsed: number; rollingLimit: number },
  held: HeldBack,
): boolean {
  const leaves = (daily: number, rolling: number): boolean =>
    quota.used + daily < quota.dailyLimit && quota.rollingUsed + rolling < quota.rollingLimit;
  if (message.type === 'message_1') return !leaves(held.daily.message1, held.rolling.message1);
  if (message.type !== 'message_2' || message.expiresAt === null) return false;
  const today = closingGroup(message.expiresAt - REPLY_WINDOW_MS) < nextDayStart(quota.now) + NEXT_DAY_MARGIN_MS;
  const lastCall = message.expiresAt - quota.now <= LAST_CALL_MS;
  return !leaves(today ? 0 : held.daily.laterMessage2, lastCall ? 0 : held.rolling.laterMessage2);
}

/** Reply rate and its relative standard deviation: of the finished days, or of today when that already shows more. */
function replyRate(need: QuotaNeed, tomorrow: number): { mean: number; deviation: number } {
  const { message1, message2 } = need.history;
  // Each of today's Message 1 that is not waiting for an answer any more was answered, or ended otherwise.
  const silent = total(need.open.filter(({ closingGroup: group }) => group >= tomorrow));
  const today = share(Math.max(0, need.message1Today - silent), need.message1Today);
  const mean = Math.min(HIGHEST_RATE, Math.max(share(message2, message1), today));
  const asked = message1 + need.message1Today;
  return { mean, deviation: mean === 0 ? 0 : Math.sqrt((1 - mean) / (mean * (asked + 1))) };
}

/** Nothing is expected of contacts before one has answered: the remaining capacity (MON-5) says the same. */
function share(answers: number, asked: number): number {
  return asked === 0 ? 0 : answers / asked;
}

/** Upper bound, at 95 %, of the answers that come before `until`; never more than there are windows. */
function answersToCome(
  groups: readonly WindowGroup[],
  span: { now: number; until: number; rate: { mean: number; deviation: number } },
): number {
  const { now, until, rate } = span;
  let [mean, variance] = [0, 0];
  for (const { closingGroup: group, count } of groups) {
    // Seen from the end of the group: nobody in it has waited longer for the contact.
    const opened = group + WINDOW_GROUP_MS - REPLY_WINDOW_MS;
    const soFar = rate.mean * answeredShare(now - opened);
    const chance = (rate.mean * answeredShare(until - opened) - soFar) / (1 - soFar);
    mean += count * chance;
    variance += count * chance * (1 - chance);
  }
  const upper = mean + QUANTILE * Math.sqrt(variance + (mean * rate.deviation) ** 2);
  return Math.min(total(groups), Math.floor(upper));
}

/** Share of a day's answers that have come by this time after Message 1: logarithmic, much at once and a long tail. */
function answeredShare(sinceMs: number): number {
  const since = Math.min(Math.max(0, sinceMs), 24 * HOUR_MS);
  return Math.log1p(since / ANSWER_SCALE_MS) / Math.log1p(REPLY_WINDOW_MS / ANSWER_SCALE_MS);
}

function total(groups: readonly WindowGroup[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}
