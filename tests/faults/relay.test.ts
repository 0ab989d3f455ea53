import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStore } from '../../resources/supabase/functions/relay/store.ts';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import type { Relay } from '../../backend/contract/relay.ts';
import { integerBetween, seededRandom, type Random } from '../../backend/core/random.ts';
import { createSimulator } from '../../backend/simulator/simulator.ts';
import { openStore } from '../../backend/storage/store.ts';
import { MIGRATIONS } from '../support/engine.ts';
import { phoneOf } from '../support/faultBench.ts';
import { FAILPOINT, readFailpoints } from '../support/failpointRuns.ts';
import { column, temporaryFolders } from '../support/folders.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, WEBHOOK_TOKEN, type RunningHost } from '../support/processes.ts';
import { startRelayFunction } from '../support/relayFunction.ts';
import { RELAY_KEY, startRelayTable, type RelayTable } from '../support/relayTable.ts';
import { playRounds } from '../support/repetitions.ts';
import { incoming } from '../support/wassengerEvents.ts';

const folder = temporaryFolders('vigie-relay-');
const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
const PATH = `/webhooks/wassenger/${WEBHOOK_TOKEN}`;
const WITHIN = { timeout: 60_000, interval: 50 };
const CONTACTS = 12;

async function startRelay() {
  const table = await startRelayTable();
  const relay = await startRelayFunction({ tokens: [WEBHOOK_TOKEN], verifyToken: null, store: createStore(table) });
  onTestFinished(async () => {
    await relay.stop();
    await table.stop();
  });
  return { table, address: relay.url + PATH, env: { VIGIE_RELAY_URL: table.url, VIGIE_RELAY_KEY: RELAY_KEY } };
}

/** The rows come in another order than they were received in. */
function shuffle(table: RelayTable, random: Random): void {
  const rows = table.rows();
  for (const [index, row] of rows.entries()) {
    const other = rows[integerBetween(random, index, rows.length - 1)]!;
    [row.id, other.id] = [other.id, row.id];
  }
}

async function startCampaign(host: RunningHost): Promise<string> {
  const lines = Array.from({ length: CONTACTS }, (_, index) => `Contact ${index},${phoneOf(index)}`);
  const csv = ['name,phone', ...lines].join('\n');
  const { body: report } = await host.call<{ categoryId: string }>('POST', '/contacts/import?category=Tous', csv);
  const { body: campaign } = await host.call<Campaign>('POST', '/campaigns', {
    ...{ name: 'Relais', categoryIds: [report.categoryId] },
    ...{ message1: { body: `${PLANTED_TEXT} 1` }, message2: { body: `${PLANTED_TEXT} 2` } },
  });
  expect((await host.call('POST', `/campaigns/${campaign.id}/start`)).status).toBe(200);
  return campaign.id;
}

describe('webhooks sent to the relay while the host is stopped', () => {
  it('are all processed after its start, in any order, once: deliveries, answers, follow-ups; then live within 5 s (WHK-2, WHK-4, WHK-7, CMP-6, I3, I4)', async () => {
    const { table, address, env } = await startRelay();
    const dataDir = folder();
    const simulator = createSimulator({
      ...{ seed: 7, device: { id: DEVICE }, webhookUrl: () => address },
      rules: {
        webhooks: { reference: 'always', retryBaseMs: 20, doubledShare: 0.4, doubledMs: [0, 30], shuffleMs: 10 },
        delivery: { sentMs: [1500, 2500], deliveredMs: [10, 50], readShare: 1, readMs: [10, 50] },
        answers: { share: 1, delayMs: [1500, 2500], quotedShare: 0.5 },
      },
    });
    const { url } = await simulator.start();
    onTestFinished(() => simulator.stop());
    const options = { dataDir, provider: { url, device: DEVICE }, env };

    const first = await startHost(options);
    const campaign = await startCampaign(first);
    await expect.poll(() => simulator.ledger().length, WITHIN).toBe(CONTACTS);
    expect(await first.end()).toBe(0);
    await expect.poll(() => simulator.counts().timers + simulator.counts().webhooks.waiting, WITHIN).toBe(0);
    // Sent, delivered, read and an answer for each, and some of them twice.
    expect(table.waiting().length).toBeGreaterThan(4 * CONTACTS - 5);
    expect(simulator.ledger()).toHaveLength(CONTACTS);
    shuffle(table, seededRandom(11));

    const second = await startHost(options);
    onTestFinished(() => second.end('SIGKILL'));
    await expect.poll(() => simulator.ledger().length, WITHIN).toBe(2 * CONTACTS);
    const attempts = async () => (await second.call<{ items: Attempt[] }>('GET', '/attempts?limit=200')).body.items;
    await expect
      .poll(async () => (await attempts()).filter(({ state }) => state === 'read').length, WITHIN)
      .toBe(2 * CONTACTS);
    const recipients = await second.call<{ items: Recipient[] }>('GET', `/campaigns/${campaign}/recipients?limit=200`);
    expect(new Set(recipients.body.items.map(({ state }) => state))).toEqual(new Set(['message_2_sent']));
    await expect.poll(() => table.rows(), WITHIN).toEqual([]);

    const at = Date.now();
    const body = JSON.stringify(incoming({ id: '3EB0LIVE' }, { id: 'evt-live' }));
    const posted = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(posted.status).toBe(200);
    const processed = `SELECT count(*) FROM webhook_events WHERE provider_message_id = '3EB0LIVE'`;
    await expect
      .poll(() => column(path.join(dataDir, 'vigie.db'), processed), { timeout: 5_000, interval: 50 })
      .toEqual([1]);
    expect(Date.now() - at).toBeLessThan(5_000);
    expect((await second.call<Relay>('GET', '/relay')).body).toMatchObject({ state: 'live', waiting: 0, setAside: 0 });
    expect(await second.end()).toBe(0);

    const references = simulator.ledger().map(({ reference }) => reference);
    expect(new Set(references).size).toBe(2 * CONTACTS);
    const repeated = `SELECT count(*) FROM webhook_events WHERE verdict <> 'duplicate' GROUP BY dedupe_key HAVING count(*) > 1`;
    expect(column(path.join(dataDir, 'vigie.db'), repeated)).toEqual([]);
    expect(
      column(
        path.join(dataDir, 'vigie.db'),
        `SELECT count(*) FROM webhook_events WHERE verdict IN ('failed', 'rejected')`,
      ),
    ).toEqual([0]);
  });
});

describe.each([
  ['before it acknowledges what it stored', 'before request DELETE /rest/v1/webhook_inbox'],
  ['in the commit of what it read', 'commit of inbox.db'],
])('a host that is killed %s', (_moment, point) => {
  it('has all of it after a restart, each once (fault 15; WHK-2, WHK-4, WHK-7, REL-1, I6, I10)', async () => {
    const { table, env } = await startRelay();
    const dataDir = folder();
    openStore(dataDir, MIGRATIONS).close();
    const log = path.join(folder(), 'points.json');
    const files = { inbox: path.join(dataDir, 'inbox.db'), main: path.join(dataDir, 'vigie.db') };
    const options = { dataDir, provider: { url: 'http://127.0.0.1:9', device: DEVICE } };
    const sent: string[] = [];
    await playRounds({ run: 2, long: 50 }, async ({ seed, random }) => {
      for (let count = integerBetween(random, 1, 150); count > 0; count -= 1) {
        const id = `m${sent.length}`;
        sent.push(id);
        table.add({ path: PATH, bytes: JSON.stringify(incoming({ id, body: `${PLANTED_TEXT} ${id}` }, { id })) });
      }
      const fatal = { VIGIE_FAILPOINT: '1', VIGIE_FAILPOINT_AT: point, VIGIE_FAILPOINT_LOG: log };
      const host = await startHost({ ...options, preload: FAILPOINT, env: { ...env, ...fatal } });
      await host.ended;
      expect(readFailpoints(log), `seed ${seed}`).toMatchObject({ killed: true });
      // Not acknowledged, so all of it is still there.
      const left = new Set(table.rows().map(({ key }) => key));
      const stored = column<string>(files.inbox, `SELECT relay_key FROM webhook_inbox`);
      expect(left.size + stored.filter((key) => !left.has(key)).length, `seed ${seed}`).toBe(sent.length);
    });
    const last = await startHost({ ...options, env });
    const ids = `SELECT provider_message_id FROM webhook_events`;
    await expect.poll(() => column<string>(files.main, ids).toSorted(), WITHIN).toEqual(sent.toSorted());
    await expect.poll(() => table.rows(), WITHIN).toEqual([]);
    expect(await last.end()).toBe(0);
    expect(column(files.inbox, `SELECT count(*) FROM webhook_inbox`)).toEqual([sent.length]);
    for (const file of Object.values(files)) expect(column(file, 'PRAGMA integrity_check')).toEqual(['ok']);
  });
});
