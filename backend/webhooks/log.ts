import type { Page } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import type { WebhookEvent, WebhookEventDetail, WebhookEventListInput } from '../contract/webhookEvents.ts';
import { toIso } from '../core/days.ts';
import { maskPhone } from '../core/masking.ts';
import { decodeCursor, encodeCursor, toPage } from '../core/paging.ts';
import type { Database } from '../storage/database.ts';
import type { BodyCipher } from '../storage/encryption/bodyCipher.ts';
import { createEventStore, type EventRow } from './eventStore.ts';
import { createWebhookInbox } from './inbox.ts';
import { maskBody } from './maskBody.ts';
import type { WebhookProcessor } from './processor.ts';

export type WebhookLog = {
  list(input: WebhookEventListInput): Page<WebhookEvent>;
  /** @throws VigieError `not_found` */
  get(id: string): WebhookEventDetail;
  /** Applies an event once more. @throws VigieError `not_found`; `not_retryable` when it was never believed */
  replay(id: string, actor: string): WebhookEvent;
  /**
   * The operator says whose answer it is (CMP-8).
   * @throws VigieError `not_found`; `not_assignable` unless it is an answer that found nobody
   */
  assign(input: { id: string; contactId: string }, actor: string): WebhookEvent;
};

type WebhookLogDependencies = {
  database: Database;
  inbox: Database;
  /** Absent for a file without keys. */
  cipher?: BodyCipher | undefined;
  processor: Pick<WebhookProcessor, 'replay' | 'assign'>;
  /** Null when there is no such contact. */
  phoneOfContact: (contactId: string) => string | null;
  audit: { write(entry: { actor: string; action: string; target: string; detail?: Record<string, unknown> }): void };
};

/** One answer of a search looks at so many events: no search may hold up the application. Its cursor goes on from there. */
const SEARCHED_EVENTS = 5_000;

/** The log of webhooks: what came, what was thought of it, and what it changed (WHK-6). */
export function createWebhookLog(dependencies: WebhookLogDependencies): WebhookLog {
  const { database, inbox, processor, audit, phoneOfContact } = dependencies;
  const store = createEventStore(database);
  const raw = createWebhookInbox(inbox, dependencies.cipher);
  const columns = `id, provider, event, verdict, reason, changes, attempt_id AS attemptId, phone,
    received_at AS receivedAt, processed_at AS processedAt`;
  const search = `id >= @stop AND (
    event LIKE @like ESCAPE '\\' OR reason LIKE @like ESCAPE '\\' OR phone LIKE @like ESCAPE '\\'
    OR provider_message_id LIKE @like ESCAPE '\\' OR attempt_id LIKE @like ESCAPE '\\')`;
  const select = (where: string) =>
    database.prepare<{ before: number; stop: number; limit: number; verdict: string; like: string }, EventRow>(`
      SELECT ${columns} FROM webhook_events WHERE id < @before ${where} ORDER BY id DESC LIMIT @limit`);
  const statements = {
    all: select(''),
    verdict: select('AND verdict = @verdict'),
    search: select(`AND ${search}`),
    verdictSearch: select(`AND verdict = @verdict AND ${search}`),
  };

  /** Where a search has looked at enough; absent when it reaches the end before. */
  const stopOfSearch = (where: string) =>
    database
      .prepare<{ before: number; verdict: string }, number>(
        `SELECT id FROM webhook_events WHERE id < @before ${where} ORDER BY id DESC LIMIT 1 OFFSET ${SEARCHED_EVENTS - 1}`,
      )
      .pluck();
  const stops = { search: stopOfSearch(''), verdictSearch: stopOfSearch('AND verdict = @verdict') };

  function rowOf(id: string): EventRow {
    const row = /^\d{1,15}$/.test(id) ? store.get(Number(id)) : null;
    if (row === null) throw new VigieError('not_found');
    return row;
  }

  return {
    list({ limit, cursor, verdict, q }) {
      const position = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(cursor, ['number'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const wanted = q?.trim() ?? '';
      const searched = verdict === undefined ? 'search' : 'verdictSearch';
      const listed = verdict === undefined ? 'all' : 'verdict';
      const from = { before: position[0] ?? 0, verdict: verdict ?? '' };
      const stop = wanted === '' ? 0 : (stops[searched].get(from) ?? 0);
      const rows = statements[wanted === '' ? listed : searched].all({
        ...{ ...from, stop, limit: limit + 1 },
        like: `%${wanted.replace(/[\\%_]/g, '\\$&')}%`,
      });
      const page = toPage(rows, limit, { item: toEvent, position: (row) => [row.id] });
      return page.nextCursor === null && stop > 0 ? { ...page, nextCursor: encodeCursor([stop]) } : page;
    },

    get(id) {
      const row = rowOf(id);
      return { ...toEvent(row), body: maskBody(raw.get(row.inboxId)?.body ?? Buffer.alloc(0)) };
    },

    assign({ id, contactId }, actor) {
      const before = rowOf(id);
      const phone = phoneOfContact(contactId);
      if (phone === null) throw new VigieError('not_found');
      const after = processor.assign(before.id, phone) ?? before;
      audit.write({
        ...{ actor, action: 'webhook.assign', target: id },
        detail: { contactId, after: after.verdict },
      });
      return toEvent(after);
    },

    replay(id, actor) {
      const before = rowOf(id);
      const after = processor.replay(before.id) ?? before;
      audit.write({
        ...{ actor, action: 'webhook.replay', target: id },
        detail: { before: before.verdict, after: after.verdict },
      });
      return toEvent(after);
    },
  };
}

function toEvent(row: EventRow): WebhookEvent {
  return {
    id: String(row.id),
    provider: row.provider,
    event: row.event,
    verdict: row.verdict,
    reason: row.reason,
    changes: JSON.parse(row.changes) as WebhookEvent['changes'],
    attemptId: row.attemptId,
    phoneMasked: row.phone === null ? null : maskPhone(row.phone),
    receivedAt: toIso(row.receivedAt),
    processedAt: toIso(row.processedAt),
  };
}
