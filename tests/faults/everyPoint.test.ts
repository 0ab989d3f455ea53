import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import { HOUR_MS } from '../../backend/core/days.ts';
import { systemClock } from '../../backend/core/clock.ts';
import type { RulesPatch } from '../../backend/simulator/rules.ts';
import { phoneOf } from '../support/faultBench.ts';
import { playToTheEnd, type Workload } from '../support/failpointRuns.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import type { RunningHost } from '../support/processes.ts';
import { isFullLength, playRounds } from '../support/repetitions.ts';

/** Hosts that live and die side by side: most of their time is spent on waiting. */
const AT_ONCE = 4;
const READ: RulesPatch = { delivery: { sentMs: [1, 5], deliveredMs: [5, 10], readShare: 1, readMs: [5, 15] } };

/** Multiples of it, wrapped, fall evenly between 0 and 1 however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** A running campaign for so many contacts, whatever of it was made before a kill. */
async function ensureCampaign(host: RunningHost, contacts: number): Promise<string> {
  const lines = Array.from({ length: contacts }, (_, index) => `Contact ${index},${phoneOf(index)}`);
  const csv = ['name,phone', ...lines].join('\n');
  const report = await host.call<{ categoryId: string }>('POST', '/contacts/import?category=Tous', csv);
  expect(report.status).toBeLessThan(300);
  const { items } = (await host.call<{ items: Campaign[] }>('GET', '/campaigns')).body;
  let [campaign] = items;
  if (campaign === undefined) {
    const created = await host.call<Campaign>('POST', '/campaigns', {
      ...{ name: 'Coupures', categoryIds: [report.body.categoryId] },
      ...{ message1: { body: `${PLANTED_TEXT} 1` }, message2: { body: `${PLANTED_TEXT} 2` } },
    });
    campaign = created.body;
  }
  if (campaign.status === 'draft') await host.call('POST', `/campaigns/${campaign.id}/start`);
  return campaign.id;
}

const inState = (attempts: readonly Attempt[], ...states: Attempt['state'][]): number =>
  attempts.filter(({ state }) => states.includes(state)).length;

const SENDS = [
  ...['none', 'rate_limited', 'bad_gateway_accepted', 'reset_unaccepted', 'reset', 'nonsense'],
  ...['number_not_found', 'none'],
] as const;
const REFUSED = SENDS.indexOf('number_not_found');
/** Its time has not come when the operator cancels it. */
const CANCELLED = SENDS.length - 1;
const phoneOfSend = (index: number): string => phoneOf(100 + index);

const WORKLOADS: readonly Workload[] = [
  {
    name: 'a campaign that meets its daily limit',
    rules: { ...READ, latencyMs: [0, 5] },
    limits: { daily: 5, rolling: 1000 },
    async play(host) {
      await ensureCampaign(host, 6);
    },
    isDone: (attempts) =>
      attempts.length === 6 && inState(attempts, 'read') >= 5 && inState(attempts, 'read', 'pending') === 6,
  },
  {
    name: 'answers and their Message 2, with just enough of the rolling limit',
    rules: { ...READ, answers: { share: 1, delayMs: [1, 40], quotedShare: 0.5 } },
    limits: { daily: 1000, rolling: 8 },
    async play(host) {
      await ensureCampaign(host, 4);
    },
    // The last message that did not leave ends the campaign, and is not tried again: a Message 1 then has no Message 2.
    isDone(attempts) {
      const withoutMessage2 = attempts.filter(
        ({ type, state }) => type === 'message_1' && state === 'failed_final',
      ).length;
      const ended = inState(attempts, 'read', 'failed_final');
      return ended === attempts.length && ended === 8 - withoutMessage2;
    },
  },
  {
    name: 'retries, unknown outcomes, an operator, an import and a launch',
    rules: {
      ...READ,
      retryAfterSeconds: 0,
      phones: Object.fromEntries(
        SENDS.map((fault, index) => [phoneOfSend(index), index === REFUSED ? { always: fault } : { faults: [fault] }]),
      ),
    },
    limits: { daily: 1000, rolling: 1000 },
    async play(host) {
      const sendAt = new Date(systemClock.now() + HOUR_MS).toISOString();
      for (const index of SENDS.keys()) {
        const later = index === CANCELLED ? { sendAt } : {};
        const message = {
          to: phoneOfSend(index),
          body: `${PLANTED_TEXT} ${index}`,
          idempotencyKey: `key-${index}`,
          ...later,
        };
        const queued = await host.call<Attempt>('POST', '/messages', message);
        // The time of the last one is part of what its key stands for.
        expect(queued.status, JSON.stringify(queued.body)).toBeLessThan(index === CANCELLED ? 500 : 300);
      }
      const { items } = (await host.call<{ items: Attempt[] }>('GET', '/attempts?state=pending')).body;
      const waiting = items.find(({ to }) => to === phoneOfSend(CANCELLED));
      if (waiting !== undefined) await host.call('POST', `/attempts/${waiting.id}/cancel`);
      const campaign = await ensureCampaign(host, 2);
      await host.call('POST', `/campaigns/${campaign}/pause`);
      await host.call('POST', '/retries/process', { max: 50 });
      await host.call('POST', `/campaigns/${campaign}/resume`);
    },
    isDone: (attempts) =>
      attempts.length === SENDS.length + 2 &&
      inState(attempts, 'read') === SENDS.length &&
      inState(attempts, 'cancelled', 'failed_final') === 2,
  },
];

describe('a host that is killed at every point where it writes or speaks with the provider', () => {
  it.each(WORKLOADS)(
    'finishes $name, nothing twice and nothing lost; an even sample of the points on each run, all with --long (fault 2; REL-1, REL-2, SND-6, I1, I2, I3, I4, I5, I6, I7, I8, I10, I11)',
    async (workload) => {
      const { killed, names } = await playToTheEnd(workload, { seed: 1 });
      expect(killed).toBe(false);
      const kills = new Set<string>();
      const playAt = async (fatal: number, seed: number): Promise<boolean> => {
        const played = await playToTheEnd(workload, { fatal, seed }).catch((cause: unknown) => {
          throw new Error(`killed at point ${fatal} of about ${names.length}, seed ${seed}: ${String(cause)}`, {
            cause,
          });
        });
        if (played.killed) kills.add(`${fatal} ${played.names.at(-1)}`);
        return played.killed;
      };
      await playRounds({ run: 8, long: names.length, batch: AT_ONCE }, async ({ seed }) => {
        const points = Array.from({ length: AT_ONCE }, (_, index) => seed * AT_ONCE + index).map((number) =>
          // One after the other, or far apart and even however many there are.
          isFullLength() ? 1 + (number % names.length) : 1 + Math.floor(((number * GOLDEN) % 1) * names.length),
        );
        await Promise.all(points.map((fatal) => playAt(fatal, seed)));
      });
      // Runs differ by a few commits: the last point is the one that no run reaches.
      if (isFullLength()) for (let fatal = names.length + 1; await playAt(fatal, 1); fatal++);
      process.stdout.write(`${names.length} points, killed at ${kills.size} of them\n`);
      expect(kills.size).toBeGreaterThan(0);
    },
  );
});
