import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import { HOUR_MS, toIso } from '../core/days.ts';
import { MESSAGE_1_PRIORITY } from '../domain/pick.ts';

let host: TestCampaigns;
beforeAll(() => {
  host = createTestCampaigns();
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(() => {
  host.clear();
});
const audit = (): string[] => host.audit.list({ limit: 50 }).items.map(({ action, actor }) => `${action} ${actor}`);
const attempts = (campaignId: string) =>
  host.database
    .prepare<
      { id: string },
      { phone: string; body: string; state: string; due_at: number; priority: number; line_id: string }
    >(`SELECT * FROM attempts WHERE campaign_id = @id ORDER BY phone`)
    .all({ id: campaignId });
const status = (id: string): string => host.campaigns.get(id).status;

describe('a campaign', () => {
  it('is planned as a draft, changed whole, shown and listed (CMP-3)', () => {
    const draft = host.campaign({ name: 'Une', sendsPerMinute: 5, startAt: '2026-11-21T08:00:00.000Z', line: 'line' });
    expect(draft).toMatchObject({
      status: 'draft',
      totalContacts: 0,
      failedCount: 0,
      finalFigures: null,
      line: 'line',
    });
    const changed = host.campaigns.update({
      id: draft.id,
      name: 'Deux',
      message1: { body: 'Salut' },
      contactIds: ['a'],
    });
    expect(changed).toMatchObject({
      ...{ name: 'Deux', message1: { body: 'Salut' }, message2: { body: 'Merci {{nom}}' }, contactIds: ['a'] },
      ...{ sendsPerMinute: 5, startAt: '2026-11-21T08:00:00.000Z' },
    });
    expect(host.campaigns.get(draft.id)).toEqual(changed);
    host.clock.set(host.clock.now() + 1);
    const other = host.campaign();
    const first = host.campaigns.list({ limit: 1 });
    expect(first.items.map(({ id }) => id)).toEqual([other.id]);
    expect(host.campaigns.list({ limit: 1, cursor: first.nextCursor! }).items.map(({ id }) => id)).toEqual([draft.id]);
    expect(host.campaigns.list({ limit: 5, status: 'running' }).items).toEqual([]);
    expect(() => host.campaigns.get('nowhere')).toThrow('not_found');
    expect(() => host.campaign({ line: 'nowhere' })).toThrow('not_found');
  });

  it('once started lets only its name and pace be changed (CMP-3)', () => {
    const { id } = host.started([host.contact()]);
    expect(host.campaigns.update({ id, name: 'Autre', sendsPerMinute: 7 })).toMatchObject({
      name: 'Autre',
      sendsPerMinute: 7,
    });
    expect(() => host.campaigns.update({ id, message1: { body: 'x' } })).toThrow('wrong_campaign_status');
    expect(() => host.campaigns.update({ id, contactIds: [] })).toThrow('wrong_campaign_status');
    host.campaigns.cancel(id, 'test');
    expect(() => host.campaigns.update({ id, sendsPerMinute: 7 })).toThrow('wrong_campaign_status');
  });

  it('is previewed for real contacts: who, who not, how many days, which variables nobody fills (CMP-3)', async () => {
    const { id: category } = host.categories.create({ name: 'Clients' });
    const people = [1, 2, 3, 4].map((index) =>
      host.contact({
        name: `Client ${index}`,
        attributes: { Prénom: `P${index}`, vide: ' ' },
        categoryIds: [category],
      }),
    );
    host.suppressions.add({ phone: people[3]!.phone, reason: 'stop' });
    host.settings.dailyLimit = 2;
    host.expected.interactionRate = 0.5;
    const preview = await host.campaigns.preview({
      ...{ categoryIds: [category], contactIds: [people[0]!.id, 'nowhere'], samples: 2 },
      message1: { body: 'Bonjour {{prenom}} {{ville|de Lyon}} {{vide}}' },
      message2: {
        body: 'Merci {{NOM}} {{inconnue}}',
        template: { name: 't', language: 'fr', parameters: ['{{autre}}'] },
      },
    });
    host.settings.dailyLimit = 180;
    host.expected.interactionRate = 0;
    expect(preview).toMatchObject({ eligible: 3, optedOut: 1, daysNeeded: 3 });
    expect(preview.unknownVariables).toEqual(['vide', 'inconnue', 'autre']);
    expect(preview.samples).toEqual([
      { contactId: people[0]!.id, name: 'Client 1', message1: 'Bonjour P1 de Lyon ', message2: 'Merci Client 1 ' },
      { contactId: people[1]!.id, name: 'Client 2', message1: 'Bonjour P2 de Lyon ', message2: 'Merci Client 2 ' },
    ]);
    const none = await host.campaigns.preview({
      ...preview,
      categoryIds: [],
      contactIds: [],
      samples: 3,
      message1: { body: 'x' },
      message2: { body: 'y' },
    });
    expect(none).toMatchObject({ eligible: 0, daysNeeded: 0, samples: [] });
  });

  it('is previewed without holding anybody up, and no further than somebody waits for it (CMP-3, API-5)', async () => {
    const people = [host.contact(), host.contact()];
    const asked = {
      ...{ categoryIds: [], contactIds: people.map(({ id }) => id), samples: 1 },
      ...{ message1: { body: 'x' }, message2: { body: 'x' } },
    };
    const order: string[] = [];
    const other = turnOfTheLoop().then(() => order.push('another request'));
    await host.campaigns.preview(asked);
    order.push('preview');
    await other;
    expect(order).toEqual(['another request', 'preview']);
    const gone = new AbortController();
    const dropped = host.campaigns.preview(asked, gone.signal);
    gone.abort();
    await expect(dropped).rejects.toThrow('aborted');
  });

  it('is launched to exactly its eligible contacts, each once and by name (CMP-4)', () => {
    const [a, b] = [host.categories.create({ name: 'A' }), host.categories.create({ name: 'B' })];
    const both = host.contact({ name: 'Zoé', attributes: { prenom: 'Zo' }, categoryIds: [a.id, b.id] });
    const one = host.contact({ name: 'Awa', categoryIds: [b.id] });
    const named = host.contact({ name: 'Léa' });
    const gone = host.contact({ categoryIds: [a.id] });
    host.suppressions.add({ phone: gone.phone, reason: 'stop' });
    host.contact();
    const message1 = {
      body: 'Bonjour {{prenom|toi}}',
      template: { name: 't', language: 'fr', parameters: ['{{nom}}'] },
    };
    const draft = host.campaign({
      categoryIds: [a.id, b.id, a.id],
      contactIds: [named.id, both.id, 'nowhere'],
      message1,
    });
    const campaign = host.campaigns.start(draft.id, 'operator');
    expect(campaign).toMatchObject({
      status: 'running',
      totalContacts: 3,
      line: 'line',
      startedAt: toIso(host.clock.now()),
    });
    const phones = [both, one, named].map(({ phone }) => phone).sort();
    expect(attempts(draft.id).map(({ phone }) => phone)).toEqual(phones);
    expect(
      attempts(draft.id).every(({ priority, state }) => priority === MESSAGE_1_PRIORITY && state === 'pending'),
    ).toBe(true);
    expect(host.contentOf(draft.id, both.id, 'message_1')).toMatchObject({
      ...{ body: 'Bonjour Zo', template: { name: 't', language: 'fr', parameters: ['Zoé'] } },
    });
    expect(host.attemptOf(draft.id, both.id, 'message_1')).toMatchObject({
      ...{ lineId: 'line', maxAttempts: 3, dueAt: host.clock.now() },
    });
    expect(host.contentOf(draft.id, one.id, 'message_1')?.body).toBe('Bonjour toi');
    expect(host.acceptAll()).toBe(3);
    expect(audit()).toEqual(['campaign.start operator']);
    expect(() => host.campaigns.start(draft.id, 'operator')).toThrow('wrong_campaign_status');
    expect(host.figures(draft.id).kept).toEqual(host.figures(draft.id).recounted);
  });

  it('of more contacts than one batch is launched whole (CMP-4)', async () => {
    const phones = Array.from({ length: 2_345 }, (_, index) => `+3361${1_000_000 + index}`);
    const { categoryId } = await host.contacts.import(new Blob([['tel', ...phones].join('\n')]), { category: 'Tous' });
    const { id } = await host.launch.start(host.campaign({ categoryIds: [categoryId!] }).id, 'test');
    expect(host.campaigns.get(id)).toMatchObject({ status: 'preparing', line: null, startedAt: null });
    expect(host.acceptAll()).toBe(0);
    await host.preparation.idle();
    expect(host.campaigns.get(id)).toMatchObject({ status: 'running', line: 'line', preparation: null });
    expect(host.campaigns.get(id).totalContacts).toBe(2_345);
    expect(attempts(id)).toHaveLength(2_345);
  });

  it('is not launched without anybody, nor with a variable that nobody fills; nothing is left of the try (CMP-3)', () => {
    const person = host.contact();
    host.suppressions.add({ phone: person.phone, reason: 'stop' });
    const empty = host.campaign({ contactIds: [person.id] });
    expect(() => host.campaigns.start(empty.id, 'test')).toThrow('no_recipients');
    const unknown = host.campaign({ contactIds: [host.contact().id], message2: { body: '{{ville}} {{nom}}' } });
    expect(() => host.campaigns.start(unknown.id, 'test')).toThrow(
      expect.objectContaining({ code: 'unknown_variable', data: { names: ['ville'] } }) as Error,
    );
    expect([status(empty.id), status(unknown.id)]).toEqual(['draft', 'draft']);
    expect(attempts(unknown.id)).toEqual([]);
    expect(audit()).toEqual([]);
  });

  it('with a later start waits for its hour, then runs (CMP-3)', () => {
    const startAt = host.clock.now() + 2 * HOUR_MS;
    const { id } = host.started([host.contact()], { startAt: toIso(startAt) });
    expect(host.campaigns.get(id)).toMatchObject({ status: 'scheduled', startedAt: null, totalContacts: 1 });
    expect(attempts(id).map(({ due_at }) => due_at)).toEqual([startAt]);
    expect(host.launch.nextStartAt()).toBe(startAt);
    expect(host.acceptAll()).toBe(0);
    expect(host.launch.startDue()).toBe(0);
    host.clock.set(startAt);
    expect(host.launch.startDue()).toBe(1);
    expect(host.launch.nextStartAt()).toBeNull();
    expect(host.campaigns.get(id)).toMatchObject({ status: 'running', startedAt: toIso(startAt) });
    expect(host.acceptAll()).toBe(1);
    expect(audit()).toEqual(['campaign.start system', 'campaign.schedule test']);
  });

  it('with a later start leaves at once when it is started by hand, and not twice (CMP-3, CMP-4)', () => {
    const startAt = host.clock.now() + 2 * HOUR_MS;
    const { id } = host.started([host.contact(), host.contact()], { startAt: toIso(startAt) });
    host.clock.set(host.clock.now() + HOUR_MS);
    const now = host.clock.now();
    expect(host.campaigns.start(id, 'test')).toMatchObject({
      ...{ status: 'running', startedAt: toIso(now), startAt: toIso(now), totalContacts: 2 },
    });
    expect(attempts(id).map(({ due_at }) => due_at)).toEqual([now, now]);
    expect(() => host.campaigns.start(id, 'test')).toThrow('wrong_campaign_status');
    expect(host.acceptAll()).toBe(2);
    host.clock.set(startAt);
    expect(host.launch.startDue()).toBe(0);
    expect(host.acceptAll()).toBe(0);
    expect(audit()).toEqual(['campaign.start test', 'campaign.schedule test']);
  });

  it('pauses and resumes: nothing of it leaves in between (SND-14)', () => {
    const { id } = host.started([host.contact(), host.contact()]);
    expect(host.campaigns.pause(id, 'test').status).toBe('paused');
    expect(host.acceptAll()).toBe(0);
    expect(() => host.campaigns.pause(id, 'test')).toThrow('wrong_campaign_status');
    expect(host.campaigns.resume(id, 'test').status).toBe('running');
    expect(host.acceptAll()).toBe(2);
  });

  it('is paused by the application when the provider refuses its content, once and with the code (SND-5)', () => {
    const { id } = host.started([host.contact()]);
    host.launch.pauseForError(id, '132001');
    host.launch.pauseForError(id, '132001');
    expect(status(id)).toBe('paused');
    expect(audit()).toEqual(['campaign.pause system', 'campaign.start test']);
    expect(host.audit.list({ limit: 1 }).items[0]?.detail).toEqual({ code: '132001' });
  });

  it('when cancelled ends what has not left, and lets what is in flight end as it does (SND-8, CMP-9)', () => {
    const people = [host.contact(), host.contact(), host.contact(), host.contact()];
    const { id } = host.started(people);
    host.acceptNext();
    const { contactId: flying } = host.claimed();
    const unknown = host.engine.outcomes.unknown(host.claimed(), { code: 'timeout', detail: '' });
    expect(host.campaigns.cancel(id, 'operator')).toMatchObject({
      status: 'cancelled',
      cancelled: 1,
      endedAt: toIso(host.clock.now()),
    });
    const states = (): string[] =>
      host.campaigns
        .recipients({ id, limit: 50 })
        .items.map(({ state }) => state)
        .sort();
    expect(states()).toEqual(['cancelled', 'message_1_sent', 'pending', 'pending']);
    expect(host.acceptAll()).toBe(0);
    host.engine.outcomes.accepted(host.attemptOf(id, flying!, 'message_1')!, ['late']);
    host.engine.outcomes.absent(unknown, { retry: false, code: 'proved_absent' });
    expect(states()).toEqual(['cancelled', 'failed', 'message_1_sent', 'message_1_sent']);
    expect(host.recipient(id, people[3]!.id)).toMatchObject({
      ...{ state: 'cancelled', reason: 'campaign_cancelled', reasonMessage: 'La campagne a été annulée.' },
    });
    expect(audit()).toEqual(['campaign.cancel operator', 'campaign.start test']);
    expect(() => host.campaigns.resume(id, 'test')).toThrow('wrong_campaign_status');
    expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
  });

  it('lists its recipients page by page and by state (CMP-9)', () => {
    const people = Array.from({ length: 5 }, () => host.contact());
    const { id } = host.started(people);
    host.acceptNext();
    const first = host.campaigns.recipients({ id, limit: 3 });
    const rest = host.campaigns.recipients({ id, limit: 3, cursor: first.nextCursor! });
    expect([...first.items, ...rest.items].map(({ contactId }) => contactId)).toEqual(
      people.map((person) => person.id),
    );
    expect(rest.nextCursor).toBeNull();
    expect(host.campaigns.recipients({ id, limit: 50, state: 'message_1_sent' }).items).toMatchObject([
      { contactId: people[0]!.id, message1SentAt: toIso(host.clock.now()), within24h: null },
    ]);
  });
});
