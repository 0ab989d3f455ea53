import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import type { LiveEvent } from '../contract/liveEvents.ts';
import { DAY_MS, HOUR_MS } from '../core/days.ts';
import { silentLogger } from '../core/logger.ts';
import { codeSentence } from '../sending/attemptViews.ts';
import { Live } from './live.ts';
import { Monitoring } from './monitoring.ts';

let engine: TestEngine;
let monitoring: Monitoring;
const limits = { dailyLimit: 180, rollingLimit: 1000 };
beforeEach(() => {
  engine = createTestEngine({ now: '2026-11-20T12:00:00.000Z' });
  const { database, ledger, clock, pauses, store } = engine;
  limits.dailyLimit = 180;
  limits.rollingLimit = 1000;
  monitoring = new Monitoring({
    ...{ database, ledger, clock, limits: () => limits, locale: () => 'fr', timeZone: () => 'Europe/Paris' },
    pauses: () => pauses.list(),
    lines: () => [],
    clockStanding: () => ({ heldUntil: null, offsetMinutes: null }),
    shared: () => null,
    heldForReplies: () => 12,
    unknown: () => store.countUnknown(),
    forecast: () => null,
    codeSentence: (code) => codeSentence('fr', code, 'wassenger'),
  });
});
afterEach(() => {
  engine.remove();
});

/** Takes slots as sends would, so many of each kind. */
function take(counts: { message_1?: number; message_2?: number; other?: number; errors?: number }): void {
  const now = engine.clock.now();
  for (const kind of ['message_1', 'message_2', 'other'] as const) {
    for (let index = 0; index < (counts[kind] ?? 0); index++) {
      const attemptId = `${kind}-${index}-${now}`;
      engine.ledger.take({ attemptId, lineId: 'line', kind, now }, { dailyLimit: 10_000, rollingLimit: 10_000 });
      engine.ledger.settle(attemptId, now);
    }
  }
  for (let index = 0; index < (counts.errors ?? 0); index++) engine.ledger.countError(now);
}

describe('the figures of the day', () => {
  it('are all zero on an empty day, with room for every contact', () => {
    expect(monitoring.stats()).toMatchObject({
      ...{ date: '2026-11-20', sent: 0, message1: 0, message2: 0, other: 0, errors: 0, limit: 180, canSend: true },
      ...{ blockedReason: '', blockedMessage: '', alertLevel: 'ok', badge: false, interactionRate: 0, errorRate: 0 },
      ...{ remainingCapacity: 180, capacityWarning: false, errorAlert: false, rolling: { sent: 0, limit: 1000 } },
      ...{ paused: false, pauses: [], unknown: 0, toResolve: 0, updatedAt: '2026-11-20T12:00:00.000Z' },
    });
  });

  it('give rates, capacity and level together (MON-4, MON-5, MON-6, MON-9)', () => {
    take({ message_1: 100, message_2: 50, other: 10, errors: 20 });
    expect(monitoring.stats()).toMatchObject({
      ...{ sent: 160, interactionRate: 0.5, remainingCapacity: 13, capacityWarning: false, alertLevel: 'attention' },
      ...{ badge: true, errorRate: 20 / 180, errorAlert: true },
    });
  });

  it('say in French why nothing leaves and when it resumes, here and in UTC (MON-2)', () => {
    take({ message_1: 180 });
    expect(monitoring.stats()).toMatchObject({
      ...{ canSend: false, blockedReason: 'daily_limit_reached', alertLevel: 'danger' },
      blockedMessage: 'Limite quotidienne atteinte (180 sur 180). Les envois reprennent à 00:00 UTC (01:00 chez vous).',
    });
  });

  it('name the rolling cap when the day has room but the last 24 hours have not (MON-3)', async () => {
    limits.rollingLimit = 5;
    take({ other: 5 });
    await engine.clock.advance(13 * HOUR_MS);
    expect(monitoring.stats()).toMatchObject({
      ...{ date: '2026-11-21', sent: 0, canSend: false, blockedReason: 'rolling_limit_reached' },
      blockedMessage: 'Plafond sur 24 h atteint (5 sur 5). Les envois reprennent à 12:00 UTC (13:00 chez vous).',
    });
  });

  it('count what waits for the operator', () => {
    const { id } = engine.add();
    engine.claim();
    engine.outcomes.unknown(engine.attempt(id), { code: 'timeout', detail: '' });
    expect(monitoring.stats()).toMatchObject({ unknown: 1, toResolve: 0, sent: 1 });
  });
});

describe('the history', () => {
  it('has a row for every day, oldest first, zeros where nothing happened (MON-7)', async () => {
    take({ message_1: 3, errors: 1 });
    await engine.clock.advance(2 * DAY_MS);
    take({ message_2: 2 });
    const history = monitoring.history(4);
    expect(history.map(({ date, sent, errors }) => [date, sent, errors])).toEqual([
      ['2026-11-19', 0, 0],
      ['2026-11-20', 3, 1],
      ['2026-11-21', 0, 0],
      ['2026-11-22', 2, 0],
    ]);
    expect(monitoring.history(90)).toHaveLength(90);
  });

  it('lists the last errors newest first, with a sentence and a masked phone (MON-7, OPS-9)', () => {
    for (const code of ['number:notfound', 'contact:blocked']) {
      engine.add();
      const claim = engine.claim();
      if (claim.kind !== 'claimed') throw new Error('nothing to claim');
      engine.outcomes.refused(claim.attempt, { kind: 'refused', code, class: 'final_contact', detail: '' });
    }
    const errors = monitoring.errors(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: 'contact:blocked', phoneMasked: '+33*******01' });
    expect(errors[0]?.message.length).toBeGreaterThan(20);
  });
});

describe('live figures', () => {
  it('are told once for many changes, and a threshold once on the way up (MON-11, DSK-3)', async () => {
    const told: LiveEvent[] = [];
    const live = new Live({
      ...{ clock: engine.clock, logger: silentLogger, locale: () => 'fr', stats: () => monitoring.stats() },
      ...{ campaign: () => null, activeCampaigns: () => [], errors: (limit) => monitoring.errors(limit) },
    });
    live.events.on((event) => told.push(event));
    await live.start();
    limits.dailyLimit = 10;
    await engine.clock.advance(1000);
    told.length = 0;
    take({ message_1: 8 });
    for (let index = 0; index < 50; index++) live.notify.changed('attempts');
    await engine.clock.advance(1000);
    expect(told.map(({ type }) => type)).toEqual(['stats', 'notice', 'changed']);
    expect(told[1]).toMatchObject({ kind: 'level', level: 'attention', page: '/' });
    take({ other: 2 });
    await engine.clock.advance(1000);
    expect(told.filter(({ type }) => type === 'notice')).toHaveLength(2);
    expect(told.at(-1)).toMatchObject({ type: 'notice', title: 'Limite quotidienne atteinte' });
    await engine.clock.advance(5000);
    expect(told.filter(({ type }) => type === 'notice')).toHaveLength(2);
    const { id } = engine.add();
    engine.claim();
    engine.outcomes.refused(engine.attempt(id), {
      ...{ kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' },
    });
    await engine.clock.advance(1000);
    expect(told.filter(({ type }) => type === 'error')).toMatchObject([{ error: { attemptId: id } }]);
    told.length = 0;
    // As a launch in steps makes them.
    for (let index = 0; index < 1_000; index++)
      live.notify.attempt({ id: `made-${index}`, state: 'pending', campaignId: null });
    await engine.clock.advance(1000);
    expect(told.filter(({ type }) => type !== 'stats')).toEqual([{ type: 'changed', what: 'attempts' }]);
    await live.stop();
  });

  it('says how many slots are held back for replies, never more than are left (CMP-12)', () => {
    take({ message_1: 100 });
    expect(monitoring.stats().heldForReplies).toBe(12);
    take({ message_2: 75 });
    expect(monitoring.stats().heldForReplies).toBe(5);
    limits.dailyLimit = 100;
    expect(monitoring.stats().heldForReplies).toBe(0);
  });
});
