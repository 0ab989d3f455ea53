import type { ProviderName } from '../contract/workspace.ts';
import type { Database } from '../storage/database.ts';

/** A request as it was received; `rejected` says why it was refused, null when it passed the checks. */
export type InboxEntry = {
  receivedAt: number;
  provider: ProviderName;
  lineId: string | null;
  body: Uint8Array;
  rejected: string | null;
};
export type InboxRow = Omit<InboxEntry, 'body'> & { id: number; body: Buffer };

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
    INSERT INTO webhook_inbox (received_at, provider, line_id, body, rejected)
    VALUES (@receivedAt, @provider, @lineId, @body, @rejected)`);
  const selectAfter = database.prepare<{ id: number; limit: number }, InboxRow>(`
    SELECT ${COLUMNS} FROM webhook_inbox WHERE id > @id ORDER BY id LIMIT @limit`);
  const selectOne = database.prepare<{ id: number }, InboxRow>(`SELECT ${COLUMNS} FROM webhook_inbox WHERE id = @id`);
  const selectSequence = database
    .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'webhook_inbox'`)
    .pluck();
  const deleteSequence = database.prepare(`DELETE FROM sqlite_sequence WHERE name = 'webhook_inbox'`);
  const insertSequence = database.prepare<{ id: number }>(`
    INSERT INTO sqlite_sequence (name, seq) VALUES ('webhook_inbox', @id)`);
  const deleteOld = database.prepare<{ than: number; upTo: number; limit: number }>(`
    DELETE FROM webhook_inbox WHERE id IN (
      SELECT id FROM (SELECT id, received_at FROM webhook_inbox WHERE id <= @upTo ORDER BY id LIMIT @limit)
      WHERE received_at < @than)`);
  const store = database.transaction((turn: readonly Waiting[]) => {
    for (const { entry } of turn) insert.run(entry);
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
