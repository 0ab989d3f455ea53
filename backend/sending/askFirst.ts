import type { Database } from '../storage/database.ts';
import type { ConfiguredLine } from './lines.ts';
import type { OutgoingMessage, Provider, SendOutcome } from './provider.ts';

/** Tells of a reference whether its message may have left before the workspace was restored from a copy. */
export type MayHaveLeft = (reference: string) => boolean;

/**
 * Messages that a restored workspace may have sent already: it was a copy, and the machine it was made on went on
 * sending. Those are the messages of that time, and everything of the campaigns of that time: a follow-up that the copy
 * does not know can have been made since. A launch that the copy caught half way goes on here: the messages that it
 * adds could leave before as well, from their due time on.
 */
export function createMayHaveLeft(database: Database): MayHaveLeft {
  const isBefore = database
    .prepare<{ reference: string }, number>(
      `
      SELECT EXISTS (
        SELECT 1 FROM meta m, attempts a LEFT JOIN campaigns c ON c.id = a.campaign_id
        WHERE m.key = 'restored_at' AND a.reference = @reference
          AND (a.created_at < CAST(m.value AS INTEGER) OR c.started_at < CAST(m.value AS INTEGER)
            OR (a.type = 'message_1' AND a.due_at < CAST(m.value AS INTEGER))))`,
    )
    .pluck();
  return (reference) => isBefore.get({ reference }) === 1;
}

/**
 * Asks the provider about a message that may have left before, and sends it only when it is not there. Found, or no
 * answer: the outcome is unknown, and reconciliation finds out what became of it, or parks it for the operator (SND-6).
 */
export function askFirst(provider: Provider, mayHaveLeft: MayHaveLeft): Provider {
  const send = async (message: OutgoingMessage): Promise<SendOutcome> => {
    if (!mayHaveLeft(message.reference)) return provider.send(message);
    const answer = provider.capabilities.lookupByReference
      ? await provider.lookUp(message.reference)
      : ({ kind: 'unavailable', detail: 'no look-up on this line' } as const);
    if (answer.kind === 'absent') return provider.send(message);
    const detail = answer.kind === 'found' ? 'left before the restore' : answer.detail;
    return { kind: 'unknown', code: 'sent_before_restore', detail };
  };
  return { ...provider, send };
}

/** A line that asks first. */
export function askFirstOn(line: ConfiguredLine, mayHaveLeft: MayHaveLeft): ConfiguredLine {
  return { ...line, provider: askFirst(line.provider, mayHaveLeft) };
}
