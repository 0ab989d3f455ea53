import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { LineQueue } from './lineQueue.ts';

const MESSAGES = 1_100;
let engine: TestEngine;
let queue: LineQueue;
beforeEach(() => {
  engine = createTestEngine();
  const { database, clock } = engine;
  database.pragma('synchronous = OFF');
  for (const id of ['other', 'third'])
    database
      .prepare(`INSERT INTO lines (id, provider, label, created_at) VALUES (?, 'simulator', ?, ?)`)
      .run(id, id, clock.now());
  queue = begun();
});
afterEach(() => {
  engine.remove();
});

/** The queue on the same file, as after a start. */
const begun = (): LineQueue => new LineQueue({ database: engine.database, outcomes: engine.outcomes });
const count = (where: string): number =>
  Number(engine.database.prepare(`SELECT count(*) FROM attempts WHERE ${where}`).pluck().get());

function waitOnLine(): void {
  engine.database.exec('BEGIN');
  for (let message = 0; message < MESSAGES; message++) engine.add();
  engine.database.exec('COMMIT');
}

/** The line goes in one transaction, as `lineRemoval.ts` does it. */
function remove(id: string, movedTo: string | null): number {
  const { database, lines, clock } = engine;
  return database.transaction(() => {
    const now = clock.now();
    const done = movedTo === null ? queue.cancel(id) : queue.move(id, movedTo, now);
    lines.archive(id, movedTo, now);
    return done;
  })();
}

/** Steps until none is left; the most that one of them did. */
function finish(): number {
  let most = 0;
  for (let done = queue.step(engine.clock.now()); done > 0; done = queue.step(engine.clock.now()))
    most = Math.max(most, done);
  return most;
}

describe('what waits on a line that is removed', () => {
  it('moves in short steps, each message once, also when they were cut short by a crash (SND-12, API-5, REL-1)', () => {
    waitOnLine();
    expect(remove('line', 'other')).toBe(500);
    expect(queue.step(engine.clock.now())).toBe(250);
    queue = begun();
    expect(finish()).toBe(250);
    expect(count(`line_id = 'other' AND state = 'pending'`)).toBe(MESSAGES);
    const moves = `SELECT count(*), count(DISTINCT attempt_id) FROM attempt_events WHERE event = 'moved'`;
    expect(engine.database.prepare(moves).raw().get()).toEqual([MESSAGES, MESSAGES]);
  });

  it('is cancelled in short steps, also when they were cut short by a crash (SND-12, API-5, REL-1)', () => {
    waitOnLine();
    expect(remove('line', null)).toBe(500);
    expect(queue.step(engine.clock.now())).toBe(100);
    queue = begun();
    expect(finish()).toBe(100);
    expect(count(`state = 'cancelled' AND error_code = 'line_removed'`)).toBe(MESSAGES);
  });

  it('goes to the line that takes over from the one that took over, or ends with it (SND-12)', () => {
    waitOnLine();
    remove('line', 'other');
    remove('other', 'third');
    finish();
    expect(count(`line_id = 'third' AND state = 'pending'`)).toBe(MESSAGES);
    expect(remove('third', null)).toBe(500);
    finish();
    expect(count(`state = 'cancelled'`)).toBe(MESSAGES);
  });

  it('stays on a line that is set up again, and on one that is only disabled (SND-12)', () => {
    const { lines, clock, provider } = engine;
    waitOnLine();
    lines.setDisabled('line', clock.now());
    expect(queue.step(clock.now())).toBe(0);
    remove('line', 'other');
    lines.put({ id: 'line', label: 'Line', provider, webhookToken: 'token' }, clock.now());
    expect(queue.step(clock.now())).toBe(0);
    expect(count(`line_id = 'line' AND state = 'pending'`)).toBe(MESSAGES - 500);
  });
});
