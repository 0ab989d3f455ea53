import { z } from 'zod';
import { day, id, instant } from './common.ts';

/** From calm to stopped (MON-4). */
export const alertLevel = z.enum(['ok', 'attention', 'danger', 'blocked']);
export type AlertLevel = z.infer<typeof alertLevel>;

export const blockedReason = z.enum([
  '',
  'daily_limit_reached',
  'rolling_limit_reached',
  'shared_limit_reached',
  'shared_counters_unavailable',
]);
export type BlockedReason = z.infer<typeof blockedReason>;

export const pauseScope = z.enum(['all', 'message_1', 'line', 'campaign']);
export const pause = z.object({
  scope: pauseScope,
  /** Line or campaign; empty for the other scopes. */
  id: z.string(),
  reason: z.string(),
  until: instant.nullable(),
  since: instant,
});
export type Pause = z.infer<typeof pause>;

/** What holds a line back by itself at the moment (SND-13). */
export const lineStanding = z.object({
  id,
  label: z.string(),
  /** End of the quiet hours that hold in its own time zone; null outside of them. */
  quietUntil: instant.nullable(),
  /** What its warm-up allows today, and what it has sent; null without one, or after it. */
  warmup: z.object({ limit: z.int(), sent: z.int() }).nullable(),
});
export type LineStanding = z.infer<typeof lineStanding>;

/** Whether this machine's clock can be trusted (MON-8, REL-4). */
export const clockStanding = z.object({
  /** The clock was ahead: nothing leaves before this instant, unless the mistake is put right; else null. */
  heldUntil: instant.nullable(),
  /** Minutes by which this clock is ahead of the provider's, negative when behind; null within two minutes. */
  offsetMinutes: z.int().nullable(),
});
export type ClockStanding = z.infer<typeof clockStanding>;

/** How this machine stands with the others that send on the same account (SYN-5). */
export const sharedStanding = z.object({
  /** `waiting`: the counters are there, and first want to hear of machines that have not reported yet. */
  state: z.enum(['connected', 'waiting', 'lost']),
  lostSince: instant.nullable(),
  /** Messages that this machine can still send today though nobody answers. */
  canStillSend: z.int(),
  /** Sent by all machines together, today and in 24 hours, as last heard; with the limit that holds for all. */
  sent: z.int(),
  rolling: z.int(),
  limit: z.int(),
  machines: z.int(),
  /** Machines that are waited for, by the name of the computer. */
  awaited: z.array(z.string()),
});
export type SharedStanding = z.infer<typeof sharedStanding>;

export const monitoringStats = z.object({
  date: day,
  sent: z.int(),
  message1: z.int(),
  message2: z.int(),
  other: z.int(),
  errors: z.int(),
  limit: z.int(),
  canSend: z.boolean(),
  blockedReason,
  /** Says when sending resumes; empty while it goes on. */
  blockedMessage: z.string(),
  alertLevel,
  /** More than 75 % of the limit is sent (MON-9). */
  badge: z.boolean(),
  /** Message 2 per Message 1 (MON-5). */
  interactionRate: z.number(),
  /** Contacts that can still be served today (MON-5). */
  remainingCapacity: z.int(),
  capacityWarning: z.boolean(),
  /** Slots of today that first messages must leave for the answers to come (CMP-12). */
  heldForReplies: z.int(),
  errorRate: z.number(),
  errorAlert: z.boolean(),
  rolling: z.object({ sent: z.int(), limit: z.int() }),
  forecast: z.object({ exhaustedAt: instant.nullable() }),
  /** Everything is paused. The other pauses stand in `pauses`. */
  paused: z.boolean(),
  pauses: z.array(pause),
  lines: z.array(lineStanding),
  clock: clockStanding,
  /** Null where the limits are not shared with other machines. */
  shared: sharedStanding.nullable(),
  /** Attempts whose outcome is unknown, and those handed to the operator. */
  unknown: z.int(),
  /** Unknown, parked: waiting for a decision. */
  toResolve: z.int(),
  updatedAt: instant,
});
export type MonitoringStats = z.infer<typeof monitoringStats>;

export const dayCounts = z.object({
  date: day,
  sent: z.int(),
  message1: z.int(),
  message2: z.int(),
  other: z.int(),
  errors: z.int(),
});
export type DayCounts = z.infer<typeof dayCounts>;

export const messageError = z.object({
  id: z.string(),
  attemptId: id,
  code: z.string(),
  /** What happened and what to do, in the operator's language. */
  message: z.string(),
  phoneMasked: z.string(),
  occurredAt: instant,
});
export type MessageError = z.infer<typeof messageError>;

/** How well the cache does (CCH-4). */
export const cacheStats = z.object({
  hits: z.int(),
  misses: z.int(),
  /** Hits per read; 0 before the first one. */
  hitRate: z.number(),
  /** More than half of the last 100 reads missed. */
  warning: z.boolean(),
});
export type CacheStats = z.infer<typeof cacheStats>;

export const historyInput = z.object({ days: z.coerce.number().int().min(1).max(90).default(7) });
export const errorsInput = z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) });

export const sendingPauseInput = z.object({
  scope: pauseScope,
  id: id.optional(),
  until: instant.optional(),
});
export const sendingResumeInput = z.object({ scope: pauseScope, id: id.optional() });
