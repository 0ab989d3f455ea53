import { z } from 'zod';
import { instant, locale, timeZone } from './common.ts';
import { line } from './lines.ts';

/** Settings in force, without secrets. */
export const settings = z.object({
  version: z.string(),
  /** The built-in simulator is the provider: nothing really leaves. */
  demo: z.boolean(),
  locale,
  timeZone: z.string(),
  defaultCountry: z.string(),
  dailyLimit: z.int(),
  rollingLimit: z.int(),
  sendsPerMinute: z.int(),
  sendGapMs: z.object({ min: z.int(), max: z.int() }),
  retryBaseMs: z.int(),
  maxAttempts: z.int(),
  sendTimeoutMs: z.int(),
  countReactions: z.boolean(),
  countStickers: z.boolean(),
  stopWords: z.array(z.string()),
  dataDir: z.string(),
  adminAddress: z.string().nullable(),
  webhookAddress: z.string().nullable(),
  lines: z.array(line),
});
export type Settings = z.infer<typeof settings>;

/** What can be changed while running; the rest comes from the environment. */
export const settingsPatch = z.object({
  locale: locale.optional(),
  timeZone: timeZone.optional(),
  defaultCountry: z.string().length(2).optional(),
  dailyLimit: z.int().min(1).max(100_000).optional(),
  rollingLimit: z.int().min(1).max(1_000_000).optional(),
  sendsPerMinute: z.int().min(1).max(600).optional(),
  countReactions: z.boolean().optional(),
  countStickers: z.boolean().optional(),
  stopWords: z.array(z.string().trim().min(1).max(40)).max(50).optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatch>;

export const auditEntry = z.object({
  id: z.string(),
  at: instant,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.record(z.string(), z.json()).nullable(),
});
export type AuditEntry = z.infer<typeof auditEntry>;

/** A job of the clock and how its last run went (OPS-7). */
export const scheduledJob = z.object({
  name: z.string(),
  /** Five cron fields, in UTC. */
  schedule: z.string(),
  lastStartedAt: instant.nullable(),
  lastFinishedAt: instant.nullable(),
  lastResult: z.enum(['done', 'failed']).nullable(),
  /** Null while it waits for its first start. */
  nextAt: instant.nullable(),
});
export type ScheduledJob = z.infer<typeof scheduledJob>;
export const runJobInput = z.object({ job: z.string().min(1).max(64) });

export const loginInput = z.object({ password: z.string().min(1).max(200) });
export const loginOutput = z.object({ token: z.string(), expiresAt: instant });
