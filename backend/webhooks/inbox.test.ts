import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore } from '../../tests/support/engine.ts';
import { createWebhookInbox, type InboxEntry, type WebhookInbox } from './inbox.ts';

let store: ReturnType<typeof createTestStore>;
let inbox: WebhookInbox;
beforeEach(() => {
  store = createTestStore();
  inbox = createWebhookInbox(store.store.inbox);
});
afterEach(() => store.remove());

const entry = (body: string): InboxEntry => ({
  receivedAt: 1,
  provider: 'wassenger',
  lineId: 'line',
  body: Buffer.from(body),
  rejected: null,
});

it('has the file synced at each commit (WHK-2, REL-2)', () => {
  expect(store.store.inbox.pragma('synchronous', { simple: true })).toBe(2);
});

it('keeps bodies byte for byte, in the order of receipt', async () => {
  const bytes = Buffer.from([0, 0xff, 0x80, 10, 13, 0x7f]);
  await Promise.all([inbox.add({ ...entry(''), body: bytes }), inbox.add(entry('second'))]);
  const [first, second] = inbox.after(0, 10);
  expect(first!.body.equals(bytes)).toBe(true);
  expect(second).toMatchObject({ provider: 'wassenger', lineId: 'line', receivedAt: 1, rejected: null });
  expect(inbox.get(second!.id)?.body.toString()).toBe('second');
});

describe('a turn of the event loop', () => {
  /** Commits that another connection of this file sees. */
  const changes = (): number => Number(store.store.inbox.pragma('data_version', { simple: true }));

  it('shares one transaction, and nobody is told before its commit (WHK-2)', async () => {
    const told: number[] = [];
    const waiting = Array.from({ length: 20 }, (_, index) =>
      inbox.add(entry(String(index))).then(() => told.push(index)),
    );
    expect(inbox.after(0, 100)).toHaveLength(0);
    await Promise.all(waiting);
    expect(inbox.after(0, 100)).toHaveLength(20);
    expect(told).toEqual([...Array(20).keys()]);
    expect(changes()).toBeGreaterThan(0);
  });

  it('is refused as a whole when it cannot be stored, and the next one is not (WHK-2, REL-3)', async () => {
    const { inbox: database } = store.store;
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON webhook_inbox WHEN NEW.body = CAST('bad' AS BLOB)
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    const results = await Promise.allSettled(['one', 'bad', 'three'].map((body) => inbox.add(entry(body))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(inbox.after(0, 10)).toHaveLength(0);
    await inbox.add(entry('later'));
    expect(inbox.after(0, 10)).toHaveLength(1);
  });
});

it('numbers rows above a position, also when the file is new', async () => {
  inbox.startAbove(41);
  inbox.startAbove(7);
  await inbox.add(entry('a'));
  expect(inbox.after(0, 1)[0]!.id).toBe(42);
});

it('forgets only what is old and was processed', async () => {
  await inbox.add({ ...entry('old'), receivedAt: 1 });
  await inbox.add({ ...entry('old, waiting'), receivedAt: 2 });
  await inbox.add({ ...entry('new'), receivedAt: 100 });
  expect(inbox.prune({ than: 50, since: 0, upTo: 1 })).toBe(1);
  expect(inbox.after(0, 10).map(({ body }) => body.toString())).toEqual(['old, waiting', 'new']);
});
