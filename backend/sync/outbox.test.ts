import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { Outbox } from './outbox.ts';
import { pushBatch } from './pushing.ts';
import { RemoteError, type PushedRow } from './remote.ts';
import { installTriggers, removeTriggers } from './triggers.ts';

let engine: TestEngine;
let outbox: Outbox;
beforeEach(() => {
  engine = createTestEngine();
  installTriggers(engine.database);
  outbox = new Outbox(engine.database);
});
afterEach(() => {
  engine.remove();
});

const take = () => outbox.take(1_000, { now: engine.clock.now(), hourly: true });
const contact = (id: string, name = 'Zoé'): void => {
  engine.database
    .prepare(`INSERT INTO contacts (id, name, phone, created_at, updated_at) VALUES (@id, @name, @phone, 1, 1)`)
    .run({ id, name, phone: `+336${id}` });
};
type Pushed = { source: string; rows: readonly PushedRow[]; waiting: number };
const target = (push: (batch: Pushed) => Promise<{ entity: string; key: string; reason: string }[]>) => ({
  ...{ remote: { push }, outbox, now: () => engine.clock.now(), source: 's', generation: 1, accounts: {} },
});

it('a row waits once, in the place of its first change, as it is at last; what is gone is told (SYN-2)', () => {
  contact('1');
  contact('2');
  engine.database.prepare(`UPDATE contacts SET name = 'Awa' WHERE id = '1'`).run();
  engine.database.prepare(`DELETE FROM contacts WHERE id = '2'`).run();
  const rows = take().map(({ pushed }) => [pushed.k, pushed.r?.['name'] ?? null]);
  expect(rows).toEqual([
    ['["1"]', 'Awa'],
    ['["2"]', null],
  ]);
});

it('a change is noted whatever the statement does on conflicts, and undone with its transaction (SYN-2)', () => {
  contact('1');
  const before = take()[0]!.version;
  engine.database.prepare(`UPDATE OR IGNORE contacts SET name = 'a' WHERE id = '1'`).run();
  const between = take()[0]!.version;
  engine.database
    .prepare(
      `INSERT OR REPLACE INTO contacts (id, name, phone, created_at, updated_at) VALUES ('1', 'b', '+3361', 1, 1)`,
    )
    .run();
  expect([between > before, take()[0]!.version > between, take()[0]!.pushed.r?.['name']]).toEqual([true, true, 'b']);
  const undone = engine.database.transaction(() => {
    contact('9');
    throw new Error('undo');
  });
  expect(undone).toThrow('undo');
  expect(take()).toHaveLength(1);
});

it('what changed while it was on its way stays; without triggers nothing is noted (SYN-2, SYN-6)', async () => {
  contact('1');
  await pushBatch(
    target(async () => {
      engine.database.prepare(`UPDATE contacts SET name = 'later' WHERE id = '1'`).run();
      return [];
    }),
    take(),
  );
  expect(take().map(({ pushed }) => pushed.r?.['name'])).toEqual(['later']);
  removeTriggers(engine.database);
  contact('2');
  expect(take()).toEqual([]);
  expect([installTriggers(engine.database), installTriggers(engine.database)]).toEqual([true, false]);
});

it('of a batch that is refused whole the row is found, and the others arrive (SYN-2)', async () => {
  for (let index = 0; index < 40; index++) contact(String(index));
  const arrived: string[] = [];
  await pushBatch(
    target(async ({ rows }) => {
      if (rows.some(({ k }) => k === '["17"]')) throw new RemoteError('refused', '400 22P02');
      arrived.push(...rows.map(({ k }) => k));
      return [];
    }),
    take(),
  );
  expect(arrived).toHaveLength(39);
  expect(outbox.setAsideRows().rows.map(({ rowKey, reason }) => [rowKey, reason])).toEqual([['["17"]', '400 22P02']]);
  expect(outbox.countWaiting()).toBe(0);
});

it('when everything is refused it is not the rows: none is set aside, and few requests are made (SYN-2)', async () => {
  for (let index = 0; index < 100; index++) contact(String(index));
  let requests = 0;
  const refusing = target(async () => {
    requests++;
    throw new RemoteError('refused', '400');
  });
  await expect(pushBatch(refusing, take())).rejects.toThrow(RemoteError);
  expect([outbox.setAsideRows().count, outbox.countWaiting(), requests < 30]).toEqual([0, 100, true]);
});

it('a value that the copy has no place for is set aside without asking (SYN-2)', () => {
  contact('1');
  engine.database.prepare(`UPDATE contacts SET created_at = 900000000000000 WHERE id = '1'`).run();
  expect(take()).toEqual([]);
  expect(outbox.setAsideRows().rows[0]?.reason).toBe('value created_at');
  expect(outbox.putBack(outbox.setAsideRows().rows[0]!.position)).toBe(true);
  expect(outbox.putBack(12_345)).toBe(false);
});

it('a batch says how many rows are left behind it: 0 when the copy is whole (SYN-3)', async () => {
  for (let index = 0; index < 5; index++) contact(String(index));
  const left: number[] = [];
  const push = target(async ({ waiting }) => {
    left.push(waiting);
    return [];
  });
  await pushBatch(push, outbox.take(3, { now: 1, hourly: false }));
  await pushBatch(push, outbox.take(3, { now: 1, hourly: false }));
  expect(left).toEqual([2, 0]);
});
