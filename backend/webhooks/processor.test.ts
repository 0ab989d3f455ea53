import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWebhookBench, type WebhookBench } from '../../tests/support/webhookBench.ts';
import { incoming, report } from '../../tests/support/wassengerEvents.ts';
import { DAY_MS } from '../core/days.ts';
import { createWebhookProcessor, RETENTION_MS } from './processor.ts';

let bench: WebhookBench;
beforeEach(() => {
  bench = createWebhookBench();
});
afterEach(() => bench.close());

const PHONE = '+33612345678';
const statusOf = (id: string, event = 'message:out:sent', fields: object = {}) => ({
  ...report(event, { id, reference: null, ...fields }),
  entityId: id,
});
const WITHIN = { timeout: 10_000 };
const verdicts = () => bench.events().map(({ verdict }) => verdict);

describe('a report', () => {
  it.each([
    ['the provider’s id', { id: 'own-1', reference: null }],
    ['the WhatsApp id', { id: 'wa-1', reference: null }],
    ['the reference', { id: 'never-seen', reference: 'REFERENCE' }],
  ])('finds its message by %s (WHK-4)', async (_by, ids) => {
    const { id, reference } = bench.sent();
    const fields = { ...ids, ...(ids.reference === null ? {} : { reference }) };
    await bench.receive([statusOf(ids.id, 'message:out:delivered', fields)]);
    expect(bench.engine.attempt(id).state).toBe('delivered');
    expect(bench.events()).toMatchObject([{ verdict: 'applied', attemptId: id }]);
    expect(JSON.parse(bench.events()[0]!.changes)).toEqual([{ kind: 'attempt', id }]);
  });

  it('again, a thousand times, is a no-op (WHK-4)', async () => {
    const { id } = bench.sent();
    const body = [statusOf('own-1', 'message:out:delivered')];
    await bench.receive(...Array.from({ length: 1000 }, () => body));
    expect(bench.engine.attempt(id).state).toBe('delivered');
    expect(verdicts().filter((verdict) => verdict === 'applied')).toHaveLength(1);
    expect(verdicts().filter((verdict) => verdict === 'duplicate')).toHaveLength(999);
  });

  it('of each event in an array has its own verdict', async () => {
    bench.sent();
    await bench.receive([statusOf('own-1'), statusOf('other'), null, { event: 'x:y', data: {} }, statusOf('own-1')]);
    expect(verdicts()).toEqual(['applied', 'unmatched', 'ignored', 'ignored', 'duplicate']);
  });

  it('that overtakes the answer to its own send is matched later (WHK-4)', async () => {
    const { id } = bench.engine.add();
    bench.engine.claim();
    await bench.receive([statusOf('wa-9', 'message:out:read')], [statusOf('own-9', 'message:out:delivered')]);
    expect(verdicts()).toEqual(['unmatched', 'unmatched']);
    bench.engine.outcomes.accepted(bench.engine.attempt(id), ['own-9', 'wa-9']);
    expect(verdicts()).toEqual(['applied', 'applied']);
    expect(bench.engine.attempt(id)).toMatchObject({ state: 'read' });
    expect(bench.events()[0]).toMatchObject({ attemptId: id });
  });

  it('by its reference settles an unknown outcome, and brings what waited for the ids that it teaches (SND-6)', async () => {
    const { id, reference } = bench.engine.add();
    bench.engine.claim();
    bench.engine.outcomes.unknown(bench.engine.attempt(id), { code: 'timeout', detail: '' });
    await bench.receive([statusOf('wa-9', 'message:out:delivered')]);
    await bench.receive([statusOf('own-9', 'message:out:sent', { waId: 'wa-9', reference })]);
    expect(verdicts()).toEqual(['applied', 'applied']);
    expect(bench.engine.attempt(id)).toMatchObject({ state: 'delivered' });
  });
});

it('tells the line’s health what a session event says (OPS-1)', async () => {
  await bench.receive({ id: 'e', event: 'number:session', data: { status: 'timeout' } });
  expect(bench.sessions).toMatchObject([{ lineId: 'line', health: { state: 'offline' } }]);
  expect(bench.events()).toMatchObject([{ verdict: 'applied' }]);
});

it('gives each line its own copy of an event that comes to two (WHK-4)', async () => {
  bench.lines.push({ ...bench.lines[0]!, id: 'second' });
  bench.sent();
  await bench.store([statusOf('own-1')], { lineId: 'second' });
  await bench.receive([statusOf('own-1')]);
  expect(verdicts()).toEqual(['unmatched', 'applied']);
});

describe('an event that fails', () => {
  it('is logged with its reason, leaves nothing behind, and holds up nothing (WHK-2)', async () => {
    const { id } = bench.sent();
    bench.onAnswer = () => {
      bench.engine.database.prepare(`INSERT INTO meta (key, value) VALUES ('half', 'done')`).run();
      throw new TypeError(`cannot read the answer of ${PHONE}`);
    };
    await bench.receive(incoming(), [statusOf('own-1', 'message:out:delivered')]);
    expect(bench.events()).toMatchObject([{ verdict: 'failed', reason: 'TypeError' }, { verdict: 'applied' }]);
    expect(bench.engine.attempt(id).state).toBe('delivered');
    expect(bench.engine.database.prepare(`SELECT * FROM meta WHERE key = 'half'`).get()).toBeUndefined();
  });

  it('that took effect keeps in the log what it changed when it is replayed without effect (WHK-6)', async () => {
    let changes = [{ kind: 'attempt', id: 'a2' }];
    bench.onAnswer = () => ({ changes, verdict: 'applied' });
    await bench.receive(incoming());
    changes = [];
    bench.processor.replay(bench.events()[0]!.id);
    expect(bench.events()).toMatchObject([
      { verdict: 'applied', attemptId: 'a2', changes: '[{"kind":"attempt","id":"a2"}]' },
    ]);
  });

  it('can be replayed, and then counts (WHK-2)', async () => {
    bench.onAnswer = () => {
      throw new TypeError('no');
    };
    await bench.receive(incoming());
    bench.onAnswer = () => ({ changes: [{ kind: 'recipient', id: 'r' }], verdict: 'applied' });
    expect(bench.processor.replay(bench.events()[0]!.id)).toMatchObject({ verdict: 'applied' });
    expect(bench.events()).toHaveLength(1);
    expect(bench.answers).toHaveLength(2);
  });

  it('because its line is gone is read when the line is back', async () => {
    const [line] = bench.lines.splice(0);
    await bench.receive([incoming(), incoming({ id: 'b' }, { id: 'evt-2' })]);
    expect(bench.events()).toMatchObject([{ verdict: 'failed', reason: 'line_missing' }]);
    bench.lines.push(line!);
    bench.processor.replay(bench.events()[0]!.id);
    expect(verdicts()).toEqual(['unmatched', 'unmatched']);
    expect(bench.answers).toHaveLength(2);
  });
});

it('never processes what was refused, and shows it (WHK-6)', async () => {
  await bench.store(incoming(), { rejected: 'bad_signature' });
  bench.process();
  expect(bench.events()).toMatchObject([{ verdict: 'rejected', reason: 'bad_signature' }]);
  expect(bench.answers).toHaveLength(0);
});

it('keeps and counts events that nobody knows (WHK-4)', async () => {
  await bench.receive({ id: 'e', event: 'moon:phase:changed', data: {} });
  expect(bench.events()).toMatchObject([{ event: 'moon:phase:changed', verdict: 'ignored', reason: 'unknown_event' }]);
});

describe('when the database cannot take it (REL-3)', () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });

  it('keeps nothing of the batch and does it again', async () => {
    bench.sent();
    bench.onAnswer = () => {
      throw full;
    };
    await bench.store([statusOf('own-1')]);
    await bench.store(incoming());
    expect(() => bench.processor.runOnce()).toThrow(full);
    expect(bench.events()).toEqual([]);
    bench.onAnswer = () => ({ changes: [], verdict: 'applied' });
    bench.process();
    expect(verdicts()).toEqual(['applied', 'applied']);
  });

  it('goes on by itself when there is room', async () => {
    let failures = 2;
    bench.onAnswer = () => {
      if (failures-- > 0) throw full;
      return { changes: [], verdict: 'applied' };
    };
    await bench.store(incoming());
    await bench.processor.start();
    await vi.waitFor(async () => {
      await bench.engine.clock.advance(2_000);
      expect(verdicts()).toEqual(['applied']);
    }, WITHIN);
  });
});

describe('the loop', () => {
  it('starts with what waited, and works when woken (WHK-2)', async () => {
    await bench.store(incoming());
    await bench.processor.start();
    await bench.processor.start();
    await expect.poll(verdicts, WITHIN).toEqual(['unmatched']);
    await bench.store(incoming({ id: 'b' }, { id: 'evt-2' }));
    bench.processor.wake();
    bench.processor.wake();
    await expect.poll(verdicts, WITHIN).toEqual(['unmatched', 'unmatched']);
  });

  it('does nothing after its end, and goes on after a new start', async () => {
    await bench.processor.start();
    await bench.processor.stop();
    await bench.store(incoming());
    bench.processor.wake();
    await bench.engine.clock.advance(10_000);
    expect(verdicts()).toEqual([]);
    await bench.processor.start();
    await expect.poll(verdicts, WITHIN).toEqual(['unmatched']);
    await bench.processor.stop();
    await bench.processor.stop();
  });

  it('takes a backlog in pieces, in the order of receipt', async () => {
    for (let index = 0; index < 120; index += 1)
      void bench.store(incoming({ id: `m${index}` }, { id: `evt-${index}` }));
    await bench.store(incoming({ id: 'last' }, { id: 'evt-last' }));
    expect(bench.processor.runOnce()).toBe(50);
    expect(bench.process()).toBe(71);
    expect(bench.answers.map(({ providerMessageId }) => providerMessageId).slice(-2)).toEqual(['m119', 'last']);
  });
});

it('processes what comes to a file of raw webhooks that was lost and made anew', async () => {
  await bench.receive(incoming());
  bench.engine.files.inbox.exec(`DELETE FROM webhook_inbox; DELETE FROM sqlite_sequence`);
  const { engine, lines } = bench;
  createWebhookProcessor({
    ...{ database: engine.database, inbox: engine.files.inbox, clock: engine.clock, lines: { all: () => lines } },
    ...{ attempts: engine.outcomes, answers: bench, lineHealth: { onSession() {} }, wake() {} },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    notify: { changed() {}, campaign() {}, attempt() {}, import() {}, notice() {} },
  });
  await bench.receive(incoming({ id: 'b' }, { id: 'evt-2' }));
  expect(verdicts()).toEqual(['unmatched', 'unmatched']);
});

it('recognises repetitions for 90 days at least, and forgets after that (WHK-4)', async () => {
  await bench.receive(incoming());
  await bench.engine.clock.advance(90 * DAY_MS);
  expect(await bench.processor.prune()).toBe(0);
  await bench.receive(incoming());
  expect(verdicts()).toEqual(['unmatched', 'duplicate']);
  await bench.engine.clock.advance(RETENTION_MS - 90 * DAY_MS + 1);
  expect(await bench.processor.prune()).toBe(1);
  const left = bench.engine.files.inbox.prepare(`SELECT count(*) FROM webhook_inbox`).pluck().get();
  expect(left).toBe(1);
  expect(bench.engine.database.prepare(`SELECT count(*) FROM webhook_orphans`).pluck().get()).toBe(0);
});

it.each([
  { came: ['right', 'wrong'], left: 1 },
  { came: ['wrong', 'right'], left: 0 },
  { came: ['wrong', 'wrong'], left: 2 },
])(
  'keeps what came while the clock showed a year long past until it is surely old, and knows it again: $came (REL-4, WHK-4)',
  async ({ came, left }) => {
    const { clock, files } = bench.engine;
    const kept = (): unknown => files.inbox.prepare(`SELECT count(*) FROM webhook_inbox`).pluck().get();
    const right = clock.now();
    for (const [index, shown] of came.entries()) {
      clock.set(shown === 'right' ? right : index);
      await bench.receive({ ...incoming(), id: `evt-${index}` });
    }
    clock.set(right + DAY_MS);
    expect([await bench.processor.prune(), kept()]).toEqual([0, 2]);
    clock.set(right + RETENTION_MS + 1);
    expect([await bench.processor.prune(), kept()]).toEqual([2 - left, left]);
    await bench.receive({ ...incoming(), id: 'evt-1' });
    expect(verdicts().at(-1)).toBe(left === 0 ? 'unmatched' : 'duplicate');
    clock.set(right + 2 * (RETENTION_MS + 1));
    await bench.processor.prune();
    expect(kept()).toBe(0);
  },
);
