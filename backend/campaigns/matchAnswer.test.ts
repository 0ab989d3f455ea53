import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
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
  person = host.contact({ name: 'Awa', attributes: { prenom: 'A.' } });
});
const interactions = (): { campaign_id: string; type: string; received_at: number; within_24h: number }[] =>
  host.database
    .prepare<[], { campaign_id: string; type: string; received_at: number; within_24h: number }>(
      `SELECT * FROM interactions ORDER BY id`,
    )
    .all();

describe('the time of an answer', () => {
  it('is that of receipt when its own cannot be one to this Message 1 (CMP-6)', () => {
    const id = host.written([person]);
    host.answer(person.phone, { at: host.clock.now() - DAY_MS });
    expect(host.recipient(id, person.id)).toMatchObject({ state: 'answered', interactionAt: toIso(host.clock.now()) });
  });

  it('is that of receipt when its own is nonsense from the far future (CMP-6)', () => {
    const id = host.written([person]);
    host.answer(person.phone, { at: host.clock.now() * 1000 });
    expect(host.state(id, person.id)).toBe('answered');
  });

  it('is its own when this machine lags behind or is a little ahead (REL-4)', () => {
    const other = host.contact();
    const id = host.written([person, other]);
    const sentAt = host.clock.now();
    host.clock.set(sentAt - DAY_MS);
    host.answer(person.phone, { at: sentAt - 2 * MINUTE_MS });
    host.answer(other.phone, { at: sentAt + REPLY_WINDOW_MS });
    expect([host.state(id, person.id), host.state(id, other.id)]).toEqual(['answered', 'late_interaction']);
  });
});

describe('an answer of a contact in several campaigns', () => {
  it('goes to the campaign of the quoted message (CMP-8)', () => {
    const first = host.started([person]).id;
    const { id: attemptId } = host.acceptNext();
    const [quotedProviderId] = host.engine.store.providerIds(attemptId);
    host.later(MINUTE_MS);
    const second = host.written([person]);
    host.answer(person.phone, { quotedProviderId: quotedProviderId! });
    expect([host.state(first, person.id), host.state(second, person.id)]).toEqual(['answered', 'message_1_sent']);
    host.answer(null, { quotedProviderId: quotedProviderId! });
    expect(interactions().map(({ campaign_id }) => campaign_id)).toEqual([first, first]);
  });

  it('goes else to the latest Message 1 within its window (CMP-8)', () => {
    const first = host.written([person]);
    host.later(HOUR_MS);
    const second = host.written([person]);
    host.later(HOUR_MS);
    host.answer(person.phone);
    host.answer(person.phone, { quotedProviderId: 'nobody knows' });
    expect([host.state(first, person.id), host.state(second, person.id)]).toEqual(['message_1_sent', 'answered']);
    expect(interactions().map(({ campaign_id }) => campaign_id)).toEqual([second, second]);
  });

  it('goes to a running campaign rather than to a later one that is over (CMP-8)', () => {
    const running = host.written([person]);
    host.later(HOUR_MS);
    const cancelled = host.written([person]);
    host.campaigns.cancel(cancelled, 'test');
    host.answer(person.phone);
    expect([host.state(running, person.id), host.state(cancelled, person.id)]).toEqual(['answered', 'message_1_sent']);
  });

  it('written between two first messages goes to the earlier one, however late it is told (CMP-8)', () => {
    const first = host.written([person]);
    const at = host.clock.now() + HOUR_MS;
    host.later(2 * HOUR_MS);
    const second = host.written([person]);
    host.answer(person.phone, { at });
    expect([host.state(first, person.id), host.state(second, person.id)]).toEqual(['answered', 'message_1_sent']);
  });

  it('is late for the latest campaign when no window is open (CMP-8)', () => {
    const first = host.written([person, host.contact()]);
    host.later(HOUR_MS);
    const second = host.written([person, host.contact()]);
    host.later(REPLY_WINDOW_MS);
    host.answer(person.phone);
    expect([host.state(first, person.id), host.state(second, person.id)]).toEqual([
      'message_1_sent',
      'late_interaction',
    ]);
  });

  it('belongs to nobody when nobody with its phone was written to on its line (CMP-8)', () => {
    const id = host.started([person]).id;
    expect(host.answer(person.phone)).toEqual({ changes: [], verdict: 'unmatched' });
    host.acceptAll();
    expect(host.answer(person.phone, { lineId: 'other line' }).verdict).toBe('unmatched');
    expect(host.answer('+33639989999').verdict).toBe('unmatched');
    expect(host.answer(null, { senderId: '123@lid' }).verdict).toBe('unmatched');
    expect([host.state(id, person.id), interactions()]).toEqual(['message_1_sent', []]);
  });
});
