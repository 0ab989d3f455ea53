import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { LATE_FAILURE_MS } from './outcomes.ts';
import { classifyMeta } from './providers/meta/errors.ts';
import { whenRepeatedWassenger } from './providers/wassenger/errors.ts';
import { watchReports } from './repeatedRefusals.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = createTestEngine();
  engine.provider.classify = classifyMeta;
});
afterEach(() => {
  engine.remove();
});

let count = 0;
/** Another message that the provider took. */
function taken(overrides: Parameters<TestEngine['add']>[0] = {}): string {
  const phone = `+336399801${String(++count).padStart(2, '0')}`;
  const { id } = overrides.type === undefined ? engine.add({ phone }) : engine.add({ phone, ...overrides });
  engine.claim();
  engine.outcomes.accepted(engine.attempt(id), [id]);
  return id;
}
/** A report on a message: with a code it failed, without one it arrived. */
const report = (id: string, code = '', at = engine.clock.now()) => {
  const status = code === '' ? 'delivered' : 'failed';
  return engine.outcomes.applyReport({ lineId: 'line', providerIds: [id], reference: null, status, at, code });
};

describe('a failure that the provider reports after it took the message', () => {
  it('puts who opted out there on the suppression list, however late it is told (SND-5, SND-13)', () => {
    const id = taken();
    const { phone } = engine.attempt(id);
    engine.clock.set(engine.clock.now() + 10 * LATE_FAILURE_MS);
    report(id, '131050', engine.clock.now() - 9 * LATE_FAILURE_MS);
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', errorCode: '131050' });
    expect(engine.effects).toEqual({ paused: [], optedOut: [phone] });
  });

  it('pauses the line of an account that is restricted, or the campaign whose template is, once each (SND-5)', () => {
    const id = taken();
    report(id, '131048');
    report(id, '131048', engine.clock.now() + 1);
    engine.runningCampaign();
    const step = { type: 'message_1', campaignId: 'campaign', contactId: 'a', priority: 4 } as const;
    report(taken(step), '132015');
    expect(engine.effects.paused).toEqual(['line:line', 'campaign:campaign']);
  });

  it('pauses nothing when it was long ago: the operator may have put it right since (SND-5)', () => {
    const id = taken();
    const at = engine.clock.now();
    engine.clock.set(at + LATE_FAILURE_MS + 1);
    report(id, '131048', at);
    expect(engine.attempt(id).state).toBe('failed_final');
    expect(engine.effects.paused).toEqual([]);
  });

  it('stops first messages when it meets three contacts one after the other, not when others arrive (SND-14)', () => {
    const paused: string[] = [];
    engine.provider.whenRepeated = whenRepeatedWassenger;
    engine.outcomes.onChange(
      watchReports(engine.lines, {
        pauseLine: (id) => paused.push(`line:${id}`),
        pauseMessage1: (id) => paused.push(`message_1:${id}`),
      }),
    );
    const failed = (): void => {
      report(taken(), 'message:forbidden_first_message');
    };
    failed();
    failed();
    report(taken());
    failed();
    failed();
    expect(paused).toEqual([]);
    failed();
    expect(paused).toEqual(['message_1:line']);
  });
});
