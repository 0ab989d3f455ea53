import { createHash } from 'node:crypto';
import type { Attempt, SendInput } from '../contract/attempts.ts';
import { VigieError, type ErrorData } from '../contract/errors.ts';
import type { BlockedReason } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { parsePhone } from '../domain/phone.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptQueue } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { AttemptViews } from './attemptViews.ts';
import type { Lines } from './lines.ts';

type MessageDependencies = {
  database: Database;
  store: AttemptStore;
  queue: AttemptQueue;
  views: AttemptViews;
  lines: Lines;
  clock: Clock;
  defaultCountry: () => string;
  maxAttempts: () => number;
  /** Why nothing may leave now, with what its sentence names; null when it may. */
  blocked: () => { code: Exclude<BlockedReason, ''>; data: ErrorData } | null;
  isSuppressed: (phone: string) => boolean;
  queued: () => void;
};

/** Messages sent by hand or by another program: `POST /messages` and `vigie send`. */
export function createMessages(deps: MessageDependencies) {
  const { database, store, queue, views, lines, clock } = deps;

  /** Digest of what makes two messages the same; the moment of asking is not part of it (SND-7). */
  const digestOf = (input: SendInput, phone: string, lineId: string): string => {
    const { body, type, category, title, priority, sendAt, context, media, template } = input;
    const content = { phone, lineId, body, type, category, title, priority, sendAt, context, media, template };
    return createHash('sha256').update(JSON.stringify(content)).digest('hex');
  };

  return {
    /**
     * Queues a message. The same idempotency key with the same content gives the attempt that exists.
     * @throws VigieError `invalid_phone`, `opted_out`, `idempotency_conflict`, `no_line`, `daily_limit_reached`, `rolling_limit_reached`
     */
    send(input: SendInput): { attempt: Attempt; known: boolean } {
      const phone = parsePhone(input.to, deps.defaultCountry());
      if (phone === null) throw new VigieError('invalid_phone', { value: input.to.slice(0, 40), field: 'to' });
      const result = inTransaction(database, () => {
        const known = input.idempotencyKey === undefined ? null : store.withIdempotencyKey(input.idempotencyKey);
        if (known !== null) {
          // Who names no line asks for what went by the default one of then, whichever that is now.
          const digest = digestOf(input, phone, input.line ?? known.lineId);
          if (!store.isFingerprintOf(known, digest))
            throw new VigieError('idempotency_conflict', { attemptId: known.id });
          return { attempt: views.view(known), known: true };
        }
        const lineId = lines.choose(input.line).id;
        if (deps.isSuppressed(phone)) throw new VigieError('opted_out');
        const blocked = input.sendAt !== undefined || input.whenPossible ? null : deps.blocked();
        if (blocked !== null) throw new VigieError(blocked.code, blocked.data);
        const attempt = queue.add({
          lineId,
          phone,
          type: input.type,
          body: input.body,
          priority: input.priority,
          maxAttempts: input.maxAttempts ?? deps.maxAttempts(),
          dueAt: input.sendAt === undefined ? clock.now() : Date.parse(input.sendAt),
          media: input.media ?? null,
          template: input.template ?? null,
          category: input.category ?? null,
          title: input.title ?? null,
          context: input.context ?? null,
          idempotencyKey: input.idempotencyKey ?? null,
          contentHash: store.fingerprint(digestOf(input, phone, lineId)),
        });
        return { attempt: views.view(attempt), known: false };
      });
      if (!result.known) deps.queued();
      return result;
    },
  };
}
