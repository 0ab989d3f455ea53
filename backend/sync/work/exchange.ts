import { z } from 'zod';
import { media, template } from '../../contract/attempts.ts';
import type { OutgoingMessage, SendOutcome } from '../../sending/provider.ts';

const text = z.string();

/** A message as it goes to another host. */
export const sharedMessage = z.object({
  ...{ reference: text, phone: text, body: text, media: media.nullable(), template: template.nullable() },
  ...{ priority: z.int(), expiresAt: z.int().nullable() },
}) satisfies z.ZodType<OutgoingMessage>;

const errorClass = z.enum([
  ...['retry', 'retry_next_day', 'retry_once', 'final_contact', 'opted_out', 'final_content'],
  ...['pause_campaign', 'pause_line', 'pause_all'],
] as const);
const unknownCode = z.enum([
  ...['timeout', 'connection_lost', 'server_error', 'unreadable_answer', 'sent_before_restore'],
] as const);

const sharedOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accepted'), providerIds: z.array(text) }),
  z.object({
    ...{ kind: z.literal('refused'), code: text, class: errorClass, detail: text },
    retryAfterMs: z.number().exactOptional(),
  }),
  z.object({
    ...{ kind: z.literal('not_sent'), detail: text },
    code: z.enum(['provider_unreachable', 'follow_up_locked', 'taken_back']),
  }),
  z.object({ kind: z.literal('unknown'), code: unknownCode, detail: text }),
]) satisfies z.ZodType<SendOutcome>;

/** What became of a message, on its way back to the host that has it in its queue. */
export const returned = z.object({
  reference: text,
  /** When it was handed over, by the clock of the host that did. */
  offeredAt: z.int(),
  outcome: sharedOutcome,
});
export type Returned = z.infer<typeof returned>;

/** What lies in a job of the queue. */
export const jobContent = z.object({
  owner: text,
  memory: text,
  /** After this moment of Redis's clock nobody begins it. */
  startBy: z.number(),
  /** The message and when it was handed over. */
  sealed: text,
});
export type JobContent = z.infer<typeof jobContent>;

export const sealedOffer = z.object({ message: sharedMessage, offeredAt: z.int() });
