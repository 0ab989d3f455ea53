import { z } from 'zod';
import { MAX_BODY_LENGTH, media, template } from './attempts.ts';
import { id, instant, pageInput } from './common.ts';

export const campaignStatus = z.enum([
  ...(['draft', 'preparing', 'scheduled', 'running', 'paused', 'completed', 'cancelled'] as const),
]);
export type CampaignStatus = z.infer<typeof campaignStatus>;

/** Kinds of incoming messages that count as an answer (CMP-5); the last two by setting. */
export const interactionType = z.enum([
  'text',
  'emoji',
  'voice',
  'audio',
  'image',
  'video',
  'document',
  'reaction',
  'sticker',
]);
export type InteractionType = z.infer<typeof interactionType>;

/** A message with variables: `{{prenom}}`, or `{{prenom|Bonjour}}` with what stands there when it is empty. */
export const messageTemplate = z.object({
  body: z.string().trim().min(1).max(MAX_BODY_LENGTH),
  media: media.optional(),
  template: template.optional(),
});
export type MessageTemplate = z.infer<typeof messageTemplate>;

export const campaignFigures = z.object({
  totalContacts: z.int(),
  /** Recipients whose Message 1 was accepted. */
  messagesSent: z.int(),
  messagesDelivered: z.int(),
  messagesRead: z.int(),
  /** Recipients who answered. */
  interactions: z.int(),
  message2Sent: z.int(),
  failures: z.int(),
  noInteraction: z.int(),
  late: z.int(),
  optedOut: z.int(),
  cancelled: z.int(),
  /** failures + noInteraction (CMP-9). */
  failedCount: z.int(),
});
export type CampaignFigures = z.infer<typeof campaignFigures>;

/** A big campaign is launched in steps: nothing of it leaves before its list is whole (CMP-4, UI-5). */
export const preparation = z.object({
  /** Contacts gone through, and about how many there are. */
  done: z.int(),
  expected: z.int(),
  /** It was cancelled: what was made is taken back, then it is a draft again. */
  cancelling: z.boolean(),
});
export type Preparation = z.infer<typeof preparation>;

export const campaign = campaignFigures.extend({
  id,
  name: z.string(),
  status: campaignStatus,
  message1: messageTemplate,
  message2: messageTemplate,
  categoryIds: z.array(id),
  contactIds: z.array(id),
  line: id.nullable(),
  sendsPerMinute: z.int().nullable(),
  startAt: instant.nullable(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** While `preparing`: how far the list of messages is; null otherwise. */
  preparation: preparation.nullable(),
  /** Figures as they stood at completion; null before. */
  finalFigures: campaignFigures.nullable(),
  createdAt: instant,
  updatedAt: instant,
});
export type Campaign = z.infer<typeof campaign>;

export const campaignInput = z.object({
  name: z.string().trim().min(1).max(200),
  categoryIds: z.array(id).max(1000).default([]),
  contactIds: z.array(id).max(10_000).default([]),
  message1: messageTemplate,
  message2: messageTemplate,
  startAt: instant.optional(),
  line: id.optional(),
  sendsPerMinute: z.int().min(1).max(600).optional(),
});
export type CampaignInput = z.infer<typeof campaignInput>;

/** A draft may be changed whole; of a started campaign only the name and the pace. */
export const campaignPatch = campaignInput
  .partial()
  .extend({ id, categoryIds: z.array(id).max(1000).optional(), contactIds: z.array(id).max(10_000).optional() });
export type CampaignPatch = z.infer<typeof campaignPatch>;

export const campaignListInput = pageInput.extend({ status: campaignStatus.optional() });
export type CampaignListInput = z.infer<typeof campaignListInput>;

export const recipientState = z.enum([
  'pending',
  'message_1_sent',
  'answered',
  'message_2_sent',
  'no_interaction',
  'late_interaction',
  'failed',
  'opted_out',
  'cancelled',
]);
export type RecipientState = z.infer<typeof recipientState>;

export const recipient = z.object({
  contactId: id,
  name: z.string(),
  phone: z.string(),
  state: recipientState,
  /** Error code, when the state alone does not say why. */
  reason: z.string().nullable(),
  reasonMessage: z.string().nullable(),
  message1SentAt: instant.nullable(),
  deliveredAt: instant.nullable(),
  readAt: instant.nullable(),
  interactionAt: instant.nullable(),
  interactionType: interactionType.nullable(),
  within24h: z.boolean().nullable(),
  message2SentAt: instant.nullable(),
});
export type Recipient = z.infer<typeof recipient>;

export const recipientListInput = pageInput.extend({ id, state: recipientState.optional() });
export type RecipientListInput = z.infer<typeof recipientListInput>;

/** What a launch would do, shown for real contacts before it happens. */
export const campaignPreviewInput = z.object({
  categoryIds: z.array(id).max(1000).default([]),
  contactIds: z.array(id).max(10_000).default([]),
  message1: messageTemplate,
  message2: messageTemplate,
  samples: z.int().min(1).max(20).default(3),
});
export type CampaignPreviewInput = z.infer<typeof campaignPreviewInput>;
export const campaignPreview = z.object({
  /** Contacts that would be written to. */
  eligible: z.int(),
  optedOut: z.int(),
  /** Days that the daily limit needs for the first messages and the expected follow-ups. */
  daysNeeded: z.int(),
  unknownVariables: z.array(z.string()),
  samples: z.array(z.object({ contactId: id, name: z.string(), message1: z.string(), message2: z.string() })),
});
export type CampaignPreview = z.infer<typeof campaignPreview>;
