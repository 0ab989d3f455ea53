import { afterEach, describe, expect, it } from 'vitest';
import { createTestEngine, type TestEngine } from '../../tests/support/engine.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/days.ts';

let engine: TestEngine;
afterEach(async () => {
  const stopped = engine.dispatcher.stop();
  await engine.clock.advance(0);
  await stopped;
  engine.remove();
});

const sentPhones = (): string[] => engine.provider.sent.map(({ phone }) => phone);
const phone = (index: number): string => `+3363998${String(index).padStart(4, '0')}`;

describe('the dispatcher', () => {
  it('sends everything that is due, once', async () => {
    engine = createTestEngine();
    for (let index = 0; index < 20; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual(Array.from({ length: 20 }, (_, index) => phone(index)));
    expect(new Set(engine.provider.sent.map(({ reference }) => reference)).size).toBe(20);
  });

  it('keeps the pace: never more than N starts in a minute (SND-13)', async () => {
    engine = createTestEngine({ sendsPerMinute: 6 });
    for (let index = 0; index < 15; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    const perMinute: number[] = [];
    for (let minute = 0; minute < 3; minute++) {
      const before = engine.provider.sent.length;
      await engine.clock.advance(MINUTE_MS - 1);
      perMinute.push(engine.provider.sent.length - before);
      await engine.clock.advance(1);
    }
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(6);
    expect(engine.provider.sent.length).toBe(15);
  });

  it('keeps the pace of a campaign as well, and reaches it (CMP-3, SND-13)', async () => {
    engine = createTestEngine({ sendsPerMinute: 600 });
    engine.campaignPace.set(engine.runningCampaign(), 60);
    for (let index = 0; index < 200; index++) engine.addStep('message_1', `c${index}`, { phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS - 1);
    expect(engine.provider.sent).toHaveLength(60);
  });

  it('does not hold a campaign to its pace by a clock that was ahead (REL-4)', async () => {
    engine = createTestEngine();
    engine.campaignPace.set(engine.runningCampaign(), 1);
    engine.addStep('message_1', 'a', { phone: phone(1) });
    engine.addStep('message_1', 'b', { phone: phone(2) });
    await engine.dispatcher.start();
    await engine.clock.advance(SECOND_MS);
    expect(sentPhones()).toEqual([phone(1)]);
    const present = engine.clock.now() - 12 * HOUR_MS;
    engine.database.prepare(`UPDATE attempts SET due_at = @present`).run({ present });
    engine.database.prepare(`UPDATE quota_slots SET taken_at = @present, settled_at = @present`).run({ present });
    engine.database.prepare(`UPDATE meta SET value = @present WHERE key = 'clock_high_water'`).run({ present });
    engine.clock.set(present);
    await engine.clock.advance(2 * MINUTE_MS);
    expect(sentPhones()).toEqual([phone(1), phone(2)]);
  });

  it('goes by a new pace at once, in both directions (SND-13)', async () => {
    engine = createTestEngine({ sendsPerMinute: 1 });
    for (let index = 0; index < 40; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(SECOND_MS);
    expect(engine.provider.sent).toHaveLength(1);
    engine.lines.saveOptions('line', { sendsPerMinute: 20 });
    engine.dispatcher.wake();
    await engine.clock.advance(30 * SECOND_MS);
    expect(engine.provider.sent.length).toBeGreaterThanOrEqual(10);
    const before = engine.provider.sent.length;
    engine.lines.saveOptions('line', { sendsPerMinute: 1 });
    engine.dispatcher.wake();
    await engine.clock.advance(30 * SECOND_MS);
    expect(engine.provider.sent).toHaveLength(before);
  });

  it.each([
    { kind: 'refused', code: 'http_429', class: 'retry', detail: '' },
    { kind: 'not_sent', code: 'provider_unreachable', detail: '' },
  ] as const)('keeps the pace also when the slots come back at once: $kind (SND-13, REL-5)', async (outcome) => {
    engine = createTestEngine({ sendsPerMinute: 6 });
    engine.provider.onSend = () => outcome;
    for (let index = 0; index < 30; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS - 1);
    expect(engine.provider.sent).toHaveLength(6);
    await engine.clock.advance(MINUTE_MS);
    expect(engine.provider.sent).toHaveLength(12);
  });

  it('stops at the daily limit and goes on after midnight UTC (MON-2, MON-8)', async () => {
    engine = createTestEngine({ limits: { dailyLimit: 3, rollingLimit: 1000 }, now: '2026-11-20T22:00:00.000Z' });
    for (let index = 0; index < 5; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(HOUR_MS);
    expect(engine.provider.sent).toHaveLength(3);
    await engine.clock.advance(HOUR_MS + MINUTE_MS);
    expect(engine.provider.sent).toHaveLength(5);
  });

  it('starts nothing that could be accepted after midnight and then count on another day (I1)', async () => {
    engine = createTestEngine({ now: '2026-11-20T23:59:50.000Z' });
    engine.add();
    await engine.dispatcher.start();
    await engine.clock.advance(9_000);
    expect(engine.provider.sent).toHaveLength(0);
    await engine.clock.advance(6_000);
    expect(engine.provider.sent).toHaveLength(1);
  });

  it('lets a due Message 2 pass before any Message 1 (SND-3)', async () => {
    engine = createTestEngine();
    engine.runningCampaign();
    engine.addStep('message_1', 'a', { phone: phone(1) });
    engine.addStep('message_1', 'b', { phone: phone(2) });
    await engine.clock.advance(1000);
    engine.addStep('message_2', 'c', { phone: phone(3) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual([phone(3), phone(1), phone(2)]);
  });

  it('holds first messages back and lets follow-ups leave when only they are paused (SND-14)', async () => {
    engine = createTestEngine();
    engine.runningCampaign();
    engine.addStep('message_1', 'a', { phone: phone(1) });
    engine.addStep('message_2', 'b', { phone: phone(2) });
    engine.pauses.set({ scope: 'message_1', reason: 'operator' });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual([phone(2)]);
    engine.pauses.lift({ scope: 'message_1' });
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual([phone(2), phone(1)]);
  });

  it('sends nothing of a campaign that is paused, and ends a pause whose time is over (SND-14)', async () => {
    engine = createTestEngine();
    engine.runningCampaign();
    engine.addStep('message_1', 'a');
    engine.database.exec(`UPDATE campaigns SET status = 'paused'`);
    engine.add({ phone: phone(9) });
    engine.pauses.set({ scope: 'all', reason: 'operator', untilAt: engine.clock.now() + HOUR_MS });
    await engine.dispatcher.start();
    await engine.clock.advance(HOUR_MS - 1);
    expect(sentPhones()).toEqual([]);
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual([phone(9)]);
  });

  it('ends a follow-up whose window closed and does not send it late (CMP-6)', async () => {
    engine = createTestEngine();
    engine.runningCampaign();
    const { id } = engine.addStep('message_2', 'a', { expiresAt: engine.clock.now() + HOUR_MS });
    engine.pauses.set({ scope: 'all', reason: 'operator', untilAt: engine.clock.now() + 2 * HOUR_MS });
    await engine.dispatcher.start();
    await engine.clock.advance(3 * HOUR_MS);
    expect(engine.provider.sent).toHaveLength(0);
    expect(engine.attempt(id)).toMatchObject({ state: 'failed_final', errorCode: 'window_closed' });
    expect(engine.changes.map(({ kind }) => kind)).toEqual(['expired']);
  });

  it.each([
    ['does not start', SECOND_MS, []],
    ['starts', 2 * SECOND_MS, ['+33639980001']],
  ])('%s a follow-up %i ms before its window closes (CMP-6)', async (_what, leftMs, sent) => {
    engine = createTestEngine();
    engine.runningCampaign();
    engine.addStep('message_2', 'a', { expiresAt: engine.clock.now() + leftMs });
    await engine.dispatcher.start();
    await engine.clock.advance(10 * SECOND_MS);
    expect(engine.provider.sent.map(({ phone }) => phone)).toEqual(sent);
  });

  it('sends a message whose answer did not come no second time, and keeps its slot (SND-6, MON-1)', async () => {
    engine = createTestEngine();
    const { id } = engine.add();
    engine.provider.onSend = () => ({ kind: 'unknown', code: 'timeout', detail: '' });
    await engine.dispatcher.start();
    await engine.clock.advance(2 * HOUR_MS);
    expect(engine.provider.sent).toHaveLength(1);
    expect(engine.attempt(id).state).toBe('unknown');
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(1);
  });

  it('makes every interrupted send unknown at the next start, never pending (SND-6)', () => {
    engine = createTestEngine();
    const { id } = engine.add();
    engine.claim();
    expect(engine.dispatcher.recoverInterrupted()).toBe(1);
    expect(engine.attempt(id).state).toBe('unknown');
    expect(engine.ledger.usage(engine.clock.now()).used).toBe(1);
  });

  it('goes on with the others when one message is refused (CMP-4)', async () => {
    engine = createTestEngine();
    engine.provider.onSend = (message) =>
      message.phone === phone(1)
        ? { kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' }
        : { kind: 'accepted', providerIds: [message.reference] };
    for (let index = 0; index < 4; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(engine.store.inState('sent')).toHaveLength(3);
    expect(engine.store.inState('failed_final')).toHaveLength(1);
  });

  it('pauses first messages of a line whose contacts are refused one after the other for the line’s sake (SND-14)', async () => {
    engine = createTestEngine();
    engine.provider.whenRepeated = (code) => (code === 'chat:cannot_send' ? 'pause_message_1' : null);
    engine.provider.onSend = () => ({ kind: 'refused', code: 'chat:cannot_send', class: 'final_contact', detail: '' });
    for (let index = 0; index < 2; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(engine.effects.paused).toEqual([]);
    engine.add({ phone: phone(2) });
    await engine.clock.advance(MINUTE_MS);
    expect(engine.effects.paused).toEqual(['message_1:line']);
  });

  it('goes on when a pause that refusals ask for cannot be written, and asks again (REL-3, SND-14)', async () => {
    engine = createTestEngine();
    engine.provider.onSend = () => ({ kind: 'refused', code: 'x', class: 'final_contact', detail: '' });
    let asked = 0;
    engine.provider.whenRepeated = () => 'pause_line';
    engine.effects.paused.push = () => {
      asked += 1;
      if (asked < 3) throw new Error('disk full');
      return asked;
    };
    for (let index = 0; index < 6; index++) engine.add({ phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect([engine.store.inState('failed_final').length, asked]).toEqual([6, 3]);
  });

  it('keeps quota back for the windows that close today, and lets their follow-ups have it (CMP-12)', async () => {
    engine = createTestEngine({ limits: { dailyLimit: 5, rollingLimit: 1000 } });
    engine.runningCampaign();
    const yesterday = engine.clock.now() - 20 * HOUR_MS;
    const insert = engine.database.prepare(
      `INSERT INTO recipients (campaign_id, contact_id, phone, state, message_1_sent_at, updated_at)
       VALUES ('campaign', @id, @phone, 'message_1_sent', @at, @at)`,
    );
    for (let index = 0; index < 3; index++) insert.run({ id: `open-${index}`, phone: phone(index), at: yesterday });
    // Their windows open with the acceptance, as the campaigns' listener does it.
    engine.outcomes.onChange(({ attempt, kind, at }) => {
      if (kind === 'accepted' && attempt.type === 'message_1')
        insert.run({ id: attempt.contactId, phone: attempt.phone, at });
    });
    for (let index = 10; index < 15; index++) engine.addStep('message_1', `new-${index}`, { phone: phone(index) });
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones()).toEqual([phone(10), phone(11)]);
    for (let index = 0; index < 3; index++) {
      engine.addStep('message_2', `open-${index}`, { phone: phone(index), expiresAt: yesterday + 24 * HOUR_MS });
      engine.database.prepare(`UPDATE recipients SET state = 'answered' WHERE contact_id = ?`).run(`open-${index}`);
    }
    await engine.clock.advance(MINUTE_MS);
    expect(sentPhones().slice(2)).toEqual([phone(0), phone(1), phone(2)]);
  });

  it('records an outcome as soon as the disk takes it again, and sends it once (REL-3)', async () => {
    engine = createTestEngine();
    const { id } = engine.add();
    const broken = new Error('SQLITE_FULL');
    const accepted = engine.outcomes.accepted.bind(engine.outcomes);
    let failures = 2;
    engine.outcomes.accepted = (attempt, ids) => {
      if (failures-- > 0) throw broken;
      return accepted(attempt, ids);
    };
    await engine.dispatcher.start();
    await engine.clock.advance(MINUTE_MS);
    expect(engine.attempt(id).state).toBe('sent');
    expect(engine.provider.sent).toHaveLength(1);
  });
});
