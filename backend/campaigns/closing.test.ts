import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { sentence } from '../contract/messages/sentence.ts';
import { HOUR_MS, toIso } from '../core/days.ts';
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
const sameCount = (id: string): void => {
  const { kept, recounted } = host.figures(id);
  expect(kept).toEqual(recounted);
};

describe('closing', () => {
  it('ends after exactly 24 hours who did not answer, counts them as failed, and nobody else (CMP-9)', async () => {
    const answered = host.contact();
    const { id } = host.started([person, answered, host.contact()]);
    host.acceptNext();
    host.acceptNext();
    host.answer(answered.phone);
    host.later(REPLY_WINDOW_MS - 1);
    expect(await host.closing.runOnce()).toEqual({ noInteraction: 0, completed: 0, cancelled: 0 });
    host.later(1);
    expect(await host.closing.runOnce()).toEqual({ noInteraction: 1, completed: 0, cancelled: 0 });
    expect(host.campaigns.recipients({ id, limit: 9 }).items.map(({ state }) => state)).toEqual([
      ...['no_interaction', 'answered', 'pending'],
    ]);
    expect(host.figures(id).kept).toMatchObject({ noInteraction: 1, failures: 0, failedCount: 1 });
    expect(await host.closing.runOnce()).toEqual({ noInteraction: 0, completed: 0, cancelled: 0 });
    sameCount(id);
  });

  it('ends the waiting recipients of paused and cancelled campaigns too (CMP-9)', async () => {
    const other = host.contact();
    const [paused, cancelled] = [host.started([person, host.contact()]).id, host.started([other]).id];
    host.acceptAll();
    host.campaigns.pause(paused, 'test');
    host.campaigns.cancel(cancelled, 'test');
    host.later(REPLY_WINDOW_MS);
    expect((await host.closing.runOnce()).noInteraction).toBe(3);
    expect(host.campaigns.get(cancelled)).toMatchObject({ status: 'cancelled', noInteraction: 1 });
  });

  it('cancels what came back to wait after its campaign was over (CMP-9)', async () => {
    const { id } = host.started([person]);
    const attempt = host.claimed();
    host.campaigns.cancel(id, 'test');
    host.engine.outcomes.refused(attempt, { ...refusal, code: '429', class: 'retry' });
    expect(host.recipient(id, person.id).state).toBe('pending');
    expect((await host.closing.runOnce()).cancelled).toBe(1);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'cancelled', reason: 'campaign_cancelled' });
  });
});

describe('many windows that close in one hour', () => {
  it('are closed in short steps with everything else in between; a stop or a crash leaves the rest to the next time (CMP-9, API-5)', async () => {
    const people = Array.from({ length: 450 }, () => host.contact());
    const id = host.written(people.slice(0, 225));
    const other = host.written(people.slice(225));
    host.later(REPLY_WINDOW_MS);
    const noInteraction = () => host.campaigns.get(id).noInteraction + host.campaigns.get(other).noInteraction;
    const stopping = new AbortController();
    const first = host.closing.runOnce(stopping.signal);
    expect(noInteraction()).toBe(200);
    stopping.abort();
    expect(await first).toEqual({ noInteraction: 200, completed: 0, cancelled: 0 });
    expect(await host.composedAnew(undefined).closing.runOnce()).toMatchObject({ noInteraction: 250, completed: 2 });
    expect([id, other].map((one) => host.campaigns.get(one).status)).toEqual(['completed', 'completed']);
    sameCount(id);
    sameCount(other);
  });
});

describe('a big campaign that is cancelled', () => {
  it('sends nothing more at once; its messages are cancelled in steps, also after a crash (API-5, CMP-9)', async () => {
    const people = Array.from({ length: 750 }, () => host.contact());
    const { id } = await host.launch.start(host.campaign({ contactIds: people.map((one) => one.id) }).id, 'test');
    await host.preparation.idle();
    expect(host.campaigns.get(id)).toMatchObject({ status: 'running', totalContacts: 750 });
    await host.longWork.stop();
    expect(host.campaigns.cancel(id, 'test')).toMatchObject({ status: 'cancelled', cancelled: 500 });
    expect(host.acceptAll()).toBe(0);
    await host.longWork.start();
    await host.closing.leftovers.idle();
    expect(host.campaigns.get(id)).toMatchObject({ status: 'cancelled', cancelled: 750 });
    sameCount(id);
  });

  it('is told by the hourly closing with all that it cancelled (CMP-9)', async () => {
    const people = Array.from({ length: 750 }, () => host.contact());
    const { id } = await host.launch.start(host.campaign({ contactIds: people.map((one) => one.id) }).id, 'test');
    await host.preparation.idle();
    await host.longWork.stop();
    host.campaigns.cancel(id, 'test');
    expect(await host.closing.runOnce()).toEqual({ noInteraction: 0, completed: 0, cancelled: 250 });
    await host.longWork.start();
  });
});

describe('a campaign is completed', () => {
  it('as soon as every recipient has an end state, with its final figures and one notice (CMP-10)', async () => {
    const other = host.contact();
    const { id } = host.started([person, other]);
    host.acceptAll();
    host.answer(person.phone);
    host.acceptAll();
    expect(host.campaigns.get(id).status).toBe('running');
    host.answer(other.phone, { text: 'STOP' });
    const done = host.campaigns.get(id);
    expect(done).toMatchObject({ status: 'completed', endedAt: toIso(host.clock.now()) });
    const { kept } = host.figures(id);
    expect(done.finalFigures).toEqual(kept);
    expect(kept).toMatchObject({ totalContacts: 2, messagesSent: 2, interactions: 2, message2Sent: 1, optedOut: 1 });
    await host.closing.runOnce();
    await host.clock.advance(1);
    expect(host.told.notices).toEqual([sentence('fr', 'notice.campaign_completed', { name: 'Rentrée' })]);
  });

  it('48 hours after its last Message 1 left, whatever the states; not before, not while one is still to leave (CMP-10)', async () => {
    const { id } = host.started([person, host.contact(), host.contact()]);
    host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    host.acceptNext();
    host.later(50 * HOUR_MS);
    await host.closing.runOnce();
    expect(host.campaigns.get(id).status).toBe('running');
    host.acceptNext();
    host.later(48 * HOUR_MS - 1);
    await host.closing.runOnce();
    expect(host.campaigns.get(id).status).toBe('running');
    host.later(1);
    expect(await host.closing.runOnce()).toMatchObject({ completed: 1 });
    expect(host.campaigns.get(id)).toMatchObject({
      status: 'completed',
      noInteraction: 2,
      finalFigures: { noInteraction: 2 },
    });
    expect(host.recipient(id, person.id).state).toBe('pending');
  });

  it('not by the age of a Message 1 that never left (CMP-10)', async () => {
    const { id } = host.started([person, host.contact(), host.contact()]);
    host.engine.outcomes.refused(host.claimed(), refusal);
    host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    host.later(72 * HOUR_MS);
    expect(await host.closing.runOnce()).toEqual({ noInteraction: 0, completed: 0, cancelled: 0 });
    expect(host.campaigns.get(id).status).toBe('running');
  });

  it('and corrected afterwards by the reports that come late, beside its final figures (CMP-10)', () => {
    const { id } = host.started([person]);
    host.acceptAll();
    host.answer(person.phone);
    host.acceptAll();
    host.report(step(id, 'message_1'), 'read');
    host.report(step(id, 'message_2'), 'failed', 'max_retries');
    expect(host.campaigns.get(id)).toMatchObject({
      ...{ status: 'completed', messagesRead: 1, failures: 1 },
      finalFigures: { messagesRead: 0, failures: 0, message2Sent: 1 },
    });
    sameCount(id);
  });

  it('without a notice when the transaction that ended it was taken back (CMP-10)', async () => {
    const { id } = host.started([person]);
    expect(() =>
      host.database.transaction(() => {
        host.engine.outcomes.refused(host.claimed(), refusal);
        expect(host.campaigns.get(id).status).toBe('completed');
        throw new Error('taken back');
      })(),
    ).toThrow('taken back');
    await host.clock.advance(1);
    expect(host.campaigns.get(id).status).toBe('running');
    expect(host.told.notices).toEqual([]);
  });
});
