import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS, nextDayStart } from '../core/days.ts';
import type { Services } from '../services.ts';
import { createAudit, type Audit } from '../storage/audit.ts';
import { createClockService } from './clockReset.ts';
import { ClockWatch, OBSERVATION_VALID_MS } from './clockWatch.ts';
import { silentNotify } from './notify.ts';

const RIGHT = Date.parse('2026-11-20T12:00:00.000Z');

let engine: TestEngine;
let watch: ClockWatch;
let clockService: Services['clock'];
let audit: Audit;
let notices: string[];
/** What the provider answers when it is asked; null: nothing. */
let providerTime: (() => number) | null;
beforeEach(() => {
  engine = createTestEngine({ now: '2026-11-20T12:00:00.000Z', limits: { dailyLimit: 10, rollingLimit: 15 } });
  const { database, clock, ledger } = engine;
  notices = [];
  const notify = { ...silentNotify, notice: ({ title }: { title: string }) => notices.push(title) };
  watch = new ClockWatch({ clock, ledger, notify: () => notify, locale: () => 'fr' });
  audit = createAudit(database, clock);
  providerTime = () => RIGHT + clock.monotonic();
  clockService = createClockService({
    ...{ database, clock, watch, audit, wake: () => {} },
    askProviders: () => {
      if (providerTime !== null) watch.observe(providerTime());
      return Promise.resolve();
    },
  });
});
afterEach(() => {
  engine.remove();
});

/** Sends so many at the time that the clock shows; returns how many left. */
function send(count: number): number {
  for (let index = 0; index < count; index++) engine.add();
  let left = 0;
  for (let claim = engine.claim(); claim.kind === 'claimed'; claim = engine.claim()) {
    engine.outcomes.accepted(claim.attempt, [`id-${claim.attempt.id}`]);
    left += 1;
  }
  for (const { id } of engine.store.inState('pending')) engine.outcomes.cancel(engine.attempt(id), 'cancelled');
  return left;
}
const usage = () => engine.ledger.usage(engine.clock.now());

describe('a clock that was ahead', () => {
  it('is put right once a provider agrees: what left meanwhile counts on today (MON-8, REL-4)', async () => {
    expect(send(4)).toBe(4);
    engine.clock.set(RIGHT + 30 * DAY_MS);
    expect(send(3)).toBe(3);
    engine.ledger.closeDays(engine.clock.now());
    engine.clock.set(RIGHT);
    expect(clockService.get().heldUntil).toBe('2026-12-20T12:00:00.000Z');
    expect(await clockService.reset('cli')).toEqual({ heldUntil: null, offsetMinutes: null });
    expect(usage()).toEqual({ day: '2026-11-20', used: 7, rollingUsed: 7 });
    expect(send(10)).toBe(3);
    const days = engine.database.prepare(`SELECT day, other, closed_at FROM daily_stats`).all();
    expect(days).toEqual([{ day: '2026-11-20', other: 10, closed_at: null }]);
    expect(audit.list({ limit: 5 }).items).toMatchObject([
      {
        ...{ actor: 'cli', action: 'clock.reset' },
        detail: { from: '2026-12-20T12:00:00.000Z', to: '2026-11-20T12:00:00.000Z' },
      },
    ]);
  });

  it.each([
    ['no provider answers', null],
    ['the provider has another time', () => RIGHT + HOUR_MS],
  ])('stays held when %s (MON-8, REL-4)', async (_why, time) => {
    engine.clock.set(RIGHT + 30 * DAY_MS);
    send(1);
    engine.clock.set(RIGHT);
    providerTime = time;
    await expect(clockService.reset('cli')).rejects.toMatchObject({ code: 'clock_unconfirmed' });
    expect(clockService.get().heldUntil).not.toBeNull();
    expect(audit.list({ limit: 5 }).items).toEqual([]);
  });

  it('changes nothing when nothing is ahead: a used day is not opened again (MON-8)', async () => {
    expect(send(10)).toBe(10);
    await clockService.reset('cli');
    expect(usage().used).toBe(10);
    expect(send(1)).toBe(0);
    expect(audit.list({ limit: 5 }).items).toEqual([]);
  });

  it('lets what waits for the wrong time wait for the right one (SND-4, CMP-6)', async () => {
    engine.runningCampaign();
    engine.clock.set(RIGHT + 30 * DAY_MS);
    engine.add();
    const claim = engine.claim();
    if (claim.kind !== 'claimed') throw new Error(claim.kind);
    engine.outcomes.refused(claim.attempt, { kind: 'refused', code: 'http_429', class: 'retry', detail: '' });
    engine.add();
    engine.claim();
    const followUp = engine.addStep('message_2', 'a', { expiresAt: engine.clock.now() + 20 * HOUR_MS });
    engine.clock.set(RIGHT);
    await clockService.reset('cli');
    expect(engine.attempt(claim.attempt.id).dueAt).toBe(RIGHT);
    expect(engine.attempt(followUp.id).expiresAt).toBe(RIGHT + DAY_MS);
  });

  it('lets what was to leave at once then leave now, and what was planned for an hour then (CMP-4, SND-3)', async () => {
    engine.runningCampaign();
    engine.clock.set(RIGHT + 30 * DAY_MS);
    send(1);
    const first = engine.addStep('message_1', 'a');
    const followUp = engine.addStep('message_2', 'b', { dueAt: engine.clock.now() - HOUR_MS });
    const planned = engine.add({ dueAt: engine.clock.now() + HOUR_MS });
    engine.clock.set(RIGHT);
    const before = engine.addStep('message_1', 'c', { dueAt: RIGHT + 2 * HOUR_MS });
    await clockService.reset('cli');
    const due = [first, followUp, planned, before].map(({ id }) => engine.attempt(id).dueAt - RIGHT);
    expect(due).toEqual([0, 0, 30 * DAY_MS + HOUR_MS, 2 * HOUR_MS]);
  });

  it('lets the provider be asked at once for what it was to be asked then (WHK-4, WHK-7)', async () => {
    engine.clock.set(RIGHT + 30 * DAY_MS);
    send(2);
    const [asked = '', told = ''] = engine.store.inState('sent').map(({ id }) => id);
    const { database } = engine;
    const at = RIGHT + 30 * DAY_MS + HOUR_MS;
    database.prepare(`INSERT INTO id_questions (attempt_id, ask_at) VALUES (@asked, @at)`).run({ asked, at });
    database.prepare(`UPDATE attempts SET lookup_at = @at WHERE id = @told`).run({ told, at });
    engine.clock.set(RIGHT);
    await clockService.reset('cli');
    expect(database.prepare(`SELECT ask_at FROM id_questions`).pluck().all()).toEqual([RIGHT]);
    expect(engine.attempt(told).lookupAt).toBe(RIGHT);
  });

  it('counts on each day just what really left on it, however often it is wrong and put right (MON-8, MON-3, I7)', async () => {
    const step = fc.record({ ahead: fc.nat(72), wrong: fc.nat(3), right: fc.nat(3), rest: fc.nat(20) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 2 }), async (steps) => {
        engine.database.exec('BEGIN');
        try {
          const accepted: number[] = [];
          let now = RIGHT;
          const left = (count: number): void => void accepted.push(...Array.from({ length: send(count) }, () => now));
          for (const { ahead, wrong, right, rest } of steps) {
            now += rest * HOUR_MS;
            engine.clock.set(now + ahead * HOUR_MS);
            left(wrong);
            engine.clock.set(now);
            watch.observe(now);
            await clockService.reset('test');
            const today = (): number => accepted.filter((at) => dayOf(at) === dayOf(now)).length;
            const lastDay = accepted.filter((at) => at >= now - DAY_MS).length;
            expect(usage()).toMatchObject({ day: dayOf(now), used: today() });
            expect(usage().rollingUsed).toBeGreaterThanOrEqual(lastDay);
            const before = today();
            left(right);
            expect(today()).toBeLessThanOrEqual(Math.max(10, before));
            expect(lastDay + today() - before).toBeLessThanOrEqual(Math.max(15, lastDay));
          }
        } finally {
          engine.database.exec('ROLLBACK');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the providers’ time', () => {
  it('says once that this clock is off by more than two minutes, and again after it was right (REL-4)', () => {
    const { clock } = engine;
    watch.observe(clock.now() - 90_000);
    expect(notices).toEqual([]);
    expect(watch.standing().offsetMinutes).toBeNull();
    watch.observe(clock.now() - 7 * MINUTE_MS);
    watch.observe(clock.now() - 7 * MINUTE_MS - 999);
    expect(notices).toEqual(['L’horloge de cet ordinateur avance de 7 min']);
    expect(watch.standing().offsetMinutes).toBe(7);
    watch.observe(clock.now());
    watch.observe(clock.now() + 3 * MINUTE_MS);
    expect(notices[1]).toBe('L’horloge de cet ordinateur retarde de 3 min');
    expect(watch.standing().offsetMinutes).toBe(-3);
    watch.observe(Number.NaN);
    expect(watch.standing().offsetMinutes).toBe(-3);
  });

  it('is believed for ten minutes, and goes on by the monotonic clock (REL-4)', async () => {
    watch.observe(RIGHT);
    engine.clock.set(nextDayStart(RIGHT));
    await engine.clock.advance(OBSERVATION_VALID_MS);
    expect(watch.outsideNow()).toBe(RIGHT + OBSERVATION_VALID_MS);
    await engine.clock.advance(1);
    expect(watch.outsideNow()).toBeNull();
  });
});
