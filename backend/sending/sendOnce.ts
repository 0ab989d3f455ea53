import type { Logger } from '../core/logger.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptContent } from './attemptContent.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { ConfiguredLine } from './lines.ts';
import type { SendOutcome } from './provider.ts';
import type { SharedSlots } from './sharedSlots.ts';

type SendDependencies = { store: Pick<AttemptStore, 'content'>; logger: Logger; shared?: SharedSlots | null };

/**
 * One try of one message. One that cannot be read does not leave (SEC-3), nor a follow-up that another machine sends
 * (CMP-7).
 */
export async function sendOnce(
  line: ConfiguredLine,
  attempt: AttemptRow,
  { store, logger, shared = null }: SendDependencies,
): Promise<SendOutcome> {
  let content: AttemptContent;
  try {
    content = store.content(attempt);
  } catch (error) {
    logger.error({ error, attempt: attempt.id }, 'a message cannot be decrypted');
    return { kind: 'refused', code: 'body_unreadable', class: 'final_content', detail: '' };
  }
  const request = () => ask(line, attempt, { content, logger });
  if (shared === null || attempt.type !== 'message_2') return request();
  const hold = await shared.hold(attempt);
  if (hold.kind === 'elsewhere') {
    return { kind: 'refused', code: 'follow_up_elsewhere', class: 'final_contact', detail: 'sent by another machine' };
  }
  if (hold.kind === 'busy') {
    return { kind: 'not_sent', code: 'follow_up_locked', detail: 'another machine may be sending it' };
  }
  const outcome = await request();
  hold.release(outcome.kind === 'accepted' || outcome.kind === 'unknown');
  return outcome;
}

async function ask(
  line: ConfiguredLine,
  { id, reference, phone, priority, expiresAt }: AttemptRow,
  { content, logger }: { content: AttemptContent; logger: Logger },
): Promise<SendOutcome> {
  const { body, media, template } = content;
  try {
    return await line.provider.send({ reference, phone, body: body ?? '', media, template, priority, expiresAt });
  } catch (error) {
    logger.error({ error, attempt: id }, 'provider client failed');
    return { kind: 'unknown', code: 'connection_lost', detail: 'provider client failed' };
  }
}
