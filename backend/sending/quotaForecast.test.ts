import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { MINUTE_MS } from '../core/days.ts';
import { ReplyReserve } from '../monitoring/replyReserve.ts';
import { createQuotaForecast } from './quotaForecast.ts';

let engine: TestEngine;
let forecast: () => number | null;
beforeEach(() => {
  engine = createTestEngine({ now: '2026-11-20T08:00:00.000Z' });
  const { database, clock, lines, pauses, ledger } = engine;
  forecast = createQuotaForecast({
    ...{ database, clock, lines, pauses, ledger, reserve: new ReplyReserve(database) },
    settings: () => ({
      limits: { dailyLimit: 30, rollingLimit: 1000 },
      ...{ sendsPerMinute: 10, sendGapMs: { min: 0, max: 0 }, sendTimeoutMs: 15_000, sendsAtOnce: 4, timeZone: 'UTC' },
    }),
  });
});
afterEach(() => {
  engine.remove();
});

describe('the forecast', () => {
  it('is null when what waits does not use the quota up (MON-10)', () => {
    for (let index = 0; index < 10; index++) engine.add();
    expect(forecast()).toBeNull();
  });

  it('says when the pace will have used it up (MON-10)', () => {
    for (let index = 0; index < 40; index++) engine.add();
    const at = forecast();
    expect(at).toBeGreaterThanOrEqual(engine.clock.now() + 2.5 * MINUTE_MS);
    expect(at).toBeLessThanOrEqual(engine.clock.now() + 3.5 * MINUTE_MS);
  });

  it('counts what becomes due later today, and nothing that is paused (MON-10, SND-14)', async () => {
    const later = engine.clock.now() + 60 * MINUTE_MS;
    for (let index = 0; index < 40; index++) engine.add({ dueAt: later });
    expect(forecast()).toBeGreaterThan(later);
    engine.pauses.set({ scope: 'all', reason: 'operator' });
    await engine.clock.advance(MINUTE_MS);
    expect(forecast()).toBeNull();
  });

  it('counts what a timed pause holds from its end on, first messages or all (MON-10, SND-14)', () => {
    engine.runningCampaign();
    for (let index = 0; index < 25; index++) engine.addStep('message_1', `${index}`);
    for (let index = 0; index < 15; index++) engine.add();
    const until = engine.clock.now() + 60 * MINUTE_MS;
    engine.pauses.set({ scope: 'message_1', targetId: 'line', reason: 'operator', untilAt: until });
    engine.pauses.set({ scope: 'line', targetId: 'other', reason: 'operator' });
    const afterFirst = forecast()!;
    expect(afterFirst).toBeGreaterThanOrEqual(until + 1.4 * MINUTE_MS);
    expect(afterFirst).toBeLessThan(until + 2 * MINUTE_MS);
    engine.pauses.set({ scope: 'all', reason: 'operator', untilAt: until });
    engine.clock.set(engine.clock.now() + MINUTE_MS);
    expect(forecast()).toBeGreaterThanOrEqual(until + 2.9 * MINUTE_MS);
    engine.pauses.set({ scope: 'message_1', reason: 'operator' });
    engine.clock.set(engine.clock.now() + MINUTE_MS);
    expect(forecast()).toBeNull();
  });

  it('counts a campaign that is scheduled for today (MON-10, CMP-3)', () => {
    const start = engine.clock.now() + 120 * MINUTE_MS;
    engine.runningCampaign();
    for (let index = 0; index < 40; index++) engine.addStep('message_1', `${index}`, { dueAt: start });
    engine.database.prepare(`UPDATE campaigns SET status = 'scheduled', start_at = @start`).run({ start });
    expect(forecast()).toBeGreaterThanOrEqual(start + 2.9 * MINUTE_MS);
    engine.database.exec(`UPDATE campaigns SET status = 'paused'`);
    engine.clock.set(engine.clock.now() + MINUTE_MS);
    expect(forecast()).toBeNull();
  });

  it('counts with the pace of the line itself, as the dispatcher does (MON-10, SND-13)', () => {
    engine.lines.saveOptions('line', { sendsPerMinute: 1 });
    for (let index = 0; index < 40; index++) engine.add();
    expect(forecast()).toBeGreaterThanOrEqual(engine.clock.now() + 29 * MINUTE_MS);
  });

  it('lets first messages rest in the quiet hours of each recipient (MON-10, SND-13)', () => {
    engine.lines.saveOptions('line', { quietHours: { from: '07:00', to: '10:00', timeZone: 'UTC' } });
    engine.runningCampaign();
    for (let index = 0; index < 40; index++) engine.addStep('message_1', `${index}`);
    expect(forecast()).toBeGreaterThan(Date.parse('2026-11-20T10:00:00.000Z'));
    engine.database.exec(`UPDATE attempts SET time_zone = 'Asia/Tokyo'`);
    engine.clock.set(engine.clock.now() + MINUTE_MS);
    expect(forecast()).toBeLessThan(Date.parse('2026-11-20T10:00:00.000Z'));
  });
});
