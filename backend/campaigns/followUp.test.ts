import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { interactionType } from '../contract/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import { MESSAGE_2_PRIORITY } from '../domain/pick.ts';

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
  person = host.contact({ name: 'Awa', attributes: { prenom: 'A.' } });
});
const interactions = (): { campaign_id: string; type: string; received_at: number; within_24h: number }[] =>
  host.database
    .prepare<[], { campaign_id: string; type: string; received_at: number; within_24h: number }>(
      `SELECT * FROM interactions ORDER BY id`,
    )
    .all();

describe('an answer within 24 hours', () => {
  it('brings Message 2 at once, for this contact, before everything else, until the window closes (CMP-6)', () => {
    const id = host.written([person], { message2: { body: 'Merci {{prenom|toi}}' } });
    const sentAt = host.clock.now();
    host.later(HOUR_MS);
    const result = host.answer(person.phone);
    expect(result.verdict).toBe('applied');
    expect(result.changes.map(({ kind }) => kind)).toEqual(['interaction', 'recipient', 'attempt']);
    expect(host.attemptOf(id, person.id, 'message_2')).toMatchObject({
      ...{ state: 'pending', body: 'Merci A.', priority: MESSAGE_2_PRIORITY, phone: person.phone, lineId: 'line' },
      ...{ dueAt: sentAt, expiresAt: sentAt + REPLY_WINDOW_MS, reference: `${id}:${person.id}:message_2` },
    });
    const now = toIso(host.clock.now());
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'answered', interactionAt: now, interactionType: 'text', within24h: true, message2SentAt: null },
    });
    host.acceptAll();
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'message_2_sent', message2SentAt: now });
    expect(host.campaigns.get(id)).toMatchObject({ interactions: 1, message2Sent: 1, status: 'completed' });
  });

  it.each(interactionType.exclude(['reaction', 'sticker']).options)('may be of type %s (CMP-5)', (type) => {
    const id = host.written([person]);
    host.answer(person.phone, { type, text: null });
    expect(host.state(id, person.id)).toBe('answered');
    expect(interactions()).toMatchObject([{ campaign_id: id, type, within_24h: 1, received_at: host.clock.now() }]);
  });

  it.each(['reaction', 'sticker'] as const)('may be a %s where the setting says so (CMP-5)', (type) => {
    const id = host.written([person]);
    expect(host.answer(person.phone, { type, text: null })).toEqual({ changes: [], verdict: 'ignored' });
    expect([host.state(id, person.id), interactions()]).toEqual(['message_1_sent', []]);
    Object.assign(host.settings, { countReactions: true, countStickers: true });
    expect(host.answer(person.phone, { type, text: null }).verdict).toBe('applied');
    expect(host.state(id, person.id)).toBe('answered');
  });

  it('that comes again changes nothing (WHK-4)', () => {
    const id = host.written([person]);
    host.answer(person.phone, { providerMessageId: 'same' });
    const before = JSON.stringify([interactions(), host.recipient(id, person.id), host.figures(id)]);
    host.later(MINUTE_MS);
    expect(host.answer(person.phone, { providerMessageId: 'same' })).toEqual({ changes: [], verdict: 'applied' });
    expect(JSON.stringify([interactions(), host.recipient(id, person.id), host.figures(id)])).toBe(before);
  });

  it('is stored each time, and brings one Message 2 only (CMP-5, CMP-7)', () => {
    const id = host.written([person, host.contact()]);
    for (let count = 0; count < 3; count++) host.answer(person.phone);
    host.acceptAll();
    host.answer(person.phone);
    expect(interactions()).toHaveLength(4);
    expect(host.figures(id).kept).toMatchObject({ interactions: 1, message2Sent: 1 });
    expect(host.database.prepare(`SELECT count(*) FROM attempts WHERE type = 'message_2'`).pluck().get()).toBe(1);
  });

  it('in a paused campaign has its Message 2 wait for the campaign, and expire with the window (CMP-6, SND-14)', () => {
    const id = host.written([person, host.contact()]);
    host.campaigns.pause(id, 'test');
    host.answer(person.phone);
    expect(host.attemptOf(id, person.id, 'message_2')?.state).toBe('pending');
    expect(host.acceptAll()).toBe(0);
    host.later(REPLY_WINDOW_MS);
    host.engine.dispatcher.expireDue();
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'window_closed' });
    expect(host.recipient(id, person.id).reasonMessage).toContain('24 h');
  });

  it('after a Message 2 that expired is kept and brings no other (CMP-7)', () => {
    const id = host.written([person, host.contact()]);
    host.campaigns.pause(id, 'test');
    host.answer(person.phone);
    host.later(REPLY_WINDOW_MS);
    host.engine.dispatcher.expireDue();
    expect(host.answer(person.phone)).toMatchObject({ verdict: 'applied' });
    expect(interactions()).toHaveLength(2);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'window_closed' });
    expect(host.attemptOf(id, person.id, 'message_2')).toMatchObject({ state: 'failed_final' });
  });

  it('in a cancelled campaign is stored without a Message 2 (CMP-5)', () => {
    const id = host.written([person]);
    host.campaigns.cancel(id, 'test');
    expect(host.state(id, person.id)).toBe('message_1_sent');
    host.answer(person.phone);
    expect(host.recipient(id, person.id)).toMatchObject({
      state: 'cancelled',
      reason: 'campaign_cancelled',
      within24h: true,
    });
    expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
  });

  it('takes back that Message 1 failed: whoever answers has got it (CMP-6, CMP-10)', () => {
    const id = host.written([person, host.contact()]);
    host.report(host.attemptOf(id, person.id, 'message_1')!, 'failed', 'max_retries');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'max_retries' });
    host.answer(person.phone);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', reason: null });
    expect(host.figures(id).kept).toMatchObject({ failures: 0, interactions: 1 });
  });
});

it.each([
  ['failed', 'delivered', 'answer'],
  ['delivered', 'failed', 'answer'],
  ['failed', 'answer', 'delivered'],
  ['answer', 'failed', 'delivered'],
] as const)(
  'the only recipient has its Message 2 whatever came first: %s, %s, %s (CMP-6, CMP-10, WHK-4)',
  (...order) => {
    const id = host.written([person]);
    for (const what of order) {
      host.later(1000);
      if (what === 'answer') host.answer(person.phone);
      else host.report(host.attemptOf(id, person.id, 'message_1')!, what);
    }
    expect([host.state(id, person.id), host.campaigns.get(id).status]).toEqual(['answered', 'running']);
    expect(host.acceptAll()).toBe(1);
    expect(host.campaigns.get(id)).toMatchObject({
      ...{ status: 'completed', message2Sent: 1, failures: 0 },
      finalFigures: { message2Sent: 1, failures: 0 },
    });
  },
);

describe('an answer at 24 hours or later', () => {
  it('is late: at the last millisecond within, at the next not (CMP-6)', () => {
    const other = host.contact();
    const id = host.written([person, other]);
    host.later(REPLY_WINDOW_MS - 1);
    host.answer(person.phone);
    host.later(1);
    host.answer(other.phone);
    expect([host.state(id, person.id), host.state(id, other.id)]).toEqual(['answered', 'late_interaction']);
    expect(host.attemptOf(id, other.id, 'message_2')).toBeNull();
    expect(host.recipient(id, other.id)).toMatchObject({ within24h: false, interactionType: 'text' });
    expect(host.figures(id).kept).toMatchObject({ interactions: 2, late: 1 });
  });

  it('corrects no_interaction, also when the campaign is over, and shows beside the final figures (CMP-10)', async () => {
    const id = host.written([person]);
    host.later(REPLY_WINDOW_MS);
    await host.closing.runOnce();
    expect([host.state(id, person.id), host.campaigns.get(id).status]).toEqual(['no_interaction', 'completed']);
    host.answer(person.phone);
    expect(host.state(id, person.id)).toBe('late_interaction');
    expect(host.campaigns.get(id)).toMatchObject({
      ...{ status: 'completed', late: 1, noInteraction: 0, failedCount: 0, interactions: 1 },
      finalFigures: { late: 0, noInteraction: 1, failedCount: 1, interactions: 0 },
    });
    host.answer(person.phone);
    expect(host.figures(id).kept).toMatchObject({ late: 1, interactions: 1 });
  });

  it('whose webhook came late counts by its own time: its Message 2 expires unsent (CMP-6)', async () => {
    const id = host.written([person, host.contact()]);
    const at = host.clock.now() + HOUR_MS;
    host.later(REPLY_WINDOW_MS + HOUR_MS);
    await host.closing.runOnce();
    expect(host.state(id, person.id)).toBe('no_interaction');
    host.answer(person.phone, { at });
    host.engine.dispatcher.expireDue();
    expect(host.acceptAll()).toBe(0);
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'failed', reason: 'window_closed', within24h: true, interactionAt: toIso(at) },
    });
  });

  it('that overtakes an earlier one leads to the same as the other order (WHK-4)', () => {
    const id = host.written([person, host.contact()]);
    const sentAt = host.clock.now();
    host.later(REPLY_WINDOW_MS + HOUR_MS);
    host.answer(person.phone, { at: sentAt + REPLY_WINDOW_MS + 1, type: 'image', text: null });
    expect(host.state(id, person.id)).toBe('late_interaction');
    host.answer(person.phone, { at: sentAt + 1 });
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'answered', interactionAt: toIso(sentAt + 1), interactionType: 'text', within24h: true },
    });
  });
});

describe('an answer while the outcome of Message 1 is unknown', () => {
  const parked = (): { id: string; sentAt: number } => {
    const { id } = host.started([person, host.contact()]);
    host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    return { id, sentAt: host.clock.now() };
  };
  const found = (id: string, acceptedAt: number): void => {
    const attempt = host.attemptOf(id, person.id, 'message_1')!;
    host.engine.outcomes.found(attempt, { kind: 'found', providerIds: ['p'], acceptedAt, status: 'queued', code: '' });
  };

  it('is kept; its Message 2 is made when Message 1 proves to have left (SND-6, CMP-6)', () => {
    const { id, sentAt } = parked();
    host.later(HOUR_MS);
    expect(host.answer(person.phone).verdict).toBe('applied');
    expect([host.state(id, person.id), host.attemptOf(id, person.id, 'message_2')]).toEqual(['pending', null]);
    host.later(HOUR_MS);
    found(id, sentAt + 5);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', message1SentAt: toIso(sentAt + 5) });
    expect(host.attemptOf(id, person.id, 'message_2')).toMatchObject({
      state: 'pending',
      expiresAt: sentAt + 5 + REPLY_WINDOW_MS,
    });
  });

  it('within the window expires when Message 1 is confirmed after it (CMP-6)', () => {
    const { id, sentAt } = parked();
    host.later(REPLY_WINDOW_MS);
    host.answer(person.phone, { at: sentAt + HOUR_MS });
    found(id, sentAt);
    host.engine.dispatcher.expireDue();
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'window_closed' });
  });

  it('after the window is late, and no Message 2 is made (CMP-6)', () => {
    const { id, sentAt } = parked();
    host.later(REPLY_WINDOW_MS);
    host.answer(person.phone);
    found(id, sentAt);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'late_interaction', within24h: false });
    expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
  });

  it('brings nothing when Message 1 proves not to have left (SND-6)', () => {
    const { id } = parked();
    host.answer(person.phone);
    const attempt = host.attemptOf(id, person.id, 'message_1')!;
    host.engine.outcomes.absent(attempt, { retry: false, code: 'proved_absent' });
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'proved_absent' });
    expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
  });

  it('that overtakes the answer to its own send has its Message 2 a moment later (WHK-4)', () => {
    const { id } = host.started([person]);
    const attempt = host.claimed();
    host.answer(person.phone);
    expect([host.state(id, person.id), host.attemptOf(id, person.id, 'message_2')]).toEqual(['pending', null]);
    host.engine.outcomes.accepted(attempt, ['p']);
    expect(host.state(id, person.id)).toBe('answered');
    expect(host.attemptOf(id, person.id, 'message_2')?.state).toBe('pending');
  });
});
