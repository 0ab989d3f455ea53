import { z } from 'zod';
import { REFUSALS, type RefusalKind } from './refusals.ts';

const share = z.number().min(0).max(1);
const duration = z.number().min(0);
/** Shortest and longest, in milliseconds of simulated time. */
const range = z.tuple([duration, duration]);

const refusalKinds = Object.keys(REFUSALS) as [RefusalKind, ...RefusalKind[]];
/** What can go wrong with one request. Those that do not say otherwise happen after the message was accepted. */
export const faultKind = z.enum([
  'none',
  ...refusalKinds,
  /** Accepted, and the answer never comes. */
  'hang',
  /** Not accepted, and no answer ever comes. */
  'hang_unaccepted',
  /** Accepted, and the connection is reset in the middle of the answer's body. */
  'reset',
  /** Not accepted, and the connection is reset before any answer. */
  'reset_unaccepted',
  /** Accepted, and the answer is a 502. */
  'bad_gateway_accepted',
  /** Accepted, and the answer is a 200 that cannot be understood. */
  'nonsense',
  /** Accepted, and answered with the ids of the message accepted before it. */
  'same_id',
  /** Accepted, and answered after `slowMs`. */
  'slow',
]);
export type FaultKind = z.infer<typeof faultKind>;

export const answerType = z.enum([
  'text',
  'emoji',
  'voice',
  'audio',
  'image',
  'video',
  'document',
  'reaction',
  'sticker',
  /** These three are no answers for a campaign, but contacts do send them. */
  'contacts',
  'location',
  'poll',
]);
export type AnswerType = z.infer<typeof answerType>;

export const envelope = z.enum(['object', 'array']);
export type Envelope = z.infer<typeof envelope>;

const plannedAnswer = z.strictObject({
  type: answerType.default('text'),
  text: z.string().optional(),
  /** Counted from the acceptance of the message. */
  delayMs: duration.default(0),
  /** Quotes the message that it answers. */
  quotes: z.boolean().default(false),
  envelope: envelope.optional(),
  hiddenSender: z.boolean().default(false),
});
export type PlannedAnswer = z.infer<typeof plannedAnswer>;

/** What always happens with one phone. What is absent follows the general rules. */
const phoneBehaviour = z.strictObject({
  /** One per request to this phone, in order; later requests are without a fault. */
  faults: z.array(faultKind).optional(),
  /** For every request that `faults` does not cover. */
  always: faultKind.optional(),
  delivered: z.boolean().optional(),
  read: z.boolean().optional(),
  /** Accepted first, then reported as failed with this code; null: never. */
  failsLater: z.string().nullable().optional(),
  /** To its first accepted message, or to each with `answersEach`; an empty list: never answers. */
  answers: z.array(plannedAnswer).optional(),
  answersEach: z.boolean().default(false),
});
export type PhoneBehaviour = z.infer<typeof phoneBehaviour>;

const retryAfter = z.enum(['none', 'seconds', 'date', 'absurd']);

const answersRules = z.strictObject({
  /** Contacts that answer a message. */
  share: share.default(0),
  /** Those that also answer the message which follows their own answer. */
  afterAnswerShare: share.default(0),
  /** Counted from the delivery. */
  delayMs: range.default([1_000, 10_000]),
  /** Part of the answers that come after `lateDelayMs` instead. */
  lateShare: share.default(0),
  lateDelayMs: range.default([24 * 3_600_000, 30 * 3_600_000]),
  /** Answers that are followed by another one, `severalMs` later; again and again, 5 at most. */
  severalShare: share.default(0),
  severalMs: range.default([500, 5_000]),
  types: z.partialRecord(answerType, z.number().min(0)).default({ text: 1 }),
  texts: z.array(z.string()).nonempty().default(['Bonjour, oui.', 'Merci', 'Je suis intéressé', 'Rappelez-moi']),
  stopShare: share.default(0),
  stopWords: z.array(z.string()).nonempty().default(['STOP']),
  quotedShare: share.default(0),
  /** Senders that show an opaque `@lid` instead of their phone. */
  hiddenSenderShare: share.default(0),
  voiceShape: z.enum(['audio_ptt', 'ptt', 'voice']).default('audio_ptt'),
});

const webhookRules = z.strictObject({
  /** `documented`: sent and failed in arrays, everything else as objects. */
  envelope: z.enum(['documented', 'object', 'array', 'mixed']).default('documented'),
  /** Array events of so many milliseconds are sent together, 25 at most. */
  batchMs: duration.default(0),
  /** Events that carry our `reference`. */
  reference: z.enum(['arrays', 'always', 'never']).default('arrays'),
  doubledShare: share.default(0),
  doubledMs: range.default([0, 2_000]),
  /** Each event waits up to this long, which shuffles them. */
  shuffleMs: duration.default(0),
  /** Sends whose `sent` arrives before the answer to the request. */
  earlyShare: share.default(0),
  /** Messages with an event of an unknown kind. */
  unknownShare: share.default(0),
  lostShare: share.default(0),
  /** Deliveries and reads named `message:out:delivered` and `message:out:read` instead of `message:out:ack`. */
  aliasShare: share.default(0),
  /** Messages announced by `message:out:new`. */
  outNewShare: share.default(0),
  timeoutMs: duration.default(10_000),
  retryBaseMs: duration.default(5_000),
  giveUpMs: duration.default(24 * 3_600_000),
  concurrency: z.int().min(1).default(8),
});

export const rulesSchema = z.strictObject({
  /** How many times faster than life deliveries and answers run. Latency and webhook retries keep their pace. */
  timeScale: z.number().positive().default(1),
  latencyMs: range.default([0, 0]),
  slowMs: duration.default(20_000),
  /** Share of the sends that each fault befalls; together 1 at most. */
  faults: z.partialRecord(faultKind, share).default({}),
  retryAfter: retryAfter.default('seconds'),
  retryAfterSeconds: z.int().min(0).default(30),
  errorShape: z.enum(['full', 'error_code', 'errors', 'bare']).default('full'),
  /** Answers to sends without `waId`. */
  omitWaIdShare: share.default(0),
  delivery: z
    .strictObject({
      sentShare: share.default(1),
      sentMs: range.default([20, 100]),
      deliveredShare: share.default(1),
      deliveredMs: range.default([100, 1_000]),
      readShare: share.default(0),
      readMs: range.default([500, 5_000]),
      /** Accepted, and reported as failed later. */
      failedShare: share.default(0),
      failedMs: range.default([200, 2_000]),
      failureCodes: z.record(z.string(), z.number().min(0)).default({ 'number:notfound': 1 }),
    })
    .prefault({}),
  answers: answersRules.prefault({}),
  webhooks: webhookRules.prefault({}),
  lookup: z
    .strictObject({
      /** After its acceptance a message cannot be found for so long. */
      hiddenMs: range.default([0, 0]),
      /** The first so many look-ups of each message find nothing. */
      notFoundFirst: z.int().min(0).default(0),
      errorShare: share.default(0),
      /** Lists everything, page by page, whatever `reference` is asked for. */
      ignoresReference: z.boolean().default(false),
    })
    .prefault({}),
  phones: z.record(z.string(), phoneBehaviour).default({}),
});

/** How the simulated provider and its contacts behave. Every field has a default: nothing fails, nobody answers. */
export type Rules = z.infer<typeof rulesSchema>;
/** Some of the rules; the others keep their value. */
export type RulesPatch = z.input<typeof rulesSchema>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function merge(base: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const old = base[key];
    merged[key] = isRecord(old) && isRecord(value) ? merge(old, value) : value;
  }
  return merged;
}

/** Groups whose keys belong together: a patch replaces them whole. */
const REPLACED_WHOLE = [
  ['answers', 'types'],
  ['delivery', 'failureCodes'],
] as const;

/**
 * The rules with some of them changed. Groups are merged field by field, tables of weights are replaced.
 * @throws ZodError when the result is not a set of rules
 */
export function changedRules(current: Rules, patch: RulesPatch): Rules {
  const base = structuredClone(current) as Record<string, unknown>;
  const asked = patch as Record<string, unknown>;
  for (const [group, table] of REPLACED_WHOLE) {
    const baseGroup = base[group];
    const askedGroup = asked[group];
    if (isRecord(baseGroup) && isRecord(askedGroup) && askedGroup[table] !== undefined) delete baseGroup[table];
  }
  return rulesSchema.parse(merge(base, asked));
}

/** The default rules with some of them changed. */
export function createRules(patch: RulesPatch = {}): Rules {
  return changedRules(rulesSchema.parse({}), patch);
}
