import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedProvider, createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/days.ts';
import { silentLogger } from '../core/logger.ts';
import { SILENCE_MS } from '../webhooks/silence.ts';
import { ASKED_FOR_MS, DeliverySweep, SWEEP_BATCH, UNHEARD_AFTER_MS } from './deliverySweep.ts';
import type { LookupOutcome } from './provider.ts';

let engine: TestEngine;
let sweep: DeliverySweep;
let asked: string[];
beforeEach(() => {
  engine = createTestEngine();
  asked = [];
  sweep = createSweep();
  answer({ kind: 'absent' });
});
afterEach(async () => {
  await sweep.stop();
  engine.remove();
});

function createSweep(): DeliverySweep {
  const { database, store, outcomes, lines, clock } = engine;
  return new DeliverySweep({ database, store, outcomes, lines, clock, logger: silentLogger });
}
function answer(given: LookupOutcome): void {
  engine.provider.onLookUp = (reference) => {
    asked.push(reference);
    return given;
  };
}
const found = (status: Extract<LookupOutcome, { kind: 'found' }>['status'], code = ''): LookupOutcome => ({
  ...{ kind: 'found', providerIds: ['wa-1'], acceptedAt: engine.clock.now(), status, code },
});
function accepted(fields: Parameters<TestEngine['add']>[0] = {}): string {
  const { id } = engine.add(fields);
  engine.claim();
  engine.outcomes.accepted(engine.attempt(id), [`own-${id}`]);
  return id;
}

describe('a message that was accepted and not heard of since', () => {
  it.each([
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['failed', 'failed_final'],
  ] as const)('is %s when the provider says so: its webhook was lost (WHK-7)', async (status, state) => {
    const id = accepted();
    await engine.clock.advance(UNHEARD_AFTER_MS);
    answer(found(status, status === 'failed' ? 'max_retries' : ''));
    expect(await sweep.runOnce()).toBe(1);
    expect(engine.attempt(id).state).toBe(state);
    expect(engine.store.timeline(id).map(({ event }) => event)).toContain('looked_up');
    expect(engine.provider.sent).toHaveLength(0);
    expect(await sweep.runOnce()).toBe(0);
  });

  it('takes the true time from a webhook that comes after all (WHK-4, WHK-7)', async () => {
    const id = accepted();
    const deliveredAt = engine.clock.now() + 4_000;
    await engine.clock.advance(UNHEARD_AFTER_MS);
    answer(found('delivered'));
    await sweep.runOnce();
    expect(engine.attempt(id).deliveredAt).toBe(engine.clock.now());
    const report = {
      lineId: 'line',
      providerIds: [`own-${id}`],
      reference: null,
      status: 'delivered',
      code: '',
    } as const;
    engine.outcomes.applyReport({ ...report, at: deliveredAt });
    expect(engine.attempt(id).deliveredAt).toBe(deliveredAt);
  });

  it('is not asked about before its webhook had its time, nor before silence was told (WHK-6, WHK-7)', async () => {
    expect(UNHEARD_AFTER_MS).toBeGreaterThanOrEqual(2 * SILENCE_MS);
    accepted();
    await engine.clock.advance(UNHEARD_AFTER_MS - 1);
    expect(await sweep.runOnce()).toBe(0);
    await engine.clock.advance(1);
    expect(await sweep.runOnce()).toBe(1);
  });

  it.each([['absent'], ['queued'], ['sent']] as const)(
    'stays sent, is never sent again, and is asked about ever more seldom while the provider says %s (SND-6, WHK-7, I4)',
    async (kind) => {
      const id = accepted();
      answer(kind === 'absent' ? { kind } : found(kind));
      const askedAt: number[] = [];
      for (let passed = 0; passed < 4 * DAY_MS; passed += 5 * MINUTE_MS) {
        await engine.clock.advance(5 * MINUTE_MS);
        if ((await sweep.runOnce()) > 0) askedAt.push(passed + 5 * MINUTE_MS);
      }
      expect(askedAt.map((at) => at / HOUR_MS)).toEqual([0.5, 1, 2, 4, 8, 16, 28, 40, 52, 64]);
      expect(engine.attempt(id).state).toBe('sent');
      expect(engine.claim().kind).not.toBe('claimed');
      const lookedUp = engine.store.timeline(id).filter(({ event }) => event === 'looked_up');
      expect(lookedUp).toHaveLength(kind === 'absent' ? 1 : 0);
    },
  );

  it('is one of a small batch, the newest first (WHK-7)', async () => {
    const ids: string[] = [];
    for (let index = 0; index < SWEEP_BATCH + 5; index += 1) {
      ids.push(accepted({ phone: `+3363998${String(1000 + index)}` }));
      await engine.clock.advance(1_000);
    }
    await engine.clock.advance(UNHEARD_AFTER_MS);
    const references = ids.map((id) => engine.attempt(id).reference).reverse();
    expect(await sweep.runOnce()).toBe(SWEEP_BATCH);
    expect(asked).toEqual(references.slice(0, SWEEP_BATCH));
    expect(await sweep.runOnce()).toBe(5);
    expect(asked).toEqual(references);
  });

  it('is left alone when it is too old, not accepted, or on a line that cannot be asked (SND-12, WHK-7)', async () => {
    accepted();
    await engine.clock.advance(ASKED_FOR_MS);
    const { id } = engine.add({ phone: '+33639980002' });
    engine.claim();
    engine.outcomes.unknown(engine.attempt(id), { code: 'timeout', detail: '' });
    await engine.clock.advance(HOUR_MS);
    expect(await sweep.runOnce()).toBe(0);
    accepted({ phone: '+33639980003' });
    await engine.clock.advance(HOUR_MS);
    const provider = createScriptedProvider();
    const deaf = { ...provider, capabilities: { ...provider.capabilities, lookupByReference: false } };
    const { database, store, outcomes, clock } = engine;
    const line = { id: 'line', label: '', webhookToken: '', provider: deaf };
    const other = new DeliverySweep({
      ...{ database, store, outcomes, clock, logger: silentLogger, lines: { all: () => [line] } },
    });
    expect([await other.runOnce(), await sweep.runOnce()]).toEqual([0, 1]);
  });

  it('waits for the next run when its provider does not answer: one question for each run (REL-5, WHK-7)', async () => {
    for (let index = 0; index < 3; index += 1) accepted({ phone: `+3363998000${index}` });
    await engine.clock.advance(UNHEARD_AFTER_MS);
    answer({ kind: 'unavailable', detail: '' });
    expect(await sweep.runOnce()).toBe(1);
    engine.provider.onLookUp = () => {
      throw new Error('broken');
    };
    expect(await sweep.runOnce()).toBe(1);
    answer(found('delivered'));
    expect(await sweep.runOnce()).toBe(3);
  });

  it('keeps what a webhook said while the provider was asked (WHK-4, WHK-7)', async () => {
    const id = accepted();
    await engine.clock.advance(UNHEARD_AFTER_MS);
    engine.provider.onLookUp = () => {
      const at = engine.clock.now();
      const ids = { lineId: 'line', providerIds: [`own-${id}`], reference: null };
      engine.outcomes.applyReport({ ...ids, status: 'read', at, code: '' });
      return found('failed', 'max_retries');
    };
    await sweep.runOnce();
    expect(engine.attempt(id).state).toBe('read');
  });

  it('is not asked about by an application that stops', async () => {
    accepted();
    await engine.clock.advance(UNHEARD_AFTER_MS);
    await sweep.stop();
    expect(await sweep.runOnce()).toBe(0);
    await sweep.start();
    expect(await sweep.runOnce()).toBe(1);
  });
});
