import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { Contact } from '../contract/contacts.ts';
import { LineQueue } from '../sending/lineQueue.ts';
import { HOUR_MS, toIso } from '../core/days.ts';

let host: TestCampaigns;
beforeAll(() => {
  // One contact in each step; a campaign of two is a big one.
  host = createTestCampaigns({ launchSteps: { atOnce: 1, stepSize: { contacts: 1, rounds: 1, ms: 0 } } });
});
afterAll(() => {
  host.engine.remove();
});
beforeEach(async () => {
  host.clear();
  await host.preparation.start();
  // Each step is the test's own.
  await host.preparation.stop();
});

const count = (table: string): number =>
  host.database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
const audit = (): string[] => host.audit.list({ limit: 50 }).items.map(({ action, actor }) => `${action} ${actor}`);
/** A category of so many, and a campaign for it that is `preparing`. */
async function begun(contacts: number, overrides: Parameters<TestCampaigns['campaign']>[0] = {}) {
  const category = host.categories.create({ name: 'Tous' });
  const people = Array.from({ length: contacts }, () => host.contact({ categoryIds: [category.id] }));
  const { id } = await host.launch.start(host.campaign({ categoryIds: [category.id], ...overrides }).id, 'operator');
  return { id, people, category };
}
function finish(): void {
  while (host.preparation.step() > 0);
}
const campaign = (id: string) => host.campaigns.get(id);
const bodiesTo = (people: readonly Contact[], id: string) =>
  people.map((person) => host.attemptOf(id, person.id, 'message_1')?.phone ?? null);

describe('the launch of a big campaign', () => {
  it('goes on step by step, says how far it is, and nothing leaves before the list is whole (CMP-4, UI-5)', async () => {
    const { id, people } = await begun(3);
    expect(campaign(id)).toMatchObject({
      ...{ status: 'preparing', totalContacts: 0, startedAt: null, line: null },
      preparation: { done: 0, expected: 3, cancelling: false },
    });
    host.preparation.step();
    expect(campaign(id)).toMatchObject({ totalContacts: 1, preparation: { done: 1, expected: 3, cancelling: false } });
    expect(host.acceptAll()).toBe(0);
    host.later(HOUR_MS);
    await host.closing.runOnce();
    expect(campaign(id).status).toBe('preparing');
    finish();
    const startedAt = toIso(host.clock.now());
    expect(campaign(id)).toMatchObject({
      status: 'running',
      preparation: null,
      totalContacts: 3,
      line: 'line',
      startedAt,
    });
    expect(bodiesTo(people, id)).toEqual(people.map(({ phone }) => phone));
    expect(host.acceptAll()).toBe(3);
    expect(audit()).toEqual(['campaign.prepared system', 'campaign.start operator']);
    expect(host.told.campaigns).toContain(id);
  });

  it('that is to leave later is scheduled once it is whole, and leaves at its hour (CMP-3)', async () => {
    const startAt = host.clock.now() + 2 * HOUR_MS;
    const { id } = await begun(2, { startAt: toIso(startAt) });
    finish();
    expect(campaign(id)).toMatchObject({ status: 'scheduled', startedAt: null });
    expect(host.acceptAll()).toBe(0);
    host.clock.set(startAt);
    host.launch.startDue();
    expect(host.acceptAll()).toBe(2);
  });

  it('that takes until after its hour runs as soon as it is whole (CMP-3)', async () => {
    const { id } = await begun(2, { startAt: toIso(host.clock.now() + HOUR_MS) });
    host.later(2 * HOUR_MS);
    finish();
    expect(campaign(id).status).toBe('running');
  });

  it('is refused before anything changes when nobody fills a variable, or nobody is left to write to (CMP-3)', async () => {
    const body = { body: 'Bonjour {{ville}}' };
    await expect(begun(2, { message1: body })).rejects.toMatchObject({
      code: 'unknown_variable',
      data: { names: ['ville'] },
    });
    host.clear();
    const people = [host.contact(), host.contact()];
    for (const { phone } of people) host.suppressions.add({ phone, reason: 'stop' });
    const draft = host.campaign({ contactIds: people.map(({ id }) => id) });
    await expect(host.launch.start(draft.id, 'operator')).rejects.toThrow('no_recipients');
    expect(campaign(draft.id)).toEqual(draft);
    expect([count('launches'), count('attempts')]).toEqual([0, 0]);
    expect(audit()).toEqual([]);
  });

  it('looks again when the plan was changed while it was being looked at (CMP-3)', async () => {
    const people = [host.contact(), host.contact(), host.contact()];
    const draft = host.campaign({ contactIds: people.map(({ id }) => id) });
    const launched = host.launch.start(draft.id, 'operator');
    host.campaigns.update({ id: draft.id, message1: { body: '{{inconnue}}' } });
    await expect(launched).rejects.toThrow('unknown_variable');
    expect(campaign(draft.id).status).toBe('draft');
  });

  it('begins once, and lets nothing but its name, its pace and its end be changed meanwhile (CMP-3)', async () => {
    const people = [host.contact(), host.contact()];
    const draft = host.campaign({ contactIds: people.map(({ id }) => id) });
    const start = async () => host.launch.start(draft.id, 'operator');
    const settled = await Promise.allSettled([start(), start()]);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const wrong = 'wrong_campaign_status';
    expect(() => host.launch.start(draft.id, 'operator')).toThrow(wrong);
    expect(() => host.campaigns.pause(draft.id, 'operator')).toThrow(wrong);
    expect(() => host.campaigns.update({ id: draft.id, message1: { body: 'x' } })).toThrow(wrong);
    host.campaigns.update({ id: draft.id, name: 'Autre', sendsPerMinute: 3 });
    finish();
    expect(campaign(draft.id)).toMatchObject({ name: 'Autre', status: 'running', totalContacts: 2 });
  });

  it('that is cancelled becomes the draft that it was, step by step (UI-5)', async () => {
    const { id } = await begun(3);
    const draft = { ...campaign(id), status: 'draft', preparation: null };
    host.preparation.step();
    host.preparation.step();
    const cancelled = host.campaigns.cancel(id, 'operator');
    expect(cancelled).toMatchObject({ status: 'preparing', preparation: { expected: 2, cancelling: true } });
    expect(host.acceptAll()).toBe(0);
    finish();
    expect(campaign(id)).toEqual(draft);
    const tables = ['attempts', 'attempt_events', 'recipients', 'launches'];
    expect(tables.map(count)).toEqual([0, 0, 0, 0]);
    expect(audit()).toEqual(['campaign.withdraw operator', 'campaign.start operator']);
    // It can be launched anew.
    await host.launch.start(id, 'operator');
    finish();
    expect(host.acceptAll()).toBe(3);
  });
});

describe('what happens while a list is being made', () => {
  it('an opt-out, a removal, a merge: none of these people is written to, and the figures hold (SND-13)', async () => {
    const { id, people } = await begun(6);
    for (let steps = 0; steps < 3; steps++) host.preparation.step();
    const [stopped, removed, kept, , late, other] = people as [Contact, Contact, Contact, Contact, Contact, Contact];
    host.suppressions.add({ phone: stopped.phone, reason: 'stop' });
    host.contacts.remove(removed.id);
    host.suppressions.add({ phone: late.phone, reason: 'stop' });
    host.contacts.merge({ id: kept.id, otherId: other.id }, 'operator');
    expect(campaign(id).status).toBe('preparing');
    finish();
    expect(campaign(id)).toMatchObject({ status: 'running', totalContacts: 4, optedOut: 1, cancelled: 1 });
    expect(host.figures(id).kept).toEqual(host.figures(id).recounted);
    expect(host.acceptAll()).toBe(2);
  });

  it('everybody opts out: nothing is completed before the list is whole, then it is (CMP-10)', async () => {
    const { id, people } = await begun(2);
    host.preparation.step();
    host.suppressions.add({ phone: people[0]!.phone, reason: 'stop' });
    expect(campaign(id).status).toBe('preparing');
    host.suppressions.add({ phone: people[1]!.phone, reason: 'stop' });
    finish();
    expect(campaign(id)).toMatchObject({ status: 'completed', totalContacts: 1, optedOut: 1 });
  });

  it('everybody opts out before the first step: the campaign is a draft again (CMP-4)', async () => {
    const { id, people } = await begun(2);
    for (const { phone } of people) host.suppressions.add({ phone, reason: 'stop' });
    finish();
    expect(campaign(id)).toMatchObject({ status: 'draft', totalContacts: 0 });
  });

  it('its category is removed: the list has everybody all the same, and the category goes after it (CMP-2, CMP-4)', async () => {
    const { id, people, category } = await begun(4);
    host.preparation.step();
    host.categories.remove(category.id);
    expect(host.categories.list({ limit: 50 }).items).toEqual([]);
    expect(host.contacts.get(people[3]!.id).categoryIds).toEqual([]);
    expect(host.contacts.list({ limit: 50, categoryId: category.id }).items).toEqual([]);
    await host.categoryRemoval.idle();
    expect(count('contact_categories')).toBe(4);
    finish();
    expect(campaign(id).totalContacts).toBe(4);
    await host.categoryRemoval.idle();
    expect([count('contact_categories'), count('categories')]).toEqual([0, 0]);
  });

  it('its line is removed: the list goes on for the line that takes over, or is taken back (SND-12)', async () => {
    const { database, outcomes } = host.engine;
    database.exec(`INSERT OR IGNORE INTO lines (id, provider, label, created_at) VALUES ('other', 'simulator', '', 1)`);
    const queue = new LineQueue({ database, outcomes });
    const { id } = await begun(3);
    host.preparation.step();
    expect(queue.waiting('line')).toEqual({ messages: 1, campaigns: 0 });
    queue.move('line', 'other', host.clock.now());
    finish();
    expect(campaign(id)).toMatchObject({ status: 'running', line: 'other' });
    expect(database.prepare(`SELECT DISTINCT line_id FROM attempts`).pluck().all()).toEqual(['other']);

    host.clear();
    const { id: cancelled } = await begun(3, { line: 'line' });
    host.preparation.step();
    expect(queue.cancel('line')).toBe(1);
    finish();
    expect(campaign(cancelled)).toMatchObject({ status: 'draft', line: null, totalContacts: 0, cancelled: 0 });
    expect(count('attempts')).toBe(0);
  });

  it('an answer of somebody on the list belongs to the campaign that has written to them (CMP-8)', async () => {
    const person = host.contact();
    const earlier = host.written([person]);
    const { id } = await begun(2, { contactIds: [person.id] });
    finish();
    host.database.exec(`UPDATE campaigns SET status = 'preparing' WHERE id = '${id}'`);
    expect(host.answer(person.phone).verdict).toBe('applied');
    expect([host.state(earlier, person.id), host.state(id, person.id)]).toEqual(['answered', 'pending']);
  });
});

describe('a campaign that is found preparing without a launch, as in a copy from Supabase', () => {
  const orphan = async (): Promise<string> => {
    const { id } = await begun(3);
    host.preparation.step();
    host.database.exec(`DELETE FROM launches`);
    return id;
  };

  it('becomes a draft again (SYN-3)', async () => {
    const id = await orphan();
    finish();
    expect(campaign(id)).toMatchObject({ status: 'draft', totalContacts: 0 });
    expect(count('attempts')).toBe(0);
  });

  it('runs when a message of it has left: its list was whole then (I4)', async () => {
    const id = await orphan();
    host.database.exec(`UPDATE attempts SET state = 'sent', sending_at = 1, sent_at = 1`);
    finish();
    expect(campaign(id)).toMatchObject({ status: 'running', totalContacts: 1 });
    expect(count('attempts')).toBe(1);
  });
});
