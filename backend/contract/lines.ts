import { z } from 'zod';
import { day, id, timeZone } from './common.ts';

export const provider = z.enum(['wassenger', 'meta', 'simulator']);
export type ProviderName = z.infer<typeof provider>;

/** What a provider can do; what it cannot is shown as "not available on this line" (SND-12). */
export const capabilities = z.object({
  deliveryReports: z.boolean(),
  readReports: z.boolean(),
  reactions: z.boolean(),
  lookupByReference: z.boolean(),
  needsTemplate: z.boolean(),
  signsWebhooks: z.boolean(),
});
export type Capabilities = z.infer<typeof capabilities>;

/** Largest values of a line's own pace. */
export const MOST_PER_MINUTE = 600;
const LONGEST_GAP_MS = 3_600_000;
const MOST_PER_DAY = 100_000;
const MOST_STEPS = 60;

const gap = z.int().min(0).max(LONGEST_GAP_MS);
const gapMs = z.object({ min: gap, max: gap }).refine(({ min, max }) => min <= max);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
/** Local hours without Message 1, over midnight when `from` is after `to` (SND-13). */
const quietHours = z.object({ from: timeOfDay, to: timeOfDay }).refine(({ from, to }) => from !== to);
/** Messages of the first, second, ... day of use; from the next day on only the settings' limits hold. */
const warmupSteps = z.array(z.int().min(1).max(MOST_PER_DAY)).min(1).max(MOST_STEPS);

export const lineState = z.enum(['unknown', 'online', 'offline', 'restricted']);
export const line = z.object({
  id,
  provider,
  label: z.string(),
  isDefault: z.boolean(),
  state: lineState,
  capabilities,
  /** Where the provider must deliver its webhooks, path only. */
  webhookPath: z.string(),
  /** Its own pace; null: that of the settings. */
  sendsPerMinute: z.int().nullable(),
  gapMs: z.object({ min: z.int(), max: z.int() }).nullable(),
  /** `startedDay` is null until it sends its first message. */
  warmup: z.object({ steps: z.array(z.int()), startedDay: day.nullable() }).nullable(),
  /** Of the recipient's time zone where it is known, else of this one; null: that of the settings. */
  quietHours: z.object({ from: z.string(), to: z.string(), timeZone: z.string().nullable() }).nullable(),
});
export type Line = z.infer<typeof line>;

/** How a line sends. What is left out stays; null takes it away. */
export const linePatch = z.object({
  id,
  sendsPerMinute: z.int().min(1).max(MOST_PER_MINUTE).nullable().optional(),
  gapMs: gapMs.nullable().optional(),
  warmupSteps: warmupSteps.nullable().optional(),
  quietHours: quietHours
    .and(z.object({ timeZone: timeZone.nullable().default(null) }))
    .nullable()
    .optional(),
});
export type LinePatch = z.infer<typeof linePatch>;
