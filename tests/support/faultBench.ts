import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { composeWorkspace, type Workspace } from '../../backend/composeWorkspace.ts';
import { loadConfig } from '../../backend/config.ts';
import type { AttemptState } from '../../backend/contract/attempts.ts';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { dayOf, DAY_MS, MINUTE_MS, SECOND_MS } from '../../backend/core/days.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { seededRandom } from '../../backend/core/random.ts';
import { createWassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import type { SendOutcome } from '../../backend/sending/provider.ts';
import type { RulesPatch } from '../../backend/simulator/rules.ts';
import { createSimulator, type Simulator } from '../../backend/simulator/simulator.ts';
import type { Database } from '../../backend/storage/database.ts';
import { createWebhookInbox } from '../../backend/webhooks/inbox.ts';
import { startedAtOnce } from './campaigns.ts';
import { createTestStore } from './engine.ts';
import { createFakeClock, type FakeClock } from './fakeClock.ts';
import { onRoundFinished } from './repetitions.ts';

export const SEND_TIMEOUT_MS = 15_000;
const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
const START = '2026-11-20T08:00:00.000Z';
/** Longest that real sockets may take between two steps of the clock. */
const SETTLE_MS = 10_000;
/** Turns of the loop without anything under way after which all is quiet. */
const QUIET_TURNS = 3;

/** What the provider took, on its own clock, which no change of ours moves. */
export type Taken = { reference: string; acceptedAt: number };

/** The real application without its doors, a provider over real HTTP, and a clock that a test moves. */
export type FaultBench = {
  clock: FakeClock;
  workspace: Workspace;
  simulator: Simulator;
  database: Database;
  /** The provider's own ledger, oldest first. */
  taken(): Taken[];
  /** Queues messages to phones of their own; gives their references. */
  queue(count: number): string[];
  /** A running campaign for so many contacts. */
  campaign(contacts: number): Campaign;
  /** Stores a webhook as the port does; `workspace.processor.runOnce` reads it. */
  receive(body: object): Promise<void>;
  states(): Partial<Record<AttemptState, number>>;
  /** Lets time pass in steps, asking the provider about unknown outcomes after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  /** What the day's counters say, all days together. */
  counted(): number;
};

export function phoneOf(index: number): string {
  return `+3363998${String(index).padStart(4, '0')}`;
}

/** Most acceptances in any 24 hours and on any UTC day of a ledger (I1, I2). */
export function peaks(taken: readonly Taken[]): { inADay: number; onADay: number } {
  const times = taken.map(({ acceptedAt }) => acceptedAt).sort((a, b) => a - b);
  const days = new Map<string, number>();
  for (const at of times) days.set(dayOf(at), (days.get(dayOf(at)) ?? 0) + 1);
  const inADay = times.map((at) => times.filter((other) => other >= at && other <= at + DAY_MS).length);
  return { inADay: Math.max(0, ...inADay), onADay: Math.max(0, ...days.values()) };
}

/** Most instants of a list that lie within one minute. */
export function mostInAMinute(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(0, ...sorted.map((at) => sorted.filter((other) => other >= at && other < at + MINUTE_MS).length));
}

/**
 * @param options.env settings as the environment gives them
 * @param options.apart the provider has a clock of its own, that `clock.set` does not move
 */
export async function startFaultBench(
  options: { rules?: RulesPatch; env?: Record<string, string>; seed?: number; now?: string; apart?: boolean } = {},
): Promise<FaultBench> {
  const { seed = 1, now = START } = options;
  const underWay = new Set<string>();
  let questions = 0;
  /** Requests that the provider leaves without an answer on purpose: only our deadline ends them. */
  const isAnswered = (reference: string): boolean =>
    !simulator.requests().some((request) => request.reference === reference && request.fault.startsWith('hang'));
  const settle = async (): Promise<void> => {
    const deadline = systemClock.monotonic() + SETTLE_MS;
    for (let quiet = 0; quiet < QUIET_TURNS && systemClock.monotonic() < deadline;) {
      await turnOfTheLoop();
      quiet = questions > 0 || [...underWay].some(isAnswered) ? 0 : quiet + 1;
    }
  };
  const clock = createFakeClock(now, settle);
  const providerClock = { ...clock, now: () => Date.parse(now) + clock.monotonic() };
  const simulator = createSimulator({
    ...{ clock: options.apart === true ? providerClock : clock, seed, device: { id: DEVICE } },
    rules: options.rules ?? {},
  });
  const { url } = await simulator.start();
  const client = createWassengerProvider({
    ...{ name: 'simulator', apiKey: 'key', deviceId: DEVICE, baseUrl: url, webhookSecrets: [] },
    ...{ timeoutMs: SEND_TIMEOUT_MS, clock },
  });
  const provider = {
    ...client,
    async send(message: Parameters<typeof client.send>[0]): Promise<SendOutcome> {
      underWay.add(message.reference);
      return client.send(message).finally(() => underWay.delete(message.reference));
    },
    async lookUp(reference: string) {
      questions += 1;
      return client.lookUp(reference).finally(() => {
        questions -= 1;
      });
    },
  };
  const folder = createTestStore();
  const database = folder.store.main;
  // These are about rules, not about durability.
  for (const file of [database, folder.store.inbox]) file.pragma('synchronous = OFF');
  const environment = { VIGIE_LOCALE: 'fr', VIGIE_SENDS_PER_MINUTE: '60000', VIGIE_SEND_GAP_MS: '0-0', ...options.env };
  const workspace = composeWorkspace({
    config: loadConfig({ dataDir: folder.dataDir, demo: false }, environment),
    ...{ store: folder.store, clock, random: seededRandom(seed), logger: silentLogger, version: '0.0.0' },
    configuredLines: [{ id: 'line', label: 'Line', provider, webhookToken: 'token' }],
    addresses: () => ({ admin: null, webhooks: null }),
  });
  await workspace.dispatcher.start();
  onRoundFinished(async () => {
    const stopped = workspace.dispatcher.stop();
    await clock.advance(SEND_TIMEOUT_MS);
    await stopped;
    await client.close();
    await simulator.stop();
    folder.remove();
  });

  const { services } = workspace;
  const inbox = createWebhookInbox(folder.store.inbox);
  let queued = 0;
  const states = database.prepare<[], { state: AttemptState; count: number }>(
    `SELECT state, count(*) AS count FROM attempts GROUP BY state`,
  );
  const counted = database
    .prepare<[], number>(`SELECT coalesce(sum(message_1 + message_2 + other), 0) FROM daily_stats`)
    .pluck();
  return {
    ...{ clock, workspace, simulator, database },
    taken: () => simulator.ledger().map(({ reference, acceptedAt }) => ({ reference: reference ?? '', acceptedAt })),
    queue: (count) =>
      Array.from({ length: count }, () => {
        const sent = services.messages.send({
          ...{ to: phoneOf(queued++), body: 'Bonjour', type: 'notification', priority: 3, whenPossible: true },
        });
        return sent.attempt.reference;
      }),
    campaign(contacts) {
      const contactIds = Array.from({ length: contacts }, (_, index) => {
        const person = { name: `Contact ${index}`, phone: phoneOf(queued++), attributes: {}, categoryIds: [] };
        return services.contacts.create(person).id;
      });
      const { id } = services.campaigns.create({
        ...{ name: 'Pannes', categoryIds: [], contactIds },
        ...{ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } },
      });
      return startedAtOnce(services.campaigns.start(id, 'test'));
    },
    receive: (body) =>
      inbox.add({
        ...{ receivedAt: clock.now(), provider: 'wassenger', lineId: 'line', rejected: null },
        body: Buffer.from(JSON.stringify(body)),
      }),
    states: () => Object.fromEntries(states.all().map(({ state, count }) => [state, count])),
    async pass(ms, stepMs = 5 * SECOND_MS) {
      for (let left = ms; left > 0; left -= stepMs) {
        await clock.advance(Math.min(left, stepMs));
        await workspace.reconciliation.runOnce();
      }
    },
    counted: () => counted.get() ?? 0,
  };
}
