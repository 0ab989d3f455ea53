import { z } from 'zod';
import { day, id, instant, timeZone } from './common.ts';

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

/** Who set a line up. One of the environment cannot be changed here. */
export const lineSource = z.enum(['app', 'environment', 'demo']);
/** `keys_missing`: its history is here, its keys are not, as after a restore without them. `after_restart`: set during a demo. */
export const lineUse = z.enum(['active', 'disabled', 'keys_missing', 'after_restart']);

/** Secrets of a line. They are written and never given back. */
const secretName = z.enum(['apiKey', 'webhookSecrets', 'accessToken', 'appSecrets', 'verifyToken']);
export type SecretName = z.infer<typeof secretName>;
/** What a line is at its provider. */
export const lineAccount = z.object({
  /** The device of Wassenger, or the id of Meta's phone number. */
  sender: z.string(),
  baseUrl: z.string(),
  /** One for each secret that is set, in their order: how it ends, four characters at most; empty for a short one. */
  secrets: z.array(z.object({ name: secretName, ending: z.string().max(4) })),
});
export type LineAccount = z.infer<typeof lineAccount>;

export const lineState = z.enum(['unknown', 'online', 'offline', 'restricted']);
export const line = z.object({
  id,
  provider,
  label: z.string(),
  isDefault: z.boolean(),
  source: lineSource,
  use: lineUse,
  state: lineState,
  capabilities,
  /** Null for the simulator, and while the keys are missing. */
  account: lineAccount.nullable(),
  /** Where the provider must deliver its webhooks, path only; empty while the keys are missing. */
  webhookPath: z.string(),
  /** Until when the former address is taken too; null when there is none. */
  formerWebhookUntil: instant.nullable(),
  /** Its own pace; null: that of the settings. */
  sendsPerMinute: z.int().nullable(),
  gapMs: z.object({ min: z.int(), max: z.int() }).nullable(),
  /** `startedDay` is null until it sends its first message. */
  warmup: z.object({ steps: z.array(z.int()), startedDay: day.nullable() }).nullable(),
  /** Of the recipient's time zone where it is known, else of this one; null: that of the settings. */
  quietHours: z.object({ from: z.string(), to: z.string(), timeZone: z.string().nullable() }).nullable(),
});
export type Line = z.infer<typeof line>;

const MOST_SECRETS = 5;
/** Printable, without spaces: it goes into a header. */
const secret = z
  .string()
  .trim()
  .min(6)
  .max(2_000)
  .regex(/^[\x21-\x7e]+$/);
/** What a line is called. */
const label = z.string().trim().min(1).max(60);
/** Without a user, a query or a fragment: it is shown. */
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .max(300)
  .refine((text) => /^[^?#@]+$/.test(text))
  .transform((text) => text.replace(/\/+$/, ''));
const deviceId = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-f]{24}$/);
const phoneNumberId = z
  .string()
  .trim()
  .regex(/^\d{5,20}$/);
export const WASSENGER_URL = 'https://api.wassenger.com/v1';
export const META_URL = 'https://graph.facebook.com/v24.0';

/** A line to be set up: a device of Wassenger, or a phone number of Meta's Cloud API. */
export const lineInput = z.discriminatedUnion('provider', [
  z.object({
    provider: z.literal('wassenger'),
    label,
    deviceId,
    apiKey: secret,
    /** None where the account does not sign: then the address alone proves who sends. */
    webhookSecrets: z.array(secret).max(MOST_SECRETS).default([]),
    baseUrl: baseUrl.default(WASSENGER_URL),
    /** False where the plan reports no deliveries: figures of them are then "not available", not 0. */
    deliveryReports: z.boolean().default(true),
  }),
  z.object({
    provider: z.literal('meta'),
    label,
    phoneNumberId,
    accessToken: secret,
    /** Without one no webhook is believed. */
    appSecrets: z.array(secret).min(1).max(MOST_SECRETS),
    verifyToken: secret,
    baseUrl: baseUrl.default(META_URL),
  }),
]);
export type LineInput = z.infer<typeof lineInput>;

/** The whole list as it shall be: new secrets as text, those that stay by their place in the present list. */
const secretList = z
  .array(
    z.union([
      secret,
      z.object({
        keep: z
          .int()
          .min(0)
          .max(MOST_SECRETS - 1),
      }),
    ]),
  )
  .max(MOST_SECRETS);
export type SecretList = z.infer<typeof secretList>;

/** What a line is at its provider, changed; what is left out stays. Each provider takes its own fields. */
const accountPatch = z.object({
  deviceId: deviceId.optional(),
  apiKey: secret.optional(),
  webhookSecrets: secretList.optional(),
  deliveryReports: z.boolean().optional(),
  phoneNumberId: phoneNumberId.optional(),
  accessToken: secret.optional(),
  appSecrets: secretList.min(1).optional(),
  verifyToken: secret.optional(),
  baseUrl: baseUrl.optional(),
});
export type AccountPatch = z.infer<typeof accountPatch>;

/** Longest time for which a former webhook address is taken: 30 days. */
const LONGEST_KEPT_HOURS = 720;

/** How a line sends, and what it is. What is left out stays; null takes it away. */
export const linePatch = z.object({
  id,
  label: label.optional(),
  /** Makes it the line of whatever names none. */
  isDefault: z.literal(true).optional(),
  /** A disabled line sends nothing and takes nothing new; answers and reports are still read. */
  disabled: z.boolean().optional(),
  account: accountPatch.optional(),
  /** A new webhook address; the former one is taken for so many hours more. */
  renewWebhook: z.object({ keepFormerHours: z.int().min(0).max(LONGEST_KEPT_HOURS) }).optional(),
  sendsPerMinute: z.int().min(1).max(MOST_PER_MINUTE).nullable().optional(),
  gapMs: gapMs.nullable().optional(),
  warmupSteps: warmupSteps.nullable().optional(),
  quietHours: quietHours
    .and(z.object({ timeZone: timeZone.nullable().default(null) }))
    .nullable()
    .optional(),
});
export type LinePatch = z.infer<typeof linePatch>;

/** What becomes of what waits on a line that is removed; without it such a line is not removed. */
export const lineRemoval = z.object({
  waiting: z.enum(['move', 'cancel']).optional(),
  /** The line that takes over, with `waiting: move`. */
  moveTo: id.optional(),
});
export type LineRemoval = z.infer<typeof lineRemoval>;
/** Messages that go to the line that takes over, or end; of a big queue most do so in the seconds after the answer. */
export const lineRemoved = z.object({ moved: z.int(), cancelled: z.int() });
export type LineRemoved = z.infer<typeof lineRemoved>;

/** What the provider said about a line when it was asked. */
export const lineTest = z.object({
  state: lineState,
  /** Finer than the state: `ready`, `key_refused`, `unreachable`, ... */
  code: z.string(),
  /** In words, with what to do. */
  message: z.string(),
  sentToday: z.int().nullable(),
});
export type LineTest = z.infer<typeof lineTest>;
export const restarting = z.object({ restarting: z.literal(true) });
