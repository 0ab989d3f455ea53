import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { composeLines } from '../composeLines.ts';
import { silentLogger } from '../core/logger.ts';
import { silentNotify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import { createAudit, type Audit } from '../storage/audit.ts';
import { createLineStandings } from './lineStandings.ts';

let engine: TestEngine;
let service: Services['lines'];
let audit: Audit;
const wake = vi.fn();
beforeEach(() => {
  engine = createTestEngine({ now: '2026-11-20T12:00:00.000Z' });
  const { database, lines, clock, dispatcher, outcomes } = engine;
  audit = createAudit(database, clock);
  ({ service } = composeLines({
    ...{ database, lines, audit, clock, dispatcher, outcomes, wake, notify: silentNotify, logger: silentLogger },
    ...{ setup: undefined, asking: (line) => line, locale: () => 'fr', pauses: engine.pauses },
    processor: { runOnce: () => 0 },
  }));
});
afterEach(() => {
  engine.remove();
});

const QUIET = { from: '21:00', to: '08:00', timeZone: null };

describe('the settings of a line', () => {
  it('are saved, shown, take effect at once and leave an audit line (SND-13)', () => {
    const gapMs = { min: 100, max: 200 };
    service.update({ id: 'line', sendsPerMinute: 7, gapMs, warmupSteps: [20, 40], quietHours: QUIET }, 'cli');
    expect(service.list()).toMatchObject([
      { sendsPerMinute: 7, gapMs, warmup: { steps: [20, 40], startedDay: null }, quietHours: QUIET },
    ]);
    expect(engine.lines.pace('line', { sendsPerMinute: 20, sendGapMs: { min: 0, max: 0 } })).toEqual({
      sendsPerMinute: 7,
      gapMs,
    });
    expect(wake).toHaveBeenCalled();
    expect(audit.list({ limit: 1 }).items).toMatchObject([{ actor: 'cli', action: 'line.update', target: 'line' }]);
  });

  it('stay where a patch does not name them, and go where it says null (SND-13)', () => {
    service.update({ id: 'line', sendsPerMinute: 7, quietHours: QUIET }, 'cli');
    expect(service.update({ id: 'line', quietHours: null }, 'cli')).toMatchObject({
      sendsPerMinute: 7,
      quietHours: null,
    });
  });

  it('keep the first day of a warm-up whose steps change, and forget it with the warm-up (SND-13)', () => {
    service.update({ id: 'line', warmupSteps: [20] }, 'cli');
    engine.add();
    engine.claim();
    expect(service.update({ id: 'line', warmupSteps: [30, 60] }, 'cli').warmup).toEqual({
      steps: [30, 60],
      startedDay: '2026-11-20',
    });
    service.update({ id: 'line', warmupSteps: null }, 'cli');
    expect(service.update({ id: 'line', warmupSteps: [30] }, 'cli').warmup?.startedDay).toBeNull();
  });

  it('are those of lines that exist (SND-12)', () => {
    expect(() => service.update({ id: 'other', sendsPerMinute: 7 }, 'cli')).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });
});

describe('the standing of a line', () => {
  it('says until when it is quiet, and what its warm-up allows today (SND-13)', () => {
    const { lines, ledger, clock } = engine;
    const standings = createLineStandings({ lines, ledger, clock, timeZone: () => 'Europe/Paris' });
    expect(standings()).toEqual([{ id: 'line', label: 'Line', quietUntil: null, warmup: null }]);
    service.update({ id: 'line', warmupSteps: [20], quietHours: { ...QUIET, from: '12:00' } }, 'cli');
    engine.add();
    engine.claim();
    expect(standings()).toEqual([
      { id: 'line', label: 'Line', quietUntil: '2026-11-21T07:00:00.000Z', warmup: { limit: 20, sent: 1 } },
    ]);
    clock.set(Date.parse('2026-11-21T07:00:00.000Z'));
    expect(standings()).toMatchObject([{ quietUntil: null, warmup: null }]);
  });
});
