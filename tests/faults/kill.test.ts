import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import { systemClock, sleep } from '../../backend/core/clock.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { FAILPOINT } from '../support/failpointRuns.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../support/processes.ts';
import { onRoundFinished, playRounds } from '../support/repetitions.ts';

/** Rolling and daily limits out of the way: these runs are about doubles and losses. */
const SETTINGS = {
  VIGIE_DAILY_LIMIT: '100000',
  VIGIE_ROLLING_LIMIT: '1000000',
  VIGIE_SENDS_PER_MINUTE: '1800',
  VIGIE_SETTLING_MS: '300',
  VIGIE_RETRY_BASE_MS: '50',
  VIGIE_SEND_TIMEOUT_MS: '2000',
};
/** Of one round. */
const KILLS = 60;
const ACCEPTANCES = 30;
/** Contacts of a campaign that is launched in steps, and commits after which a host dies meanwhile. */
const LISTED = 3_000;
const COMMITS = 25;
const MOST_KILLS = 60;
const WITHIN = { timeout: 90_000, interval: 100 };
const NOWHERE = 'http://127.0.0.1:9/';

let dataDir: string;
let simulator: RunningSimulator;
let host: RunningHost;
/** A provider and a folder for one round, which ends the host that runs then. */
async function begin(rules: object = {}, seed = 1): Promise<void> {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-kill-'));
  simulator = await startSimulator(rules, seed);
  onRoundFinished(async () => {
    await host.end('SIGKILL');
    await simulator.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  await restart();
}

const start = async (): Promise<void> => {
  host = await startHost({ dataDir, provider: simulator, env: SETTINGS });
};
const restart = async (): Promise<void> => {
  await start();
  await simulator.deliverTo(host.webhookUrl);
};

function csvOf(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `Contact ${index},+3363998${String(index).padStart(4, '0')}`,
  );
  return ['name,phone', ...lines].join('\n');
}

async function createCampaign(contacts: number): Promise<Campaign> {
  const report = await host.call<{ categoryId: string }>('POST', '/contacts/import?category=Tous', csvOf(contacts));
  expect(report.body).toMatchObject({ imported: contacts, refused: [] });
  const created = await host.call<Campaign>('POST', '/campaigns', {
    ...{ name: 'Coupures', categoryIds: [report.body.categoryId] },
    ...{ message1: { body: `${PLANTED_TEXT} 1` }, message2: { body: `${PLANTED_TEXT} 2` } },
  });
  return created.body;
}

const act = async (id: string, action: 'start' | 'cancel'): Promise<Campaign> =>
  (await host.call<Campaign>('POST', `/campaigns/${id}/${action}`)).body;

/** Kills the host at the n-th commit after each start, until the campaign is no longer being prepared; how often. */
async function killWhilePreparing(id: string): Promise<number> {
  for (let kills = 0; kills < MOST_KILLS; kills++) {
    const database = openDatabase(path.join(dataDir, 'vigie.db'));
    const status = database.prepare<[string], string>(`SELECT status FROM campaigns WHERE id = ?`).pluck().get(id);
    database.close();
    if (status !== 'preparing') return kills;
    expect(await simulator.ledger()).toEqual([]);
    const dying = { VIGIE_FAILPOINT: String(COMMITS), VIGIE_FAILPOINT_AT: 'before commit of vigie.db' };
    const env = { ...SETTINGS, ...dying };
    // It may die before it has answered anything.
    await startHost({ dataDir, provider: simulator, preload: FAILPOINT, env }).then(
      ({ ended }) => ended,
      () => {},
    );
  }
  throw new Error(`still preparing after ${MOST_KILLS} kills`);
}

/** Every page of a list. */
async function all<Item>(route: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: { items: Item[]; nextCursor: string | null } } = await host.call(
      ...([
        'GET',
        `${route}${route.includes('?') ? '&' : '?'}limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      ] as const),
    );
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

const OPEN_STATES = ['pending', 'sending', 'unknown', 'failed_retry'] as const;

async function openAttempts(): Promise<Attempt[]> {
  const open = [];
  for (const state of OPEN_STATES) open.push(...(await all<Attempt>(`/attempts?state=${state}`)));
  return open;
}

/** Messages without an end in the file of a host that has stopped. */
function openIn(folder: string): number {
  const database = openDatabase(path.join(folder, 'vigie.db'));
  const sql = `SELECT count(*) FROM attempts WHERE state IN (SELECT value FROM json_each(?))`;
  const count = database.prepare<[string], number>(sql).pluck().get(JSON.stringify(OPEN_STATES)) ?? 0;
  database.close();
  return count;
}

/** What the operator does about messages whose outcome the provider could not tell: looks at the provider's own list. */
async function resolveParked(): Promise<number> {
  const parked = await all<Attempt>('/attempts?state=unknown&parked=true');
  const accepted = new Set((await simulator.ledger()).map(({ reference }) => reference));
  for (const { id, reference } of parked) {
    await host.call('POST', `/attempts/${id}/resolve`, { outcome: accepted.has(reference) ? 'sent' : 'not_sent' });
  }
  return parked.length;
}

describe('a host that is killed', () => {
  it('at random moments sends nothing twice, loses nothing and finishes (fault 1; REL-1, I3, I4, I5, I7, I10)', async () => {
    await playRounds({ run: KILLS, long: 5_000, batch: KILLS }, async ({ seed, random }) => {
      await begin(
        {
          latencyMs: [1, 30],
          faults: { number_not_found: 0.03, rate_limited: 0.03, bad_gateway_accepted: 0.02, reset: 0.02 },
          retryAfterSeconds: 0,
          answers: { share: 0.5, delayMs: [5, 200] },
          delivery: { sentMs: [1, 50], deliveredMs: [5, 100], readMs: [5, 200] },
          webhooks: { retryBaseMs: 100, doubledShare: 0.1, shuffleMs: 20 },
        },
        seed,
      );
      const contacts = KILLS * 6;
      const campaign = await act((await createCampaign(contacts)).id, 'start');
      expect(campaign).toMatchObject({ status: 'running', totalContacts: contacts });

      for (let round = 0; round < KILLS; round++) {
        await sleep(systemClock, integerBetween(random, 20, 260));
        await host.end('SIGKILL');
        await restart();
      }

      const settle = (): Promise<void> =>
        vi.waitFor(async () => {
          await resolveParked();
          const states = (await all<Recipient>(`/campaigns/${campaign.id}/recipients`)).map(({ state }) => state);
          expect(states.filter((state) => state === 'pending' || state === 'answered')).toEqual([]);
          expect(await openAttempts()).toEqual([]);
        }, WITHIN);
      await settle();
      // The last answers may arrive while the host stops: what they set off is brought to its end before it is judged.
      await simulator.deliverTo(NOWHERE);
      await settle();
      expect(await host.end()).toBe(0);
      while (openIn(dataDir) > 0) {
        await start();
        await settle();
        expect(await host.end()).toBe(0);
      }
      const references = (await simulator.ledger()).map(({ reference }) => reference);
      expect(new Set(references).size, `seed ${seed}: a message left twice`).toBe(references.length);
      const database = openDatabase(path.join(dataDir, 'vigie.db'));
      const column = (sql: string): unknown[] => database.prepare(sql).pluck().all();
      const taken = column(`SELECT reference FROM attempts WHERE sent_at IS NOT NULL`);
      const stateOf = database.prepare<[string], string>(`SELECT state FROM attempts WHERE reference = ?`).pluck();
      const forgotten = references.filter((reference) => !taken.includes(reference));
      expect(
        forgotten.map((reference) => [reference, stateOf.get(reference)]),
        `seed ${seed}`,
      ).toEqual([]);
      expect(taken.sort(), `seed ${seed}: ledger and attempts differ`).toEqual(references.sort());
      expect(column(`SELECT count(*) FROM attempts WHERE type = 'message_1'`)).toEqual([contacts]);
      expect(column(`SELECT count(*) FROM recipients`)).toEqual([contacts]);
      expect(column(`SELECT sum(message_1 + message_2 + other) FROM daily_stats`)).toEqual([references.length]);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(database.pragma('foreign_key_check')).toEqual([]);
      database.close();
    });
  });

  it('in the middle of a launch, or while one is taken back, goes on with it; nothing leaves before the list is whole (CMP-4, UI-5, REL-1, I4)', async () => {
    await playRounds({ run: 1, long: 20, batch: 1 }, async () => {
      await begin();
      const draft = await createCampaign(LISTED);
      expect(await act(draft.id, 'start')).toMatchObject({ status: 'preparing', preparation: { cancelling: false } });
      expect(await act(draft.id, 'cancel')).toMatchObject({ status: 'preparing', preparation: { cancelling: true } });
      await host.end('SIGKILL');
      await killWhilePreparing(draft.id);
      await restart();
      expect((await host.call<Campaign>('GET', `/campaigns/${draft.id}`)).body).toEqual({
        ...{ ...draft, updatedAt: expect.any(String) as string },
      });
      expect((await host.call<{ items: unknown[] }>('GET', '/attempts')).body.items).toEqual([]);

      expect((await act(draft.id, 'start')).status).toBe('preparing');
      await host.end('SIGKILL');
      expect(await killWhilePreparing(draft.id)).toBeGreaterThan(1);
      await restart();
      await vi.waitFor(async () => {
        expect((await simulator.ledger()).length).toBeGreaterThan(10);
      }, WITHIN);
      await host.end();
      const references = (await simulator.ledger()).map(({ reference }) => reference);
      expect(new Set(references).size).toBe(references.length);
      const database = openDatabase(path.join(dataDir, 'vigie.db'));
      const count = (sql: string): unknown => database.prepare(sql).pluck().get();
      expect(count(`SELECT count(*) FROM attempts`)).toBe(LISTED);
      expect(count(`SELECT count(*) FROM recipients`)).toBe(LISTED);
      expect(count(`SELECT total_contacts FROM campaigns`)).toBe(LISTED);
      expect(count(`SELECT count(*) FROM attempt_events WHERE event = 'queued'`)).toBe(LISTED);
      database.close();
    });
  });

  it('between the acceptance and its record asks the provider and does not send again (fault 3; SND-6, I4, I7)', async () => {
    await playRounds({ run: ACCEPTANCES, long: 1_000, batch: ACCEPTANCES }, async () => {
      await begin();
      for (let round = 0; round < ACCEPTANCES; round++) {
        await simulator.call('POST', '/control/faults', { kind: 'hang' });
        const message = { to: '+33639980001', body: `${PLANTED_TEXT} ${round}` };
        const queued = await host.call<Attempt>('POST', '/messages', message);
        expect(queued.status).toBe(202);
        await vi.waitFor(async () => {
          expect(await simulator.ledger()).toHaveLength(round + 1);
        }, WITHIN);
        await host.end('SIGKILL');
        await restart();
        await vi.waitFor(async () => {
          const { body } = await host.call<Attempt>('GET', `/attempts/${queued.body.id}`);
          expect(['sent', 'delivered', 'read']).toContain(body.state);
        }, WITHIN);
      }
      const references = (await simulator.ledger()).map(({ reference }) => reference);
      expect(references).toHaveLength(ACCEPTANCES);
      expect(new Set(references).size).toBe(ACCEPTANCES);
      const { body } = await host.call('GET', '/monitoring/stats');
      expect(body).toMatchObject({ sent: ACCEPTANCES, other: ACCEPTANCES });
    });
  });
});
