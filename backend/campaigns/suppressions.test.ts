import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { HOUR_MS, MINUTE_MS, toIso } from '../core/days.ts';
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

describe('a STOP', () => {
  it('suppresses at once, in every campaign, cancels what waits, and brings no Message 2 (SND-13, CMP-9)', () => {
    const first = host.written([person]);
    const second = host.started([person, host.contact()]).id;
    const third = host.written([person, host.contact()]);
    host.answer(person.phone);
    host.later(MINUTE_MS);
    const { changes, verdict } = host.answer(person.phone, { text: 'Stop !' });
    expect(verdict).toBe('applied');
    expect(changes).toContainEqual({ kind: 'suppression', id: person.id });
    expect(host.contacts.get(person.id).optedOutAt).toBe(toIso(host.clock.now()));
    expect([first, second, third].map((id) => host.state(id, person.id))).toEqual([
      'opted_out',
      'opted_out',
      'opted_out',
    ]);
    expect(host.database.prepare(`SELECT DISTINCT state FROM attempts WHERE type = 'message_2'`).pluck().all()).toEqual(
      ['cancelled'],
    );
    expect(host.acceptAll()).toBe(0);
    expect(host.figures(first).kept).toMatchObject({ optedOut: 1 });
    for (const id of [first, second, third]) expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
  });

  it.each([
    ['is refused and could be tried again', 'refused'],
    ['turns out never to have left', 'absent'],
  ])('also ends a message that was on its way then, and %s (SND-13)', (_name, how) => {
    const id = host.started([person, host.contact()]).id;
    host.acceptNext();
    const other = host.claimed();
    host.answer(other.phone, { text: 'STOP' });
    const { outcomes } = host.engine;
    if (how === 'refused') outcomes.refused(other, { kind: 'refused', code: 'busy', class: 'retry', detail: '' });
    else {
      const unknown = outcomes.unknown(other, { code: 'timeout', detail: '' });
      outcomes.absent(unknown, { retry: true, code: 'proved_absent' });
    }
    expect(host.engine.attempt(other.id)).toMatchObject({ state: 'cancelled', errorCode: 'opted_out' });
    expect(host.state(id, other.contactId ?? '')).toBe('opted_out');
    host.later(HOUR_MS);
    expect(host.acceptAll()).toBe(0);
    expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
  });

  it('nor is a contact written to that was removed while its message was on its way (CMP-1)', () => {
    const id = host.started([person, host.contact()]).id;
    host.acceptNext();
    const other = host.claimed();
    host.contacts.remove(other.contactId ?? '');
    host.engine.outcomes.refused(other, { kind: 'refused', code: 'busy', class: 'retry', detail: '' });
    expect(host.engine.attempt(other.id)).toMatchObject({ state: 'cancelled', errorCode: 'contact_removed' });
    host.later(HOUR_MS);
    expect(host.acceptAll()).toBe(0);
    expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
  });

  it('is an interaction of its campaign like any answer, in its final figures too (CMP-5, CMP-10)', () => {
    const id = host.written([person]);
    host.answer(person.phone, { text: 'ARRÊT' });
    expect(host.recipient(id, person.id)).toMatchObject({
      state: 'opted_out',
      within24h: true,
      interactionType: 'text',
    });
    expect(host.campaigns.get(id)).toMatchObject({
      status: 'completed',
      finalFigures: { interactions: 1, optedOut: 1 },
    });
  });

  it('is obeyed from whoever sends it, with or without a campaign, and once (SND-13)', () => {
    expect(host.answer('+33639989999', { text: 'stop' })).toEqual({
      ...{ changes: [{ kind: 'suppression', id: '+33*******99' }], verdict: 'applied' },
    });
    expect(host.answer('+33639989999', { text: 'stop' }).changes).toEqual([]);
    expect(host.suppressions.has('+33639989999')).toBe(true);
  });

  it('from a phone that the contact had before counts for the one that it has now (SND-13)', () => {
    const id = host.written([person, host.contact()]);
    host.contacts.update({ id: person.id, phone: '+33639989903' });
    host.answer(person.phone, { text: 'STOP' });
    expect(host.contacts.get(person.id).optedOutAt).not.toBeNull();
    expect([person.phone, '+33639989903'].map((phone) => host.suppressions.has(phone))).toEqual([true, true]);
    expect(host.state(id, person.id)).toBe('opted_out');
  });

  it.each(['STOP', 'removed'])(
    'under another phone since (%s): an answer from the former one brings nothing',
    (how) => {
      const failed = host.contact();
      const id = host.written([person, failed, host.contact()]);
      host.report(host.attemptOf(id, failed.id, 'message_1')!, 'failed', 'max_retries');
      for (const [index, contact] of [person, failed].entries()) {
        const phone = `+3363998990${index}`;
        host.contacts.update({ id: contact.id, phone });
        if (how === 'STOP') host.answer(phone, { text: 'STOP' });
        else if (contact === person) host.contacts.remove(contact.id);
      }
      expect(host.state(id, person.id)).toBe(how === 'STOP' ? 'opted_out' : 'cancelled');
      host.answer(person.phone);
      expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
      host.answer(failed.phone);
      expect(host.state(id, failed.id)).toBe(how === 'STOP' ? 'opted_out' : 'answered');
      expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
    },
  );

  it('told late, after the window was closed, still brings no Message 2 (SND-13)', async () => {
    const id = host.written([person, host.contact()]);
    const at = host.clock.now() + HOUR_MS;
    host.later(REPLY_WINDOW_MS);
    await host.closing.runOnce();
    host.answer(person.phone, { at, text: 'STOP' });
    expect(host.state(id, person.id)).toBe('opted_out');
    expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
  });

  it('while Message 1 is in flight holds when it arrives (SND-13)', () => {
    const { id } = host.started([person, host.contact()]);
    const attempt = host.claimed();
    host.answer(person.phone, { text: 'stop' });
    host.engine.outcomes.accepted(attempt, ['p']);
    expect(host.recipient(id, person.id)).toMatchObject({
      state: 'opted_out',
      message1SentAt: toIso(host.clock.now()),
    });
    host.answer(person.phone, { text: 'Ah, pardon' });
    expect(host.attemptOf(id, person.id, 'message_2')).toBeNull();
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
