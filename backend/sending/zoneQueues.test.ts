import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { HOUR_MS, MINUTE_MS } from '../core/days.ts';
import { leavesInQuietHours, quietUntil } from '../domain/pace.ts';

const NIGHT = { from: '21:00', to: '08:00', timeZone: null };
const at = (instant: string): number => Date.parse(instant);

let engine: TestEngine;
beforeEach(() => {
  engine = createTestEngine({ now: '2026-11-20T12:00:00.000Z', limits: { dailyLimit: 1_000, rollingLimit: 1_000 } });
  engine.runningCampaign();
  engine.lines.saveOptions('line', { quietHours: NIGHT });
});
afterEach(() => {
  engine.remove();
});

/** Phone of what is claimed next; what kept it back otherwise. */
function next(): string {
  const claim = engine.claim();
  return claim.kind === 'claimed' ? claim.attempt.phone : claim.kind;
}

describe('quiet hours in the claim', () => {
  it('hold a first message back in the zone of its recipient, else of the line, and not longer (SND-13)', () => {
    engine.addStep('message_1', 'a', { phone: 'tokyo', timeZone: 'Asia/Tokyo' });
    engine.addStep('message_1', 'b', { phone: 'home' });
    engine.addStep('message_1', 'c', { phone: 'paris', timeZone: 'Europe/Paris' });
    // 21:00 in Tokyo, 13:00 in Paris.
    expect([next(), next(), next()]).toEqual(['home', 'paris', 'idle']);
    engine.clock.set(at('2026-11-20T22:59:59.999Z'));
    expect(engine.claim()).toEqual({ kind: 'idle', nextDueAt: at('2026-11-20T23:00:00.000Z') });
    engine.clock.set(at('2026-11-20T23:00:00.000Z'));
    expect(next()).toBe('tokyo');
  });

  it('count in the zone that they name where the recipient’s is not known (SND-13)', () => {
    engine.lines.saveOptions('line', { quietHours: { ...NIGHT, timeZone: 'Asia/Tokyo' } });
    engine.addStep('message_1', 'a');
    expect(next()).toBe('idle');
    engine.lines.saveOptions('line', { quietHours: null });
    expect(next()).toBe('+33639980001');
  });

  it('hold nothing that was sent by hand or by a program: codes, urgent and account messages leave (SND-13)', () => {
    engine.clock.set(at('2026-11-20T23:00:00.000Z'));
    for (const type of ['otp', 'urgent', 'account', 'notification'] as const) {
      engine.add({ type, phone: type });
      expect(next()).toBe(type);
    }
  });

  it('let a follow-up leave that answers one who just wrote; an older one waits for the morning (SND-13, CMP-6)', () => {
    engine.clock.set(at('2026-11-20T20:30:00.000Z'));
    engine.addStep('message_2', 'old', { phone: 'old', expiresAt: at('2026-11-21T15:00:00.000Z') });
    engine.clock.set(at('2026-11-20T23:00:00.000Z'));
    engine.addStep('message_2', 'new', { phone: 'new', expiresAt: at('2026-11-21T16:00:00.000Z') });
    expect([next(), next()]).toEqual(['new', 'idle']);
    engine.clock.set(at('2026-11-21T08:00:00.000Z'));
    expect(next()).toBe('old');
  });

  it('never let a follow-up expire: it leaves by night when the morning would be too late (SND-13, CMP-6)', () => {
    engine.clock.set(at('2026-11-20T20:30:00.000Z'));
    engine.addStep('message_2', 'a', { phone: 'a', expiresAt: at('2026-11-21T08:30:00.000Z') });
    engine.clock.set(at('2026-11-20T23:00:00.000Z'));
    expect(next()).toBe('a');
  });

  it('take when the contact wrote, not when its follow-up was written down (SND-13)', () => {
    engine.clock.set(at('2026-11-20T23:00:00.000Z'));
    const insert = engine.database.prepare(`
      INSERT INTO recipients (campaign_id, contact_id, phone, state, interaction_at, updated_at)
      VALUES ('campaign', 'late', '+33639980001', 'answered', @answeredAt, 0)`);
    insert.run({ answeredAt: at('2026-11-20T18:00:00.000Z') });
    engine.addStep('message_2', 'late', { expiresAt: at('2026-11-21T15:00:00.000Z') });
    expect(next()).toBe('idle');
  });

  it('step over a long queue that sleeps to the one person who is awake (SND-13)', () => {
    engine.database.exec('BEGIN');
    for (let index = 0; index < 10_000; index++) {
      engine.addStep('message_1', `t${index}`, { phone: 'tokyo', timeZone: 'Asia/Tokyo' });
    }
    engine.addStep('message_1', 'a', { phone: 'paris', timeZone: 'Europe/Paris' });
    engine.database.exec('COMMIT');
    expect(next()).toBe('paris');
    const plan = engine.database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT min(time_zone) FROM attempts INDEXED BY attempts_zone
         WHERE line_id = 'line' AND campaign_id = 'campaign' AND rank = 9 AND state IN ('pending', 'failed_retry')
           AND time_zone > 'Asia'`,
      )
      .all()
      .map((row) => (row as { detail: string }).detail);
    expect(plan.join()).toContain('INDEX attempts_zone (line_id=? AND campaign_id=? AND rank=? AND time_zone>?)');
  });

  it('write to nobody who sleeps and leave nobody out who is awake, whatever the zones and hours (SND-13, REL-4)', () => {
    const zone = fc.constantFrom('', 'Europe/Paris', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const hour = fc.integer({ min: 0, max: 47 }).map((half) => {
      return `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 === 0 ? '00' : '30'}`;
    });
    const person = fc.record({
      zone,
      step: fc.constantFrom('message_1' as const, 'message_2' as const),
      waitedMs: fc.nat(20 * 60).map((minutes) => minutes * MINUTE_MS),
    });
    const start = fc.constantFrom('2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z', '2026-06-01T00:00:00Z').map(at);
    const scene = fc.record({
      people: fc.array(person, { minLength: 1, maxLength: 8 }),
      hours: fc.record({ from: hour, to: hour }),
      now: fc.tuple(start, fc.nat(2 * 24 * 60)).map(([from, minutes]) => from + minutes * MINUTE_MS),
    });
    fc.assert(
      fc.property(scene, ({ people, hours, now }) => {
        engine.database.exec('BEGIN');
        engine.lines.saveOptions('line', { quietHours: { ...hours, timeZone: 'Europe/Paris' } });
        const open = new Set<string>();
        for (const [index, { zone: timeZone, step, waitedMs }] of people.entries()) {
          engine.clock.set(now - waitedMs);
          const expiresAt = step === 'message_2' ? now - waitedMs + 21 * HOUR_MS : null;
          engine.addStep(step, `${index}`, { phone: `${index}`, timeZone, expiresAt });
          const until = quietUntil({ at: now, timeZone: timeZone || 'Europe/Paris', quietHours: hours });
          const quiet = until === null ? null : { now, until };
          const answer = { answeredAt: now - waitedMs, expiresAt: expiresAt ?? 0 };
          if (quiet === null || (step === 'message_2' && leavesInQuietHours(answer, quiet))) open.add(`${index}`);
        }
        engine.clock.set(now);
        const left = new Set(people.map(() => next()).filter((phone) => phone !== 'idle'));
        engine.database.exec('ROLLBACK');
        expect(left).toEqual(open);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the warm-up of a line', () => {
  it('begins with its first message and allows so many on each day (SND-13)', () => {
    engine.lines.saveOptions('line', { quietHours: null, warmup: { steps: [2, 3], startedDay: null } });
    for (let index = 0; index < 12; index++) engine.add({ phone: `${index}` });
    expect([next(), next(), next()]).toEqual(['0', '1', 'blocked']);
    expect(engine.lines.options('line').warmup?.startedDay).toBe('2026-11-20');
    engine.clock.set(at('2026-11-21T00:00:00.000Z'));
    expect([next(), next(), next(), next()]).toEqual(['2', '3', '4', 'blocked']);
    engine.clock.set(at('2026-11-22T00:00:00.000Z'));
    expect(Array.from({ length: 7 }, next)).toEqual(['5', '6', '7', '8', '9', '10', '11']);
  });

  it('keeps of its own steps what its open windows need: no follow-up waits for Message 1 (SND-13, CMP-12)', () => {
    engine.lines.saveOptions('line', { quietHours: null, warmup: { steps: [5, 5], startedDay: '2026-11-19' } });
    engine.database.prepare(`UPDATE campaigns SET line_id = 'line'`).run();
    const insert = engine.database.prepare(`
      INSERT INTO recipients (campaign_id, contact_id, phone, state, message_1_sent_at, updated_at)
      VALUES ('campaign', @contactId, @contactId, 'message_1_sent', @sentAt, 0)`);
    // Three windows of yesterday close today.
    for (const contactId of ['x', 'y', 'z']) insert.run({ contactId, sentAt: at('2026-11-19T15:00:00.000Z') });
    for (let index = 0; index < 6; index++) engine.addStep('message_1', `c${index}`, { phone: `first ${index}` });
    expect([next(), next(), next()]).toEqual(['first 0', 'first 1', 'idle']);
    for (const contactId of ['x', 'y', 'z']) {
      const expiresAt = at('2026-11-20T15:00:00.000Z');
      engine.addStep('message_2', contactId, { phone: contactId, dueAt: engine.clock.now(), expiresAt });
      engine.database.prepare(`UPDATE recipients SET state = 'answered' WHERE contact_id = ?`).run(contactId);
    }
    expect([next(), next(), next(), next()]).toEqual(['x', 'y', 'z', 'idle']);
  });

  it('wakes the dispatcher when the quiet hours end (SND-13)', async () => {
    engine.lines.saveOptions('line', { quietHours: { from: '12:00', to: '12:30', timeZone: 'UTC' } });
    engine.addStep('message_1', 'a');
    await engine.dispatcher.start();
    await engine.clock.advance(29 * MINUTE_MS);
    expect(engine.provider.sent).toHaveLength(0);
    await engine.clock.advance(2 * MINUTE_MS);
    expect(engine.provider.sent).toHaveLength(1);
    const stopped = engine.dispatcher.stop();
    await engine.clock.advance(0);
    await stopped;
  });
});
