import { z } from 'zod';
import { id, instant, pageInput } from './common.ts';

export const webhookVerdict = z.enum(['applied', 'duplicate', 'unmatched', 'ignored', 'rejected', 'failed']);
export type WebhookVerdict = z.infer<typeof webhookVerdict>;

export const webhookEvent = z.object({
  id: z.string(),
  provider: z.string(),
  event: z.string(),
  verdict: webhookVerdict,
  reason: z.string().nullable(),
  changes: z.array(z.object({ kind: z.string(), id: z.string() })),
  attemptId: id.nullable(),
  phoneMasked: z.string().nullable(),
  receivedAt: instant,
  processedAt: instant,
});
export type WebhookEvent = z.infer<typeof webhookEvent>;
export const webhookEventDetail = webhookEvent.extend({
  /** As received; phones masked. */
  body: z.string(),
});
export type WebhookEventDetail = z.infer<typeof webhookEventDetail>;

/** Whose answer it is, said by the operator (CMP-8). */
export const webhookAssignInput = z.object({ id, contactId: id });

export const webhookEventListInput = pageInput.extend({
  verdict: webhookVerdict.optional(),
  q: z.string().max(200).optional(),
});
export type WebhookEventListInput = z.infer<typeof webhookEventListInput>;
