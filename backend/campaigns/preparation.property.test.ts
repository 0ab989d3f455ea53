import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCampaigns, type TestCampaigns } from '../../tests/support/campaigns.ts';
import type { CampaignInput } from '../contract/campaigns.ts';
import { resultInSteps } from '../core/steps.ts';
import { AudienceCounts } from './audienceCounts.ts';
import { AudienceStore } from './audienceStore.ts';

const CATEGORIES = ['a', 'b', 'c'];
const PEOPLE = Array.from({ length: 7 }, (_, index) => `person-${String(index)}`);
const TOWNS = ['', ' ', 'Lyon', 'Nice'];

let host: TestCampaigns;
/** The same file with other sizes of steps: what a launch knows stands in the file alone. */
let small: TestCampaigns['preparation'];
let middling: TestCampaigns['preparation'];
let remove: () => void;
beforeAll(() => {
  host = createTestCampaigns({
    durable: false,
    launchSteps: { atOnce: 0, stepSize: { contacts: 1, rounds: 1, ms: 0 } },
  });
  remove = host.engine.remove;
  small = host.preparation;
  middling = host.composedAnew({ atOnce: 0, stepSize: { contacts: 2, rounds: 3, ms: 0 } }).preparation;
  for (const phone of PEOPLE.keys()) {
    host.database
      .prepare(`INSERT INTO contacts (id, name, phone, created_at, updated_at) VALUES (?, 'Awa', ?, ?, 1)`)
      .run(PEOPLE[phone], `+3363998000${String(phone)}`, 100 - phone);
  }
  const category = host.database.prepare(
    `INSERT INTO categories (id, name, created_at, updated_at) VALUES (?, ?, 1, 1)`,
  );
  for (const id of CATEGORIES) category.run(id, id);
});
afterAll(() => {
  remove();
});

type Plan = {
  memberships: [category: string, person: string][];
  optedOut: string[];
  towns: string[];
  categoryIds: string[];
  contactIds: string[];
};
const plans: fc.Arbitrary<Plan> = fc.record({
  memberships: fc.uniqueArray(fc.tuple(fc.constantFrom(...CATEGORIES), fc.constantFrom(...PEOPLE)), {
    maxLength: 14,
    selector: (pair) => pair.join(),
  }),
  optedOut: fc.subarray(PEOPLE, { maxLength: 3 }),
  towns: fc.array(fc.constantFrom(...TOWNS), { minLength: PEOPLE.length, maxLength: PEOPLE.length }),
  categoryIds: fc.shuffledSubarray(CATEGORIES),
  contactIds: fc.shuffledSubarray([...PEOPLE, 'nowhere'], { maxLength: 4 }),
});
/** Which of the two takes a step, and whether a kill takes it back. */
const steps = fc.array(fc.record({ isSmall: fc.boolean(), isLost: fc.boolean() }), { minLength: 1, maxLength: 6 });

function arrange({ memberships, optedOut, towns }: Plan): void {
  const { database } = host;
  for (const table of [
    'launches',
    'attempt_events',
    'attempts',
    'recipients',
    'campaigns',
    'contact_categories',
    'suppressions',
  ])
    database.exec(`DELETE FROM ${table}`);
  const join = database.prepare(`INSERT INTO contact_categories VALUES (?, ?)`);
  for (const pair of memberships) join.run(...pair);
  const town = database.prepare(`UPDATE contacts SET attributes = json_object('ville', ?) WHERE id = ?`);
  for (const [index, id] of PEOPLE.entries()) town.run(towns[index], id);
  const stop = database.prepare(`INSERT INTO suppressions SELECT phone, 'stop', 1 FROM contacts WHERE id = ?`);
  for (const id of optedOut) stop.run(id);
}

const MESSAGES = { message1: { body: 'Bonjour {{nom}} {{ville|}}' }, message2: { body: 'Merci' } };
const draftOf = ({ categoryIds, contactIds }: Plan, more: Partial<CampaignInput> = {}) =>
  host.campaign({ categoryIds, contactIds, ...MESSAGES, ...more });

/** A step that a kill may take back: until its commit, nothing of it is on disk. */
function step({ isSmall, isLost }: { isSmall: boolean; isLost: boolean }): number {
  const { step: work } = isSmall ? small : middling;
  if (!isLost) return work();
  host.database.exec('BEGIN IMMEDIATE');
  work();
  host.database.exec('ROLLBACK');
  return 1;
}
function play(pattern: readonly { isSmall: boolean; isLost: boolean }[]): void {
  // Not every step is lost.
  const all = [...pattern, { isSmall: true, isLost: false }];
  for (let index = 0; step(all[index % all.length]!) > 0; index++);
}

/** Recipients and messages of a campaign, without what is new each time. */
const made = (campaignId: string) => ({
  recipients: host.database
    .prepare(`SELECT contact_id, phone, state FROM recipients WHERE campaign_id = ? ORDER BY id`)
    .all(campaignId),
  messages: host.database
    .prepare(
      `SELECT contact_id, phone, body, line_id, due_at, priority, max_attempts, time_zone, state, type,
         (SELECT group_concat(event) FROM attempt_events WHERE attempt_id = attempts.id) AS events
       FROM attempts WHERE campaign_id = ? ORDER BY id`,
    )
    .all(campaignId),
  figures: host.figures(campaignId),
  status: host.campaigns.get(campaignId).status,
});
const TABLES = ['launches', 'attempts', 'attempt_events', 'recipients', 'contacts', 'categories', 'contact_categories'];
const stored = (): unknown => [
  ...TABLES.map((table) => host.database.prepare(`SELECT * FROM ${table}`).all()),
  host.database.prepare(`SELECT * FROM attempt_days WHERE attempts > 0`).all(),
  host.campaigns.list({ limit: 50 }).items,
];

/** The preview in one statement for each of its figures. */
function previewed({ categoryIds, contactIds }: Plan, samples: number) {
  const chosen = `WITH chosen AS (
    SELECT contact_id AS id FROM contact_categories WHERE category_id IN (SELECT value FROM json_each(@categoryIds))
    UNION SELECT value FROM json_each(@contactIds))`;
  const eligible = `c.opted_out_at IS NULL AND c.phone NOT IN (SELECT phone FROM suppressions)`;
  const asked = { categoryIds: JSON.stringify(categoryIds), contactIds: JSON.stringify(contactIds) };
  const ids = (condition: string, rest = ''): string[] =>
    host.database
      .prepare<object, string>(
        `${chosen} SELECT id FROM contacts c WHERE id IN (SELECT id FROM chosen) AND ${condition} ${rest}`,
      )
      .pluck()
      .all(asked);
  const filled = ids(`${eligible} AND trim(attributes ->> 'ville') <> ''`).length > 0;
  return {
    eligible: ids(eligible).length,
    optedOut: ids(`NOT (${eligible})`).length,
    unknownVariables: filled ? ['autre'] : ['ville', 'autre'],
    samples: ids(
      eligible,
      `ORDER BY (SELECT min(category.key) FROM json_each(@categoryIds) category CROSS JOIN contact_categories m
         ON m.category_id = category.value AND m.contact_id = c.id) NULLS LAST, id LIMIT ${samples}`,
    ),
  };
}

describe('a launch in steps', () => {
  it('makes what a launch in one call makes, whatever the steps and wherever it is killed (CMP-4, REL-1)', async () => {
    const { launch } = host.composedAnew({ atOnce: 1_000, stepSize: { contacts: 1, rounds: 1, ms: 0 } });
    await fc.assert(
      fc.asyncProperty(plans, steps, async (plan, pattern) => {
        arrange(plan);
        await small.stop();
        await middling.stop();
        const [inSteps, atOnce] = [draftOf(plan), draftOf(plan)];
        let refused: unknown = null;
        try {
          await launch.start(atOnce.id, 'test');
        } catch (error) {
          refused = error;
        }
        const begun = Promise.resolve().then(() => host.launch.start(inSteps.id, 'test'));
        if (refused !== null) {
          await expect(begun).rejects.toThrow(String((refused as Error).message));
          expect(made(inSteps.id)).toEqual(made(atOnce.id));
          return;
        }
        expect((await begun).status).toBe('preparing');
        play(pattern);
        expect(made(inSteps.id)).toEqual(made(atOnce.id));
        expect(host.campaigns.get(inSteps.id).line).toBe('line');
      }),
      { numRuns: 1000 },
    );
  }, 120_000);

  it('that is cancelled leaves no trace, wherever it stands and is killed (UI-5, REL-1)', async () => {
    await fc.assert(
      fc.asyncProperty(plans, steps, steps, async (plan, before, after) => {
        arrange({ ...plan, optedOut: [] });
        fc.pre(plan.contactIds.some((id) => id !== 'nowhere'));
        await small.stop();
        await middling.stop();
        const { id } = draftOf(plan);
        const asItWas = stored();
        await host.launch.start(id, 'test');
        for (const one of before) {
          if (host.campaigns.get(id).status !== 'preparing') return;
          step(one);
        }
        if (host.campaigns.get(id).status !== 'preparing') return;
        host.campaigns.cancel(id, 'test');
        play(after);
        expect(stored()).toEqual(asItWas);
      }),
      { numRuns: 1000 },
    );
  }, 120_000);
});

describe('a preview in steps', () => {
  it('says what one statement over the whole audience says, whatever the steps (CMP-3)', async () => {
    const counts = new AudienceCounts(host.database, new AudienceStore(host.database), 2);
    await fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 1, max: 4 }), async (plan, samples) => {
        arrange(plan);
        const { categoryIds, contactIds } = plan;
        const message1 = { body: '{{nom}} {{ville}} {{autre}} {{rien|x}}' };
        const preview = await host.campaigns.preview({ categoryIds, contactIds, ...MESSAGES, message1, samples });
        const { eligible, optedOut, unknownVariables } = preview;
        const found = { eligible, optedOut, unknownVariables, samples: preview.samples.map((one) => one.contactId) };
        expect(found).toEqual(previewed(plan, samples));
        const inSteps = await resultInSteps(counts.count({ categoryIds, contactIds }, 1));
        expect(inSteps).toEqual({ contacts: eligible + optedOut, optedOut });
      }),
      { numRuns: 1000 },
    );
  }, 120_000);
});
