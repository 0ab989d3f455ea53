import type { MessageType } from '../contract/attempts.ts';
import type { AlertLevel } from '../contract/monitoring.ts';
import { nextDayStart } from '../core/days.ts';

/** Below this many contacts the remaining capacity is a warning (MON-5). */
export const CAPACITY_WARNING_BELOW = 10;
/** Above this share of errors the day is an alert (MON-6). */
export const ERROR_ALERT_ABOVE = 0.1;
/** Relative error of three roundings: of the rate, of the sum and of the quotient. */
const ROUNDING = 2 * Number.EPSILON;

/**
 * Alert level of a day (MON-4): `ok` up to floor(0.75 L), `attention` up to floor(0.90 L), `danger` up to L, then `blocked`.
 * In whole numbers: 0.9 has no exact double, and a boundary must not move with it.
 * @param sent messages sent today, a whole number
 * @param limit daily limit L, a whole number
 */
export function alertLevel(sent: number, limit: number): AlertLevel {
  if (sent > limit) return 'blocked';
  if (sent * 10 > limit * 9) return 'danger';
  if (sent * 4 > limit * 3) return 'attention';
  return 'ok';
}

/** Whether the navigation shows its alert badge: exactly when more than 75 % of the limit is sent (MON-9). */
export function showsBadge(sent: number, limit: number): boolean {
  return sent * 4 > limit * 3;
}

/** Message 2 per Message 1; 0 before the first Message 1 (MON-5). Above 1 when old windows are answered today. */
export function interactionRate(counts: { message1: number; message2: number }): number {
  return counts.message1 === 0 ? 0 : counts.message2 / counts.message1;
}

/**
 * Contacts that can still be served today, follow-ups included: floor((L - sent) / (1 + rate)), never below 0 (MON-5).
 * A rate is mostly no exact double: 168 / (1 + 5/7) comes out just below 98, and is 98.
 * @param day.interactionRate as `interactionRate` gives it
 */
export function remainingCapacity(day: { sent: number; limit: number; interactionRate: number }): number {
  const contacts = (day.limit - day.sent) / (1 + day.interactionRate);
  const nearest = Math.round(contacts);
  const isWhole = Math.abs(contacts - nearest) <= nearest * ROUNDING;
  return Math.max(0, isWhole ? nearest : Math.floor(contacts));
}

/** Share of errors among everything that was tried today: errors / (sent + errors), 0 when both are 0 (MON-6). */
export function errorRate(counts: { sent: number; errors: number }): number {
  const tried = counts.sent + counts.errors;
  return tried === 0 ? 0 : counts.errors / tried;
}

/** Whether one more message may leave, and if not, which limit forbids it. */
export type SendDecision =
  { ok: true; reason: '' } | { ok: false; reason: 'daily_limit_reached' | 'rolling_limit_reached' };

/**
 * Decides on one more message: allowed while both quotas have room (MON-2, MON-3). At the limit itself it is refused.
 * When both are used up the daily limit is named: it is the one the operator knows and the one that ends at a known hour.
 * @param quota.used slots taken today
 * @param quota.rollingUsed slots whose acceptance may lie within the last 24 hours
 */
export function decideSend(quota: {
  used: number;
  dailyLimit: number;
  rollingUsed: number;
  rollingLimit: number;
}): SendDecision {
  if (quota.used >= quota.dailyLimit) return { ok: false, reason: 'daily_limit_reached' };
  if (quota.rollingUsed >= quota.rollingLimit) return { ok: false, reason: 'rolling_limit_reached' };
  return { ok: true, reason: '' };
}

/**
 * True when a request that starts now could still be accepted after midnight UTC: its slot would belong to one day and
 * its acceptance to the next, so that the next day could pass its limit. No send starts then (MON-1, MON-8).
 * @param sendTimeoutMs after which an unanswered request is given up
 */
export function closesTooSoon(now: number, sendTimeoutMs: number): boolean {
  return nextDayStart(now) - now <= sendTimeoutMs;
}

/** The counters of a day. */
export type SlotKind = 'message_1' | 'message_2' | 'other';

/** Which of the day's counters a message belongs to (MON-1). */
export function slotKind(type: MessageType): SlotKind {
  return type === 'message_1' || type === 'message_2' ? type : 'other';
}
