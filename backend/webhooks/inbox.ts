import type { ProviderName } from '../contract/lines.ts';
import type { Database } from '../storage/database.ts';

/** A request as it was received; `rejected` says why it was refused, null when it passed the checks. */
export type InboxEntry = {
  receivedAt: number;
  provider: ProviderName;
  lineId: string | null;
  body: Uint8Array;
  rejected: string | null;
  /** Key of the relay's row that it came by; a key that is stored already adds nothing (WHK-7). */
  relayKey?: string | null;
};
export type InboxRow = Omit<InboxEntry, 'body' | 'relayKey'> & { id: number; body: Buffer };

/** Raw webhooks, append only, each on disk before it is answered (WHK-2). */
export type WebhookInbox = {
  /** Resolves when the entry is on disk, synced. Rejects when it is not: the sender must then not be told otherwise. */
  add(entry: InboxEntry): Promise<void>;
  /** Rows after a position, oldest first. */
  after(id: number, limit: number): InboxRow[];
  get(id: number): InboxRow | null;
  /** Ids of new rows are higher than this, also in a file that was lost and made anew. */
  startAbove(id: number): void;
  /** Deletes what is older and was processed, some hundred rows at a time; returns how many. */
  prune(older: { than: number; upTo: number }): number;
};

type Waiting = { entry: InboxEntry; resolve: () => void; reject: (error: unknown) => void };

const COLUMNS = 'id, received_at AS receivedAt, provider, line_id AS lineId, body, rejected';
const PRUNE_BATCH = 500;

/**
 * All requests of one turn of the event loop share one transaction, and so one sync: answers wait for it, and when it
 * fails the whole turn is refused.
 */
export function createWebhookInbox(database: Database): WebhookInbox {
  const insert = database.prepare<InboxEntry>(`
    INSERT INTO webhook_inbox (received_at, provider, line_id, body, rejected, relay_key)
    VALUES (@receivedAt, @provider, @lineId, @body, @rejected, @relayKey) ON CONFLICT DO NOTHING`);
  const selectAfter = database.prepare<{ id: number; limit: number }, InboxRow>(`
    SELECT ${COLUMNS} FROM webhook_inbox WHERE id > @id ORDER BY id LIMIT +@limit`);
  const selectOne = database.prepare<{ id: number }, InboxRow>(`SELECT ${COLUMNS} FROM webhook_inbox WHERE id = @id`);
  const selectSequence = database
    .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'webhook_inbox'`)
    .pluck();
  const deleteSequence = database.prepare(`DELETE FROM sqlite_sequence WHERE name = 'webhook_inbox'`);
  const insertSequence = database.prepare<{ id: number }>(`
    INSERT INTO sqlite_sequence (name, seq) VALUES ('webhook_inbox', @id)`);
  // Up to the first young one: what came while the clock showed a year long past is as young as its neighbours (REL-4).
  const deleteOld = database.prepare<{ than: number; upTo: number; limit: number }>(`
    DELETE FROM webhook_inbox WHERE id IN (
      SELECT id FROM webhook_inbox
      WHERE id <= @upTo
        AND id < coalesce((SELECT id FROM webhook_inbox WHERE received_at >= @than ORDER BY id LIMIT 1), 9e18)
      ORDER BY id LIMIT @limit)`);
  const store = database.transaction((turn: readonly Waiting[]) => {
    for (const { entry } of turn) insert.run({ ...entry, relayKey: entry.relayKey ?? null });
  });

  let waiting: Waiting[] = [];

  function commitTurn(): void {
    const turn = waiting;
    waiting = [];
    try {
      store.immediate(turn);
    } catch (error) {
      for (const { reject } of turn) reject(error);
      return;
    }
    for (const { resolve } of turn) resolve();
  }

  return {
    add: (entry) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commitTurn);
        waiting.push({ entry, resolve, reject });
      }),
    after: (id, limit) => selectAfter.all({ id, limit }),
    get: (id) => selectOne.get({ id }) ?? null,
    startAbove(id) {
      if ((selectSequence.get() ?? 0) >= id) return;
      database
        .transaction(() => {
          deleteSequence.run();
          insertSequence.run({ id });
        })
        .immediate();
    },
    prune: (older) => deleteOld.run({ ...older, limit: PRUNE_BATCH }).changes,
  };
}
