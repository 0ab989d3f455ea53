import { z } from 'zod';
import { flag, id, instant, pageInput } from './common.ts';

export const messageType = z.enum([
  'message_1',
  'message_2',
  'account',
  'otp',
  'system',
  'notification',
  'urgent',
  'colis_status',
  'lot_status',
]);
export type MessageType = z.infer<typeof messageType>;

/** What a caller may send by hand: the two campaign messages belong to campaigns. */
export const transactionalType = messageType.exclude(['message_1', 'message_2']);

export const attemptState = z.enum([
  'pending',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed_retry',
  'failed_final',
  'unknown',
  'cancelled',
]);
export type AttemptState = z.infer<typeof attemptState>;

export const media = z.object({
  url: z.url().max(2048),
  format: z.enum(['native', 'gif', 'ptt']).default('native'),
});
export type Media = z.infer<typeof media>;

/** A template approved by the provider, for lines that need one. */
export const template = z.object({
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(15),
  /** Texts of the body's variables, in order; may hold the same variables as a body. */
  parameters: z.array(z.string().max(1024)).max(20).default([]),
});
export type Template = z.infer<typeof template>;

/** Longest body that every provider takes. */
export const MAX_BODY_LENGTH = 4096;

/** Tries that a message can be given at most. */
export const MOST_TRIES = 20;

export const sendInput = z.object({
  to: z.string().min(1).max(40),
  body: z.string().min(1).max(MAX_BODY_LENGTH),
  type: transactionalType.default('notification'),
  category: z.string().max(100).optional(),
  title: z.string().max(200).optional(),
  priority: z.int().min(1).max(5).default(3),
  maxAttempts: z.int().min(1).max(MOST_TRIES).optional(),
  line: id.optional(),
  sendAt: instant.optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
  context: z.record(z.string(), z.json()).optional(),
  media: media.optional(),
  template: template.optional(),
  /** Waits for quota instead of being refused when it is used up. */
  whenPossible: z.boolean().default(false),
});
export type SendInput = z.infer<typeof sendInput>;

export const timelineEntry = z.object({
  at: instant,
  event: z.string(),
  detail: z.record(z.string(), z.json()).nullable(),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const attempt = z.object({
  id,
  to: z.string(),
  type: messageType,
  state: attemptState,
  priority: z.int(),
  tries: z.int(),
  maxAttempts: z.int(),
  line: id,
  campaignId: id.nullable(),
  contactId: id.nullable(),
  reference: z.string(),
  providerIds: z.array(z.string()),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  category: z.string().nullable(),
  title: z.string().nullable(),
  createdAt: instant,
  sentAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  readAt: instant.nullable(),
  /** Next try; null once it is finished. */
  nextAttemptAt: instant.nullable(),
  expiresAt: instant.nullable(),
  /** Since when an unknown outcome waits for the operator. */
  parkedAt: instant.nullable(),
});
export type Attempt = z.infer<typeof attempt>;

export const attemptDetail = attempt.extend({
  body: z.string().nullable(),
  media: media.nullable(),
  context: z.record(z.string(), z.json()).nullable(),
  /** What it says cannot be decrypted: it was changed in the file, or its key is missing (SEC-3). */
  unreadable: z.boolean(),
  timeline: z.array(timelineEntry),
});
export type AttemptDetail = z.infer<typeof attemptDetail>;

export const attemptListInput = pageInput.extend({
  state: attemptState.optional(),
  type: messageType.optional(),
  campaignId: id.optional(),
  phone: z.string().max(40).optional(),
  q: z.string().max(200).optional(),
  /** Only those that wait for the operator's decision. */
  parked: flag.optional(),
});
export type AttemptListInput = z.infer<typeof attemptListInput>;

export const resolveInput = z.object({ id, outcome: z.enum(['sent', 'not_sent']) });
export const retryManyInput = z
  .object({
    max: z.int().min(1).max(1000).default(50),
    dryRun: z.boolean().default(false),
  })
  .prefault({});
export const retryManyOutput = z.object({ retried: z.int(), candidates: z.int(), dryRun: z.boolean() });
export const cleanupInput = z
  .object({
    olderThanDays: z.int().min(1).max(3650).default(30),
    dryRun: z.boolean().default(false),
  })
  .prefault({});
export const cleanupOutput = z.object({ cleaned: z.int(), dryRun: z.boolean() });

export const messageStats = z.object({
  totalContacts: z.int(),
  messagesSent: z.int(),
  messagesDelivered: z.int(),
  messagesRead: z.int(),
  interactions: z.int(),
  failures: z.int(),
  /** Accepted / (accepted + finally failed); 0 when both are 0. */
  successRate: z.number(),
  /** From creation to acceptance. */
  meanDelayMs: z.number(),
  p95DelayMs: z.number(),
  pendingRetries: z.int(),
  finalFailures: z.int(),
  byState: z.record(attemptState, z.int()),
});
export type MessageStats = z.infer<typeof messageStats>;
