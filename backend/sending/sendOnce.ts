import type { Logger } from '../core/logger.ts';
import type { AttemptRow } from './attempt.ts';
import type { ConfiguredLine } from './lines.ts';
import type { SendOutcome } from './provider.ts';
import type { SharedSlots } from './sharedSlots.ts';

type SendDependencies = { logger: Logger; shared?: SharedSlots | null };

/** One try of one message. A follow-up leaves only when no other machine sends it (CMP-7). */
export async function sendOnce(
  line: ConfiguredLine,
  attempt: AttemptRow,
  { logger, shared = null }: SendDependencies,
): Promise<SendOutcome> {
  if (shared === null || attempt.type !== 'message_2') return request(line, attempt, logger);
  const hold = await shared.hold(attempt);
  if (hold.kind === 'elsewhere') {
    return { kind: 'refused', code: 'follow_up_elsewhere', class: 'final_contact', detail: 'sent by another machine' };
  }
  if (hold.kind === 'busy') {
    return { kind: 'not_sent', code: 'follow_up_locked', detail: 'another machine may be sending it' };
  }
  const outcome = await request(line, attempt, logger);
  hold.release(outcome.kind === 'accepted' || outcome.kind === 'unknown');
  return outcome;
}

function request(line: ConfiguredLine, attempt: AttemptRow, logger: Logger): Promise<SendOutcome> {
  return line.provider
    .send({
      reference: attempt.reference,
      phone: attempt.phone,
      body: attempt.body ?? '',
      media: attempt.media,
      template: attempt.template,
      priority: attempt.priority,
      expiresAt: attempt.expiresAt,
    })
    .catch((error: unknown) => {
      logger.error({ error, attempt: attempt.id }, 'provider client failed');
      return { kind: 'unknown', code: 'connection_lost', detail: 'provider client failed' } satisfies SendOutcome;
    });
}
