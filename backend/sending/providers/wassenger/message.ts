import { toIso } from '../../../core/days.ts';
import type { OutgoingMessage } from '../../provider.ts';

/**
 * How often Wassenger itself tries to hand an accepted message to WhatsApp before it reports `failed`; its own default is
 * 25. Such a try is never a second acceptance, but each one keeps a message alive that the operator may believe dead, so it
 * gets about as many as one of our own attempts, and then says so by webhook. A further try is then ours: counted, spaced
 * by our own back-off, and visible.
 */
const PROVIDER_RETRIES = 3;

const PRIORITIES = { 1: 'urgent', 2: 'high', 3: 'normal', 4: 'normal', 5: 'low' } as const;

/**
 * The body of `POST /messages`. It depends on the message alone, so that a repeated try is the same, byte for byte; for
 * that reason the expiration is a date and not a number of seconds.
 */
export function toWassengerMessage(message: OutgoingMessage, line: { deviceId: string; officialApi: boolean }): object {
  return {
    device: line.deviceId,
    phone: message.phone,
    ...contentOf(message, line.officialApi),
    reference: message.reference,
    priority: toPriority(message.priority),
    retries: PROVIDER_RETRIES,
    // CMP-6: a queue that is stuck at the provider must not let a Message 2 out after its window.
    ...(message.expiresAt === null ? {} : { expiration: { date: toIso(message.expiresAt) } }),
  };
}

/** Templates exist on lines of the official API only; elsewhere the body says the same. */
function contentOf(message: OutgoingMessage, officialApi: boolean): object {
  const { template, media } = message;
  if (template !== null && officialApi) {
    const parameters = template.parameters.map((text) => ({ type: 'text', text }));
    const components = parameters.length === 0 ? [] : [{ type: 'body', parameters }];
    return { template: { name: template.name, language: template.language, components } };
  }
  return { message: message.body, ...(media === null ? {} : { media: { url: media.url, format: media.format } }) };
}

function toPriority(priority: number): string {
  return priority <= 1 ? PRIORITIES[1] : priority === 2 ? PRIORITIES[2] : priority >= 5 ? PRIORITIES[5] : PRIORITIES[3];
}
