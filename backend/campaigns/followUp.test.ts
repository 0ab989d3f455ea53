import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { interactionType } from '../contract/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import { MESSAGE_2_PRIORITY } from '../sending/claim.ts';

let host: TestCampaigns;
let person: Contact;
beforeAll(() => {
  host = createTestCampaigns();
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(() => {
  for (const table of ['attempts', 'interactions', 'recipients', 'campaigns', 'contacts', 'suppressions', 'provider_ids']) {
    host.database.exec(`DELETE FROM ${table}`);
  }
  host.clock.set(Date.parse('2026-11-20T08:00:00.000Z'));
  Object.assign(host.settings, { countReactions: false, countStickers: false });
  person = host.contact({ name: 'Awa', attributes: { prenom: 'A.' } });
});
const later = (ms: number): void => {
  host.clock.set(host.clock.now() + ms);
};
/** A campaign whose Message 1 has left to these people. */
const written = (people: readonly Contact[] = [person], message2 = 'Merci {{prenom|toi}}'): string => {
  const { id } = host.started(people, { message2: { body: message2 } });
  host.acceptAll();
  return id;
};
const state = (campaignId: string, contactId = person.id): string => host.recipient(campaignId, contactId).state;
const message2 = (campaignId: string, contactId = person.id) => host.attemptOf(campaignId, contactId, 'message_2');
const interactions = (): { campaign_id: string; type: string; received_at: number; within_24h: number }[] =>
  host.database
    .prepare<[], { campaign_id: string; type: string; received_at: number; within_24h: number }>(
      `SELECT * FROM interactions ORDER BY id`,
    )
    .all();

describe('an answer within 24 hours', () => {
  it('brings Message 2 at once, for this contact, before everything else, until the window closes (CMP-6)', () => {
    const id = written();
    const sentAt = host.clock.now();
    later(HOUR_MS);
    const result = host.answer(person.phone);
    expect(result.verdict).toBe('applied');
    expect(result.changes.map(({ kind }) => kind)).toEqual(['interaction', 'recipient', 'attempt']);
    expect(message2(id)).toMatchObject({
      ...{ state: 'pending', body: 'Merci A.', priority: MESSAGE_2_PRIORITY, phone: person.phone, lineId: 'line' },
      ...{ dueAt: host.clock.now(), expiresAt: sentAt + REPLY_WINDOW_MS, reference: `${id}:${person.id}:message_2` },
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
    const id = written();
    host.answer(person.phone, { type, text: null });
    expect(state(id)).toBe('answered');
    expect(interactions()).toMatchObject([{ campaign_id: id, type, within_24h: 1, received_at: host.clock.now() }]);
  });

  it.each(['reaction', 'sticker'] as const)('may be a %s where the setting says so (CMP-5)', (type) => {
    const id = written();
    expect(host.answer(person.phone, { type, text: null })).toEqual({ changes: [], verdict: 'ignored' });
    expect([state(id), interactions()]).toEqual(['message_1_sent', []]);
    Object.assign(host.settings, { countReactions: true, countStickers: true });
    expect(host.answer(person.phone, { type, text: null }).verdict).toBe('applied');
    expect(state(id)).toBe('answered');
  });

  it('that comes again changes nothing (WHK-4)', () => {
    const id = written();
    host.answer(person.phone, { providerMessageId: 'same' });
    const before = JSON.stringify([interactions(), host.recipient(id, person.id), host.figures(id)]);
    later(MINUTE_MS);
    expect(host.answer(person.phone, { providerMessageId: 'same' })).toEqual({ changes: [], verdict: 'applied' });
    expect(JSON.stringify([interactions(), host.recipient(id, person.id), host.figures(id)])).toBe(before);
  });

  it('is stored each time, and brings one Message 2 only (CMP-5, CMP-7)', () => {
    const id = written([person, host.contact()]);
    for (let count = 0; count < 3; count++) host.answer(person.phone);
    host.acceptAll();
    host.answer(person.phone);
    expect(interactions()).toHaveLength(4);
    expect(host.figures(id).kept).toMatchObject({ interactions: 1, message2Sent: 1 });
    expect(host.database.prepare(`SELECT count(*) FROM attempts WHERE type = 'message_2'`).pluck().get()).toBe(1);
  });

  it('in a paused campaign has its Message 2 wait for the campaign, and expire with the window (CMP-6, SND-14)', () => {
    const id = written([person, host.contact()]);
    host.campaigns.pause(id, 'test');
    host.answer(person.phone);
    expect(message2(id)?.state).toBe('pending');
    expect(host.acceptAll()).toBe(0);
    later(REPLY_WINDOW_MS);
    host.engine.dispatcher.expireDue();
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'window_closed' });
    expect(host.recipient(id, person.id).reasonMessage).toContain('24 h');
  });

  it('in a cancelled campaign is stored without a Message 2 (CMP-5)', () => {
    const id = written();
    host.campaigns.cancel(id, 'test');
    expect(state(id)).toBe('message_1_sent');
    host.answer(person.phone);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'cancelled', reason: 'campaign_cancelled', within24h: true });
    expect(message2(id)).toBeNull();
  });

  it('takes back that Message 1 failed: whoever answers has got it (CMP-6, CMP-10)', () => {
    const id = written([person, host.contact()]);
    host.report(host.attemptOf(id, person.id, 'message_1')!, 'failed', 'max_retries');
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'max_retries' });
    host.answer(person.phone);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', reason: null });
    expect(host.figures(id).kept).toMatchObject({ failures: 0, interactions: 1 });
  });
});

describe('an answer at 24 hours or later', () => {
  it('is late: at the last millisecond within, at the next not (CMP-6)', () => {
    const other = host.contact();
    const id = written([person, other]);
    later(REPLY_WINDOW_MS - 1);
    host.answer(person.phone);
    later(1);
    host.answer(other.phone);
    expect([state(id), state(id, other.id)]).toEqual(['answered', 'late_interaction']);
    expect(message2(id, other.id)).toBeNull();
    expect(host.recipient(id, other.id)).toMatchObject({ within24h: false, interactionType: 'text' });
    expect(host.figures(id).kept).toMatchObject({ interactions: 2, late: 1 });
  });

  it('corrects no_interaction, also when the campaign is over, and shows beside the final figures (CMP-10)', () => {
    const id = written();
    later(REPLY_WINDOW_MS);
    host.closing.runOnce();
    expect([state(id), host.campaigns.get(id).status]).toEqual(['no_interaction', 'completed']);
    host.answer(person.phone);
    expect(state(id)).toBe('late_interaction');
    expect(host.campaigns.get(id)).toMatchObject({
      ...{ status: 'completed', late: 1, noInteraction: 0, failedCount: 0, interactions: 1 },
      finalFigures: { late: 0, noInteraction: 1, failedCount: 1, interactions: 0 },
    });
    host.answer(person.phone);
    expect(host.figures(id).kept).toMatchObject({ late: 1, interactions: 1 });
  });

  it('whose webhook came late counts by its own time: its Message 2 expires unsent (CMP-6)', () => {
    const id = written([person, host.contact()]);
    const at = host.clock.now() + HOUR_MS;
    later(REPLY_WINDOW_MS + HOUR_MS);
    host.closing.runOnce();
    expect(state(id)).toBe('no_interaction');
    host.answer(person.phone, { at });
    host.engine.dispatcher.expireDue();
    expect(host.acceptAll()).toBe(0);
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'failed', reason: 'window_closed', within24h: true, interactionAt: toIso(at) },
    });
  });

  it('that overtakes an earlier one leads to the same as the other order (WHK-4)', () => {
    const id = written([person, host.contact()]);
    const sentAt = host.clock.now();
    later(REPLY_WINDOW_MS + HOUR_MS);
    host.answer(person.phone, { at: sentAt + REPLY_WINDOW_MS + 1, type: 'image', text: null });
    expect(state(id)).toBe('late_interaction');
    host.answer(person.phone, { at: sentAt + 1 });
    expect(host.recipient(id, person.id)).toMatchObject({
      ...{ state: 'answered', interactionAt: toIso(sentAt + 1), interactionType: 'text', within24h: true },
    });
  });
});

describe('the time of an answer', () => {
  it('is that of receipt when its own cannot be one to this Message 1 (CMP-6)', () => {
    const id = written();
    host.answer(person.phone, { at: host.clock.now() - DAY_MS });
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', interactionAt: toIso(host.clock.now()) });
  });

  it('is that of receipt when its own is nonsense from the far future (CMP-6)', () => {
    const id = written();
    host.answer(person.phone, { at: host.clock.now() * 1000 });
    expect(state(id)).toBe('answered');
  });

  it('is its own when this machine lags behind or is a little ahead (REL-4)', () => {
    const other = host.contact();
    const id = written([person, other]);
    const sentAt = host.clock.now();
    host.clock.set(sentAt - DAY_MS);
    host.answer(person.phone, { at: sentAt - 2 * MINUTE_MS });
    host.answer(other.phone, { at: sentAt + REPLY_WINDOW_MS });
    expect([state(id), state(id, other.id)]).toEqual(['answered', 'late_interaction']);
  });
});

describe('an answer of a contact in several campaigns', () => {
  it('goes to the campaign of the quoted message (CMP-8)', () => {
    const first = host.started([person]).id;
    const { id: attemptId } = host.acceptNext();
    const [quotedProviderId] = host.engine.store.providerIds(attemptId);
    later(MINUTE_MS);
    const second = written();
    host.answer(person.phone, { quotedProviderId: quotedProviderId! });
    expect([state(first), state(second)]).toEqual(['answered', 'message_1_sent']);
    host.answer(null, { quotedProviderId: quotedProviderId! });
    expect(interactions().map(({ campaign_id }) => campaign_id)).toEqual([first, first]);
  });

  it('goes else to the latest Message 1 within its window (CMP-8)', () => {
    const first = written();
    later(HOUR_MS);
    const second = written();
    later(HOUR_MS);
    host.answer(person.phone);
    host.answer(person.phone, { quotedProviderId: 'nobody knows' });
    expect([state(first), state(second)]).toEqual(['message_1_sent', 'answered']);
    expect(interactions().map(({ campaign_id }) => campaign_id)).toEqual([second, second]);
  });

  it('goes to a running campaign rather than to a later one that is over (CMP-8)', () => {
    const running = written();
    later(HOUR_MS);
    const cancelled = written();
    host.campaigns.cancel(cancelled, 'test');
    host.answer(person.phone);
    expect([state(running), state(cancelled)]).toEqual(['answered', 'message_1_sent']);
  });

  it('written between two first messages goes to the earlier one, however late it is told (CMP-8)', () => {
    const first = written();
    const at = host.clock.now() + HOUR_MS;
    later(2 * HOUR_MS);
    const second = written();
    host.answer(person.phone, { at });
    expect([state(first), state(second)]).toEqual(['answered', 'message_1_sent']);
  });

  it('is late for the latest campaign when no window is open (CMP-8)', () => {
    const first = written([person, host.contact()]);
    later(HOUR_MS);
    const second = written([person, host.contact()]);
    later(REPLY_WINDOW_MS);
    host.answer(person.phone);
    expect([state(first), state(second)]).toEqual(['message_1_sent', 'late_interaction']);
  });

  it('belongs to nobody when nobody with its phone was written to on its line (CMP-8)', () => {
    const id = host.started([person]).id;
    expect(host.answer(person.phone)).toEqual({ changes: [], verdict: 'unmatched' });
    host.acceptAll();
    expect(host.answer(person.phone, { lineId: 'other line' }).verdict).toBe('unmatched');
    expect(host.answer('+33639989999').verdict).toBe('unmatched');
    expect(host.answer(null, { senderId: '123@lid' }).verdict).toBe('unmatched');
    expect([state(id), interactions()]).toEqual(['message_1_sent', []]);
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
    later(HOUR_MS);
    expect(host.answer(person.phone).verdict).toBe('applied');
    expect([state(id), message2(id)]).toEqual(['pending', null]);
    later(HOUR_MS);
    found(id, sentAt + 5);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', message1SentAt: toIso(sentAt + 5) });
    expect(message2(id)).toMatchObject({ state: 'pending', expiresAt: sentAt + 5 + REPLY_WINDOW_MS });
  });

  it('does not come too late to be late: within the window it expires, after it no Message 2 is made (CMP-6)', () => {
    const { id, sentAt } = parked();
    later(REPLY_WINDOW_MS);
    host.answer(person.phone, { at: sentAt + HOUR_MS });
    found(id, sentAt);
    host.engine.dispatcher.expireDue();
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'window_closed' });
    later(0);
    person = host.contact();
    const next = parked();
    later(REPLY_WINDOW_MS);
    host.answer(person.phone);
    found(next.id, next.sentAt);
    expect(host.recipient(next.id, person.id)).toMatchObject({ state: 'late_interaction', within24h: false });
  });

  it('brings nothing when Message 1 proves not to have left (SND-6)', () => {
    const { id } = parked();
    host.answer(person.phone);
    const attempt = host.attemptOf(id, person.id, 'message_1')!;
    host.engine.outcomes.absent(attempt, { retry: false, code: 'proved_absent' });
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'failed', reason: 'proved_absent' });
    expect(message2(id)).toBeNull();
  });

  it('that overtakes the answer to its own send has its Message 2 a moment later (WHK-4)', () => {
    const { id } = host.started([person]);
    const attempt = host.claimed();
    host.answer(person.phone);
    expect([state(id), message2(id)]).toEqual(['pending', null]);
    host.engine.outcomes.accepted(attempt, ['p']);
    expect(state(id)).toBe('answered');
    expect(message2(id)?.state).toBe('pending');
  });
});

describe('a STOP', () => {
  it('suppresses at once, in every campaign, cancels what waits, and brings no Message 2 (SND-13, CMP-9)', () => {
    const first = written();
    const second = host.started([person, host.contact()]).id;
    const third = written([person, host.contact()]);
    host.answer(person.phone);
    later(MINUTE_MS);
    const { changes, verdict } = host.answer(person.phone, { text: 'Stop !' });
    expect(verdict).toBe('applied');
    expect(changes).toContainEqual({ kind: 'suppression', id: person.id });
    expect(host.contacts.get(person.id).optedOutAt).toBe(toIso(host.clock.now()));
    expect([first, second, third].map((id) => state(id))).toEqual(['opted_out', 'opted_out', 'opted_out']);
    expect(host.database.prepare(`SELECT DISTINCT state FROM attempts WHERE type = 'message_2'`).pluck().all()).toEqual([
      'cancelled',
    ]);
    expect(host.acceptAll()).toBe(0);
    expect(host.figures(first).kept).toMatchObject({ optedOut: 1 });
    for (const id of [first, second, third]) expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
  });

  it('is an interaction of its campaign like any answer, in its final figures too (CMP-5, CMP-10)', () => {
    const id = written();
    host.answer(person.phone, { text: 'ARRÊT' });
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'opted_out', within24h: true, interactionType: 'text' });
    expect(host.campaigns.get(id)).toMatchObject({ status: 'completed', finalFigures: { interactions: 1, optedOut: 1 } });
  });

  it('is obeyed from whoever sends it, with or without a campaign, and once (SND-13)', () => {
    expect(host.answer('+33639989999', { text: 'stop' })).toEqual({
      ...{ changes: [{ kind: 'suppression', id: '+33*******99' }], verdict: 'applied' },
    });
    expect(host.answer('+33639989999', { text: 'stop' }).changes).toEqual([]);
    expect(host.suppressions.has('+33639989999')).toBe(true);
  });

  it('told late, after the window was closed, still brings no Message 2 (SND-13)', () => {
    const id = written([person, host.contact()]);
    const at = host.clock.now() + HOUR_MS;
    later(REPLY_WINDOW_MS);
    host.closing.runOnce();
    host.answer(person.phone, { at, text: 'STOP' });
    expect(state(id)).toBe('opted_out');
    expect(message2(id)).toBeNull();
  });

  it('while Message 1 is in flight holds when it arrives (SND-13)', () => {
    const { id } = host.started([person, host.contact()]);
    const attempt = host.claimed();
    host.answer(person.phone, { text: 'stop' });
    host.engine.outcomes.accepted(attempt, ['p']);
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'opted_out', message1SentAt: toIso(host.clock.now()) });
    host.answer(person.phone, { text: 'Ah, pardon' });
    expect(message2(id)).toBeNull();
  });

  it('is lifted by the operator, with an audit line (SND-13)', () => {
    host.suppressions.add({ phone: person.phone, reason: 'stop' });
    expect(host.suppressions.list({ limit: 50 }).items).toEqual([
      { phone: person.phone, reason: 'stop', createdAt: toIso(host.clock.now()) },
    ]);
    host.suppressions.remove(person.phone, 'operator');
    expect(host.contacts.get(person.id).optedOutAt).toBeNull();
    expect(host.suppressions.list({ limit: 50 }).items).toEqual([]);
    expect(host.audit.list({ limit: 1 }).items).toMatchObject([
      { actor: 'operator', action: 'suppression.removed', target: person.id },
    ]);
    expect(() => host.suppressions.remove(person.phone, 'operator')).toThrow('not_found');
  });
});
