import type { ProviderName } from '../contract/lines.ts';
import { VigieError } from '../contract/errors.ts';
import type { Database } from '../storage/database.ts';
import { CLEAR_TEXTS, type BodyCipher, type Place } from '../storage/encryption/bodyCipher.ts';

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
/** `unreadable`: the body was changed in the file or its key is missing; it is empty then (SEC-3). */
export type InboxRow = Omit<InboxEntry, 'body' | 'relayKey'> & { id: number; body: Buffer; unreadable: boolean };
type StoredRow = Omit<InboxRow, 'unreadable'>;

/** Raw webhooks, append only, each on disk before it is answered (WHK-2). */
export type WebhookInbox = {
  /** Resolves when the entry is on disk, synced. Rejects when it is not: the sender must then not be told otherwise. */
  add(entry: InboxEntry): Promise<void>;
  /** Rows after a position, oldest first. */
  after(id: number, limit: number): InboxRow[];
  get(id: number): InboxRow | null;
  /** Ids of new rows are higher than this, also in a file that was lost and made anew. */
  startAbove(id: number): void;
  /**
   * Deletes what is older and was processed, some hundred rows at a time; returns how many. What says that it came before
   * `since` may have been received under a wrong clock: it goes with rows that came after it.
   */
  prune(older: { than: number; since: number; upTo: number }): number;
};

type Waiting = { entry: InboxEntry; resolve: () => void; reject: (error: unknown) => void };

const COLUMNS = 'id, received_at AS receivedAt, provider, line_id AS lineId, body, rejected';
const PRUNE_BATCH = 500;

/** Where the body of a row lies. */
export const inboxPlace = (id: number): Place => ['webhook_inbox', String(id), 'body'];

/**
 * All requests of one turn of the event loop share one transaction, and so one sync: answers wait for it, and when it
 * fails the whole turn is refused. Bodies are sealed, always: a provider repeats what was sent, codes as well, and says
 * so only inside (SEC-3).
 */
export function createWebhookInbox(database: Database, cipher: BodyCipher = CLEAR_TEXTS): WebhookInbox {
  const insert = database.prepare<InboxEntry & { id: number }>(`
    INSERT INTO webhook_inbox (id, received_at, provider, line_id, body, rejected, relay_key)
    VALUES (@id, @receivedAt, @provider, @lineId, @body, @rejected, @relayKey) ON CONFLICT DO NOTHING`);
  const selectAfter = database.prepare<{ id: number; limit: number }, StoredRow>(`
    SELECT ${COLUMNS} FROM webhook_inbox WHERE id > @id ORDER BY id LIMIT +@limit`);
  const selectOne = database.prepare<{ id: number }, StoredRow>(`SELECT ${COLUMNS} FROM webhook_inbox WHERE id = @id`);
  const selectSequence = database
    .prepare<[], number>(`SELECT seq FROM sqlite_sequence WHERE name = 'webhook_inbox'`)
    .pluck();
  const deleteSequence = database.prepare(`DELETE FROM sqlite_sequence WHERE name = 'webhook_inbox'`);
  const insertSequence = database.prepare<{ id: number }>(`
    INSERT INTO sqlite_sequence (name, seq) VALUES ('webhook_inbox', @id)`);
  // Up to the last old one before a young one: what came while the clock showed a year long past is as young as its
  // neighbours (REL-4).
  const deleteOld = database.prepare<{ than: number; since: number; upTo: number; limit: number }>(`
    DELETE FROM webhook_inbox WHERE id IN (
      SELECT id FROM webhook_inbox
      WHERE id <= @upTo AND id <= (
        SELECT id FROM webhook_inbox
        WHERE id < coalesce((SELECT id FROM webhook_inbox WHERE received_at >= @than ORDER BY id LIMIT 1), 9e18)
          AND received_at >= @since
        ORDER BY id DESC LIMIT 1)
      ORDER BY id LIMIT @limit)`);
  const store = database.transaction((turn: readonly Waiting[]) => {
    // The number that AUTOINCREMENT would give: a body is sealed for its row.
    let id = selectSequence.get() ?? 0;
    for (const { entry } of turn) {
      const body = cipher.sealBytes(entry.body, inboxPlace(id + 1));
      // What came by the relay before takes no number.
      id += insert.run({ ...entry, id: id + 1, body, relayKey: entry.relayKey ?? null }).changes;
    }
  });
  const opened = (row: StoredRow): InboxRow => {
    try {
      return { ...row, body: cipher.openBytes(row.body, inboxPlace(row.id)), unreadable: false };
    } catch (error) {
      if (!(error instanceof VigieError) || error.code !== 'body_unreadable') throw error;
      return { ...row, body: Buffer.alloc(0), unreadable: true };
    }
  };

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
    after: (id, limit) => selectAfter.all({ id, limit }).map(opened),
    get(id) {
      const row = selectOne.get({ id });
      return row === undefined ? null : opened(row);
    },
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
