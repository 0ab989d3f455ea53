import { describe, expect, it, vi } from 'vitest';
import type { Campaign, Recipient } from '../../backend/contract/campaigns.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { createSimulator } from '../../backend/simulator/simulator.ts';
import { phoneOf } from '../support/faultBench.ts';
import { judge } from '../support/failpointRuns.ts';
import { temporaryFolders } from '../support/folders.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, type RunningHost } from '../support/processes.ts';
import { onRoundFinished, playRounds } from '../support/repetitions.ts';

const folder = temporaryFolders('vigie-sleep-');
const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
const CONTACTS = 6;
const LIMITS = { daily: 1000, rolling: 2 * CONTACTS };
const SEND_TIMEOUT_MS = 400;
/** The provider's patience with a webhook: while the host is stopped, several tries outlast our patience with a send. */
const SHORT_MS = 150;
const PATIENT_MS = 10_000;
const TRIES_ASLEEP = 4;
const WITHIN = { timeout: 60_000, interval: 10 };

describe('a host that is stopped and goes on (SIGSTOP, SIGCONT)', () => {
  it('across answers of the provider and tries of its webhooks: all leave once, every report and answer counts once (fault 18; REL-4, SND-6, WHK-2, WHK-4, CMP-6, I1, I2, I3, I4, I5, I6, I7, I8, I10)', async () => {
    let unknown = 0;
    await playRounds({ run: 3, long: 20 }, async ({ seed, random }) => {
      const dataDir = folder();
      let host: RunningHost | null = null;
      const simulator = createSimulator({
        ...{ seed, device: { id: DEVICE }, webhookUrl: () => host?.webhookUrl ?? null },
        rules: {
          latencyMs: [20, 120],
          delivery: { sentMs: [1, 20], deliveredMs: [5, 40], readShare: 1, readMs: [5, 60] },
          answers: { share: 1, delayMs: [1, 80] },
          // With our reference in each report: a look-up does not always tell the id that reports have.
          webhooks: {
            reference: 'always',
            retryBaseMs: 20,
            doubledShare: 0.2,
            shuffleMs: 20,
          },
        },
      });
      const { url } = await simulator.start();
      onRoundFinished(() => simulator.stop());
      const env = {
        ...{ VIGIE_DAILY_LIMIT: String(LIMITS.daily), VIGIE_ROLLING_LIMIT: String(LIMITS.rolling) },
        ...{ VIGIE_SEND_TIMEOUT_MS: String(SEND_TIMEOUT_MS), VIGIE_SETTLING_MS: '200', VIGIE_RETRY_BASE_MS: '50' },
      };
      const running = await startHost({ dataDir, provider: { url, device: DEVICE }, env });
      host = running;
      onRoundFinished(() => running.end('SIGKILL'));

      const lines = Array.from({ length: CONTACTS }, (_, index) => `Contact ${index},${phoneOf(index)}`);
      const csv = ['name,phone', ...lines].join('\n');
      const report = await running.call<{ categoryId: string }>('POST', '/contacts/import?category=Tous', csv);
      const { body: campaign } = await running.call<Campaign>('POST', '/campaigns', {
        ...{ name: 'Veille', categoryIds: [report.body.categoryId] },
        ...{ message1: { body: `${PLANTED_TEXT} 1` }, message2: { body: `${PLANTED_TEXT} 2` } },
      });
      await running.call('POST', `/campaigns/${campaign.id}/start`);

      // Once while Message 1 leaves, once while Message 2 does.
      for (const from of [1, CONTACTS + 1]) {
        const asked = integerBetween(random, from, from + CONTACTS - 1);
        await vi.waitFor(() => {
          expect(simulator.requests().length).toBeGreaterThanOrEqual(asked);
        }, WITHIN);
        running.child.kill('SIGSTOP');
        simulator.changeRules({ webhooks: { timeoutMs: SHORT_MS } });
        const before = new Map(simulator.deliveries().map(({ id, tries }) => [id, tries]));
        // What was asked is answered, and the provider has posted in vain again and again.
        await vi.waitFor(() => {
          expect(simulator.ledger()).toHaveLength(simulator.requests().length);
          const tries = simulator.deliveries().map((delivery) => delivery.tries - (before.get(delivery.id) ?? 0));
          expect(Math.max(...tries)).toBeGreaterThanOrEqual(TRIES_ASLEEP);
        }, WITHIN);
        simulator.changeRules({ webhooks: { timeoutMs: PATIENT_MS } });
        running.child.kill('SIGCONT');
      }

      await vi.waitFor(async () => {
        const recipients = await running.call<{ items: Recipient[] }>('GET', `/campaigns/${campaign.id}/recipients`);
        const states = recipients.body.items.map(({ state }) => state);
        expect(states, `seed ${seed}`).toEqual(Array.from({ length: CONTACTS }, () => 'message_2_sent'));
        const { timers, webhooks } = simulator.counts();
        expect(timers + webhooks.waiting + webhooks.inFlight).toBe(0);
        const read = await running.call<{ items: unknown[] }>('GET', '/attempts?state=read');
        expect(read.body.items).toHaveLength(2 * CONTACTS);
      }, WITHIN);
      const timelines = await Promise.all(
        (await running.call<{ items: { id: string }[] }>('GET', '/attempts?limit=100')).body.items.map(({ id }) =>
          running.call<{ timeline: { event: string }[] }>('GET', `/attempts/${id}`),
        ),
      );
      unknown += timelines.filter(({ body }) => body.timeline.some(({ event }) => event === 'outcome_unknown')).length;
      expect(await running.end()).toBe(0);
      expect(simulator.requests(), `seed ${seed}`).toHaveLength(2 * CONTACTS);
      judge(dataDir, simulator, LIMITS);
    });
    process.stdout.write(`${unknown} answers were slept through\n`);
  });
});
