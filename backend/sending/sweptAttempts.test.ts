import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { createBodyCipher, type BodyCipher } from '../storage/encryption/bodyCipher.ts';
import { createBodySweep, type BodySweep, type SweptTable } from '../storage/encryption/bodySweep.ts';
import { toDataKey, type DataKey } from '../storage/encryption/dataKeys.ts';
import { createWebhookInbox } from '../webhooks/inbox.ts';
import { sweptInbox } from '../webhooks/sweptInbox.ts';
import { sweptAttempts } from './sweptAttempts.ts';

let engine: TestEngine;
let ring: DataKey[];
let cipher: BodyCipher;
const ROWS = 230;

beforeEach(() => {
  ring = [toDataKey(randomBytes(32))];
  cipher = createBodyCipher({ ring: () => ring, sealsAll: () => false });
  engine = createTestEngine({ cipher });
  for (const file of [engine.database, engine.files.inbox]) file.pragma('synchronous = OFF');
});
afterEach(() => {
  engine.remove();
});

async function fill(): Promise<void> {
  for (let row = 0; row < ROWS; row++) {
    const { id } = engine.add({ type: row % 2 === 0 ? 'otp' : 'notification', body: `text ${row}` });
    engine.store.addEvent(id, { at: 0, event: 'refused_for_good', detail: { detail: `said of ${row}` } });
  }
  const inbox = createWebhookInbox(engine.files.inbox, cipher);
  const entry = { receivedAt: 0, provider: 'wassenger', lineId: 'line', rejected: null } as const;
  await Promise.all(Array.from({ length: 120 }, (_, row) => inbox.add({ ...entry, body: Buffer.from(`raw ${row}`) })));
}

const tables = (): SweptTable[] => [
  ...sweptAttempts(engine.database, cipher, () => {}),
  sweptInbox(engine.files.inbox, cipher, () => {}),
];
function sweepOf(swept: readonly SweptTable[], told: { completed?: number[]; logger?: Logger } = {}): BodySweep {
  return createBodySweep({
    ...{ database: engine.database, tables: swept, goal: () => ring[0]?.id ?? '', moved() {} },
    logger: told.logger ?? silentLogger,
    completed: (changed) => {
      told.completed?.push(changed);
      return Promise.resolve();
    },
  });
}

/** Everything sealed that is not under the key in use. */
function left(): number {
  const texts = [
    ...engine.database.prepare<[], string>(`SELECT body FROM attempts WHERE type = 'otp'`).pluck().all(),
    ...engine.database
      .prepare<[], string>(`SELECT detail ->> '$.detail' FROM attempt_events WHERE event LIKE 'refused%'`)
      .pluck()
      .all(),
    ...engine.files.inbox.prepare<[], Buffer>(`SELECT body FROM webhook_inbox`).pluck().all(),
  ];
  return texts.filter((text) => !cipher.isCurrent(text)).length;
}
const rotate = (): void => {
  ring = [toDataKey(randomBytes(32)), ...ring];
};

describe('going through all texts (SEC-3)', () => {
  it('leaves each under the new key, and every one as it read before', async () => {
    await fill();
    rotate();
    expect(left()).toBe(ROWS / 2 + ROWS + 120);
    const completed: number[] = [];
    await sweepOf(tables(), { completed }).finish();
    expect(left()).toBe(0);
    expect(completed).toEqual([ROWS / 2 + ROWS + 120]);
    const ids = engine.database.prepare<[], string>(`SELECT id FROM attempts ORDER BY rowid`).pluck().all();
    expect(ids.map((id) => engine.views.get(id).body)).toEqual(ids.map((_, row) => `text ${row}`));
    expect(createWebhookInbox(engine.files.inbox, cipher).get(120)?.body.toString()).toBe('raw 119');
  });

  it('killed at every step goes on from there, and does nothing twice', async () => {
    await fill();
    for (let fatal = 1; ; fatal++) {
      rotate();
      let steps = 0;
      const dying = tables().map((table) => ({
        ...table,
        step(after: number) {
          const done = table.step(after);
          steps += 1;
          // What the step wrote into the file of its transaction goes with the process.
          if (steps === fatal) throw new Error('killed');
          return done;
        },
      }));
      await sweepOf(dying).finish();
      const died = steps === fatal;
      expect(sweepOf(tables()).progress().running).toBe(died);
      await sweepOf(tables()).finish();
      expect([left(), sweepOf(tables()).progress().running]).toEqual([0, false]);
      if (!died) break;
    }
  });

  it('begins anew when the key changes meanwhile, and ends under the last one', async () => {
    await fill();
    rotate();
    let turned = false;
    const turning = tables().map((table) => ({
      ...table,
      step(after: number) {
        if (!turned && table.name === 'attempt_events') {
          turned = true;
          rotate();
        }
        return table.step(after);
      },
    }));
    await sweepOf(turning).finish();
    expect([turned, left()]).toEqual([true, 0]);
  });

  it('stops when the application does, and says how far it is', async () => {
    await fill();
    rotate();
    const sweep = sweepOf(tables());
    await sweep.start();
    expect(sweep.progress()).toMatchObject({ running: true });
    await sweep.stop();
    const { done, total } = sweep.progress();
    expect(done).toBeLessThan(total);
    await sweep.start();
    await sweep.finish();
    await sweep.stop();
    expect([left(), sweep.progress().running]).toEqual([0, false]);
  });
});
