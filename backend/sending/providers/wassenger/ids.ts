import { textAt } from '../reading.ts';

const LONGEST_ID = 128;

/** What the provider calls a message: Wassenger's own id and the WhatsApp id. Webhooks carry one or the other. */
export function readIds(message: unknown, ...more: (string | null)[]): string[] {
  const ids = [...['id', '_id', 'waId', 'messageId'].map((path) => textAt(message, path)), ...more];
  // `33612345678@c.us` names a chat, which all messages to one contact share.
  const isId = (id: string | null): id is string => id !== null && id.length <= LONGEST_ID && !/^\d+@/.test(id);
  return [...new Set(ids.filter(isId))];
}
