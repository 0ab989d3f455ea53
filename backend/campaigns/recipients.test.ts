import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { toIso } from '../core/days.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';

let host: TestCampaigns;
let person: Contact;
beforeAll(() => {
  host = createTestCampaigns();
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(() => {
  host.clear();
  person = host.contact();
});
const refusal = { kind: 'refused', code: 'number:notfound', class: 'final_contact', detail: '' } as const;
const step = (id: string, type: 'message_1' | 'message_2') => host.attemptOf(id, person.id, type)!;
/** One more recipient keeps the campaign from being over. */
const running = (): string => host.started([person, host.contact()]).id;
const sameCount = (id: string): void => {
  const { kept, recounted } = host.figures(id);
  expect(kept).toEqual(recounted);
};

describe('a recipient', () => {
  it('follows its Message 1: accepted, delivered, read, each with its time (CMP-4, CMP-11)', () => {
    const id = running();
    host.acceptNext();
    const sentAt = toIso(host.clock.now());
    expect(host.recipient(id, person.id)).toMatchObject({
      state: 'message_1_sent',
      message1SentAt: sentAt,
      deliveredAt: null,
    });
    host.later(1000);
    host.report(step(id, 'message_1'), 'delivered');
    host.later(1000);
    host.report(step(id, 'message_1'), 'read');
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'message_1_sent', message1SentAt: sentAt, deliveredAt: '2026-11-20T08:00:01.000Z' },
      readAt: '2026-11-20T08:00:02.000Z',
    });
    expect(host.figures(id).kept).toMatchObject({ messagesSent: 1, messagesDelivered: 1, messagesRead: 1 });
    sameCount(id);
  });

  it('is shown as delivered and read no earlier than sent, though reports come in whole seconds (WHK-4)', () => {
    const id = running();
    host.later(11);
    const attempt = host.acceptNext();
    const { engine, clock } = host;
    const { lineId, reference } = attempt;
    const report = { lineId, providerIds: [], reference, at: clock.now() - 11, code: '' };
    engine.outcomes.applyReport({ ...report, status: 'read' });
    const sentAt = toIso(clock.now());
    expect(engine.views.view(engine.attempt(attempt.id))).toMatchObject({
      ...{ sentAt, deliveredAt: sentAt, readAt: sentAt },
    });
    expect(host.recipient(id, person.id)).toMatchObject({ deliveredAt: sentAt, readAt: sentAt });
  });

  it('is delivered when it is read, whatever was told and in which order (WHK-4)', () => {
    const id = running();
    host.acceptNext();
    host.report(step(id, 'message_1'), 'read');
    host.report(step(id, 'message_1'), 'sent');
    host.report(step(id, 'message_1'), 'read');
    expect(host.figures(id).kept).toMatchObject({ messagesSent: 1, messagesDelivered: 1, messagesRead: 1 });
    sameCount(id);
  });

  it('fails alone, with the reason in words; the others go on (CMP-4, CMP-9)', () => {
    const id = running();
    host.engine.outcomes.refused(host.claimed(), refusal);
    expect(host.recipient(id, person.id)).toMatchObject({
      state: 'failed',
      reason: 'number:notfound',
      message1SentAt: null,
    });
    expect(host.recipient(id, person.id).reasonMessage).not.toBe('');
    expect(host.acceptAll()).toBe(1);
    expect(host.figures(id).kept).toMatchObject({ failures: 1, failedCount: 1, messagesSent: 1 });
    sameCount(id);
  });

  it('stays pending while the outcome is unknown, and while a refusal will be retried (SND-6)', () => {
    const id = running();
    host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    host.engine.outcomes.refused(host.claimed(), { ...refusal, code: '429', class: 'retry' });
    expect(host.campaigns.recipients({ id, limit: 9 }).items.map(({ state }) => state)).toEqual(['pending', 'pending']);
  });

  it('fails when the provider takes its acceptance back, and recovers when it proves delivery (CMP-10)', () => {
    const id = running();
    host.acceptNext();
    host.report(step(id, 'message_1'), 'failed', 'max_retries');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'max_retries' });
    sameCount(id);
    host.report(step(id, 'message_1'), 'delivered');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'message_1_sent', reason: null });
    sameCount(id);
  });

  it('is not failed by its Message 1 after it answered: the answer proves that it arrived (CMP-6)', () => {
    const id = running();
    host.acceptNext();
    host.answer(person.phone);
    host.report(step(id, 'message_1'), 'failed', 'max_retries');
    expect(host.recipient(id, person.id).state).toBe('answered');
  });

  it('ends with its Message 2: accepted, refused, or expired with its reason (CMP-6, CMP-9)', () => {
    const people = [person, host.contact(), host.contact(), host.contact()];
    const { id } = host.started(people);
    host.acceptAll();
    for (const { phone } of people.slice(0, 3)) host.answer(phone);
    host.acceptNext();
    host.engine.outcomes.refused(host.claimed(), refusal);
    host.later(REPLY_WINDOW_MS - 1000);
    host.engine.dispatcher.expireDue();
    expect(host.campaigns.recipients({ id, limit: 9 }).items.map(({ state, reason }) => [state, reason])).toEqual([
      ['message_2_sent', null],
      ['failed', 'number:notfound'],
      ['failed', 'window_closed'],
      ['message_1_sent', null],
    ]);
    expect(host.figures(id).kept).toMatchObject({ message2Sent: 1, failures: 2, interactions: 3 });
    sameCount(id);
  });

  it('whose Message 2 failed is not brought back by reports about its Message 1 (CMP-9)', () => {
    const id = running();
    host.acceptAll();
    host.answer(person.phone);
    host.engine.outcomes.refused(host.claimed(), refusal);
    host.report(step(id, 'message_1'), 'read');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'number:notfound' });
    expect(host.figures(id).kept).toMatchObject({ messagesRead: 1 });
  });

  it('waits again when the operator sends its failed message again (SND-8)', () => {
    const id = running();
    const failed = host.engine.outcomes.refused(host.claimed(), refusal);
    host.engine.outcomes.queueAgain(failed);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'pending', reason: null });
    host.acceptAll();
    expect(host.recipient(id, person.id).state).toBe('message_1_sent');
    host.answer(person.phone);
    host.engine.outcomes.queueAgain(host.engine.outcomes.refused(host.claimed(), refusal));
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', reason: null });
    host.acceptAll();
    expect(host.recipient(id, person.id).state).toBe('message_2_sent');
    sameCount(id);
  });

  it('is sent to again when its message was the last open one: the completed campaign runs until it has ended (SND-8, CMP-10)', () => {
    const { id } = host.started([person]);
    const unknown = host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    const failed = host.engine.outcomes.absent(unknown, { retry: false, code: 'resolved_not_sent' });
    expect(host.campaigns.get(id)).toMatchObject({ status: 'completed', finalFigures: { failures: 1 } });
    host.engine.outcomes.queueAgain(failed);
    expect(host.recipient(id, person.id).state).toBe('pending');
    expect(host.campaigns.get(id)).toMatchObject({ status: 'running', endedAt: null, finalFigures: null });
    host.acceptAll();
    host.answer(person.phone);
    expect(host.campaigns.get(id).status).toBe('running');
    host.acceptAll();
    expect(host.recipient(id, person.id).state).toBe('message_2_sent');
    expect(host.campaigns.get(id)).toMatchObject({
      status: 'completed',
      finalFigures: { failures: 0, message2Sent: 1 },
    });
    sameCount(id);
  });

  it('is sent to again days after its campaign was over (SND-8, CMP-10)', async () => {
    const { id } = host.started([person]);
    const failed = host.engine.outcomes.refused(host.claimed(), refusal);
    expect(host.campaigns.get(id).status).toBe('completed');
    host.later(30 * REPLY_WINDOW_MS);
    host.engine.outcomes.queueAgain(failed);
    await host.closing.runOnce();
    expect(host.campaigns.get(id).status).toBe('running');
    host.acceptAll();
    host.later(REPLY_WINDOW_MS);
    await host.closing.runOnce();
    expect(host.recipient(id, person.id).state).toBe('no_interaction');
    expect(host.campaigns.get(id).status).toBe('completed');
  });

  it('is not sent to again when it opted out or its campaign was cancelled: the retry is refused whole (SND-8, SND-13)', () => {
    const id = running();
    const failed = host.engine.outcomes.refused(host.claimed(), refusal);
    host.suppressions.add({ phone: person.phone, reason: 'stop' });
    expect(() => host.engine.outcomes.queueAgain(failed)).toThrow('opted_out');
    host.suppressions.remove(person.phone, 'test');
    host.campaigns.cancel(id, 'test');
    expect(() => host.engine.outcomes.queueAgain(failed)).toThrow('wrong_campaign_status');
    expect(step(id, 'message_1').state).toBe('failed_final');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'number:notfound' });
  });

  it.each([
    ['on its way', true],
    ['refused', false],
  ])('is not sent to again once its contact was removed, be its message %s then (SND-8, CMP-1)', (_name, onItsWay) => {
    const id = running();
    const { outcomes } = host.engine;
    const attempt = host.claimed();
    const before = onItsWay
      ? outcomes.unknown(attempt, { code: 'timeout', detail: '' })
      : outcomes.refused(attempt, refusal);
    host.contacts.remove(person.id);
    const failed = onItsWay ? outcomes.absent(before, { retry: false, code: 'resolved_not_sent' }) : before;
    expect(() => outcomes.queueAgain(failed)).toThrow('not_retryable');
    expect(host.engine.attempt(failed.id).state).toBe('failed_final');
    expect(host.recipient(id, person.id).state).toBe(onItsWay ? 'cancelled' : 'failed');
  });

  it('is cancelled with its attempt (SND-8)', () => {
    const id = running();
    host.engine.outcomes.cancel(step(id, 'message_1'), 'cancelled');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'cancelled', reason: 'cancelled' });
  });
});
