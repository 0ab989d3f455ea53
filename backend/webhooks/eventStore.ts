import type { ProviderName } from '../contract/lines.ts';
import type { WebhookVerdict } from '../contract/webhookEvents.ts';
import type { Database } from '../storage/database.ts';

export type EventRow = {
  id: number;
  inboxId: number;
  /** Which of the events that came in one request. */
  position: number;
  provider: ProviderName;
  lineId: string | null;
  event: string;
  /** Null where nothing was read. */
  dedupeKey: string | null;
  verdict: WebhookVerdict;
  reason: string | null;
  /** JSON: `[{"kind", "id"}]`. */
  changes: string;
  attemptId: string | null;
  phone: string | null;
  providerMessageId: string | null;
  receivedAt: number;
  processedAt: number;
};
export type NewEventRow = Omit<EventRow, 'id'>;
export type EventChanges = Omit<NewEventRow, 'inboxId' | 'position' | 'provider' | 'lineId' | 'receivedAt'>;

const COLUMNS = `id, inbox_id AS inboxId, position, provider, line_id AS lineId, event, dedupe_key AS dedupeKey, verdict,
  reason, changes, attempt_id AS attemptId, phone, provider_message_id AS providerMessageId,
  received_at AS receivedAt, processed_at AS processedAt`;
const PRUNE_BATCH = 500;
const CURSOR = 'webhook_cursor';

export type EventStore = ReturnType<typeof createEventStore>;

/** What became of each event, and what is remembered in order to match the ones to come. */
export function createEventStore(database: Database) {
  const readCursor = database.prepare<{ key: string }, string>(`SELECT value FROM meta WHERE key = @key`).pluck();
  const writeCursor = database.prepare<{ key: string; value: string }>(`
    INSERT INTO meta (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  const insert = database.prepare<NewEventRow>(`
    INSERT INTO webhook_events (inbox_id, position, provider, line_id, event, dedupe_key, verdict, reason, changes,
      attempt_id, phone, provider_message_id, received_at, processed_at)
    VALUES (@inboxId, @position, @provider, @lineId, @event, @dedupeKey, @verdict, @reason, @changes,
      @attemptId, @phone, @providerMessageId, @receivedAt, @processedAt)`);
  const update = database.prepare<EventChanges & { id: number }>(`
    UPDATE webhook_events SET event = @event, dedupe_key = @dedupeKey, verdict = @verdict, reason = @reason,
      changes = @changes, attempt_id = @attemptId, phone = @phone, provider_message_id = @providerMessageId,
      processed_at = @processedAt
    WHERE id = @id`);
  const selectOne = database.prepare<{ id: number }, EventRow>(`SELECT ${COLUMNS} FROM webhook_events WHERE id = @id`);
  const selectAt = database.prepare<{ inboxId: number; position: number }, EventRow>(`
    SELECT ${COLUMNS} FROM webhook_events WHERE inbox_id = @inboxId AND position = @position`);
  const selectFirst = database
    .prepare<{ provider: string; dedupeKey: string }, number>(
      `SELECT id FROM webhook_events WHERE provider = @provider AND dedupe_key = @dedupeKey AND verdict <> 'duplicate'`,
    )
    .pluck();
  // As in the inbox: what came while the clock showed a year long past is as young as its neighbours (REL-4).
  const deleteOld = database.prepare<{ than: number; since: number; limit: number }>(`
    DELETE FROM webhook_events WHERE id IN (
      SELECT id FROM webhook_events WHERE id <= (
        SELECT id FROM webhook_events NOT INDEXED
        WHERE id < coalesce((SELECT id FROM webhook_events NOT INDEXED WHERE received_at >= @than ORDER BY id LIMIT 1), 9e18)
          AND received_at >= @since
        ORDER BY id DESC LIMIT 1)
      ORDER BY id LIMIT @limit)`);

  const addOrphan = database.prepare<{ lineId: string; key: string; eventId: number | bigint }>(`
    INSERT OR IGNORE INTO webhook_orphans (line_id, key, event_id) VALUES (@lineId, @key, @eventId)`);
  const deleteOrphan = database.prepare<{ eventId: number }>(`DELETE FROM webhook_orphans WHERE event_id = @eventId`);
  const selectOrphans = database
    .prepare<{ lineId: string; key: string; since: number }, number>(
      `SELECT webhook_orphans.event_id FROM webhook_orphans
       JOIN webhook_events ON webhook_events.id = webhook_orphans.event_id
       WHERE webhook_orphans.line_id = @lineId AND key = @key AND received_at >= @since`,
    )
    .pluck();
  // Asked for with every message that was accepted: mostly there is nothing under any of its keys.
  const selectAnyOrphan = database
    .prepare<{ lineId: string; keys: string }, number>(
      `SELECT EXISTS (SELECT 1 FROM json_each(@keys) AS asked
         JOIN webhook_orphans ON webhook_orphans.line_id = @lineId AND webhook_orphans.key = asked.value)`,
    )
    .pluck();

  const selectSender = database
    .prepare<{ lineId: string; senderId: string }, string>(
      `SELECT phone FROM sender_ids WHERE line_id = @lineId AND sender_id = @senderId`,
    )
    .pluck();
  const learnSender = database.prepare<{ lineId: string; senderId: string; phone: string; now: number }>(`
    INSERT INTO sender_ids (line_id, sender_id, phone, learnt_at) VALUES (@lineId, @senderId, @phone, @now)
    ON CONFLICT (line_id, sender_id) DO UPDATE SET phone = excluded.phone, learnt_at = excluded.learnt_at
    WHERE phone <> excluded.phone`);
  const noteIncoming = database.prepare<{ lineId: string; phone: string; at: number }>(`
    INSERT INTO last_incoming (line_id, phone, at) VALUES (@lineId, @phone, @at)
    ON CONFLICT (line_id, phone) DO UPDATE SET at = max(at, excluded.at)`);
  const selectIncoming = database
    .prepare<{ lineId: string; phone: string }, number>(
      `SELECT at FROM last_incoming WHERE line_id = @lineId AND phone = @phone`,
    )
    .pluck();

  const selectPhoneOfMessage = database
    .prepare<{ lineId: string; providerId: string }, string>(
      `SELECT attempts.phone FROM provider_ids JOIN attempts ON attempts.id = provider_ids.attempt_id
       WHERE provider_ids.line_id = @lineId AND provider_id = @providerId AND attempts.phone <> ''`,
    )
    .pluck();
  const lastSentTo = database
    .prepare<{ lineId: string; phone: string }, number | null>(
      `SELECT max(sending_at) FROM attempts WHERE phone = @phone AND line_id = @lineId AND type = 'message_1'`,
    )
    .pluck();

  return {
    /** Id of the last row of the inbox that was processed. */
    cursor: () => Number(readCursor.get({ key: CURSOR }) ?? 0),
    moveCursor(inboxId: number) {
      writeCursor.run({ key: CURSOR, value: String(inboxId) });
    },
    insert: (row: NewEventRow) => Number(insert.run(row).lastInsertRowid),
    update(id: number, changes: EventChanges) {
      update.run({ ...changes, id });
    },
    get: (id: number) => selectOne.get({ id }) ?? null,
    at: (inboxId: number, position: number) => selectAt.get({ inboxId, position }) ?? null,
    /** The event that came first with a key. */
    firstWithKey: (provider: string, dedupeKey: string) => selectFirst.get({ provider, dedupeKey }) ?? null,
    /** Some hundred at a time; returns how many. */
    prune: (older: { than: number; since: number }) => deleteOld.run({ ...older, limit: PRUNE_BATCH }).changes,

    addOrphan(lineId: string, eventId: number, keys: readonly string[]) {
      for (const key of keys) addOrphan.run({ lineId, key, eventId });
    },
    removeOrphan(eventId: number) {
      deleteOrphan.run({ eventId });
    },
    /** Whether any event is unmatched under one of these keys. */
    hasOrphans: (lineId: string, keys: readonly string[]) =>
      selectAnyOrphan.get({ lineId, keys: JSON.stringify(keys) }) === 1,
    /** Unmatched events under a key, received at `since` or later. */
    orphans: (lineId: string, key: string, since: number) => selectOrphans.all({ lineId, key, since }),

    phoneOf: (lineId: string, senderId: string) => selectSender.get({ lineId, senderId }) ?? null,
    /** True when this is news. */
    learn: (sender: { lineId: string; senderId: string; phone: string; now: number }) =>
      learnSender.run(sender).changes > 0,
    noteIncoming(lineId: string, phone: string, at: number) {
      noteIncoming.run({ lineId, phone, at });
    },
    /** When a contact last wrote to a line; null when it never did. */
    lastIncomingAt: (lineId: string, phone: string) => selectIncoming.get({ lineId, phone }) ?? null,

    /** To whom a message of ours went. */
    phoneOfMessage: (lineId: string, providerId: string) => selectPhoneOfMessage.get({ lineId, providerId }) ?? null,
    /** When the last Message 1 to a phone was sent; null when none was. */
    lastSentTo: (lineId: string, phone: string) => lastSentTo.get({ lineId, phone }) ?? null,
  };
}
