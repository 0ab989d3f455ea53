import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Attempt } from '../../backend/contract/attempts.ts';
import { sleep, systemClock } from '../../backend/core/clock.ts';
import type { RulesPatch } from '../../backend/simulator/rules.ts';
import { createSimulator, type Simulator } from '../../backend/simulator/simulator.ts';
import { openDatabase } from '../../backend/storage/database.ts';
import { peaks } from './faultBench.ts';
import { storedRequests } from './storedRequests.ts';
import { startHost, type RunningHost } from './processes.ts';

export const FAILPOINT = 'tests/support/failpoint.ts';
const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
/** All drains within this time after a restart (I11). */
const DRAINED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** An operator's work against a host, in steps that may be repeated: after a kill it is done again from the start. */
export type Workload = {
  name: string;
  rules: RulesPatch;
  limits: { daily: number; rolling: number };
  play: (host: RunningHost) => Promise<void>;
  /** True when nothing is left to do but what waits for another day. */
  isDone: (attempts: readonly Attempt[]) => boolean;
};

/** What a host with a failpoint came to; the names are its points in their order. */
type Played = { killed: boolean; names: string[] };

/** How a host with a failpoint ended, from the file that it wrote. */
export function readFailpoints(file: string): Played {
  // A host that ended before it wrote anything.
  if (!existsSync(file)) return { killed: false, names: [] };
  const { end, names } = JSON.parse(readFileSync(file, 'utf8')) as { end: 'killed' | 'ended'; names: string[] };
  return { killed: end === 'killed', names };
}

/**
 * Plays a workload with a host that dies at its n-th point, then to the end with one that lives, and judges both by
 * the provider's ledger. Without a fatal point the first host does all of it.
 */
export async function playToTheEnd(
  workload: Workload,
  { fatal, seed }: { fatal?: number; seed: number },
): Promise<Played> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-point-'));
  const log = path.join(dataDir, 'points.json');
  let host: RunningHost | null = null;
  const simulator = createSimulator({
    ...{ seed, device: { id: DEVICE }, webhookUrl: () => host?.webhookUrl ?? null },
    rules: {
      webhooks: { reference: 'always', retryBaseMs: 20, doubledShare: 0.3, doubledMs: [0, 30], shuffleMs: 10 },
      ...workload.rules,
    },
  });
  const { url } = await simulator.start();
  const env = {
    VIGIE_DAILY_LIMIT: String(workload.limits.daily),
    VIGIE_ROLLING_LIMIT: String(workload.limits.rolling),
    ...{ VIGIE_SETTLING_MS: '100', VIGIE_RETRY_BASE_MS: '20', VIGIE_SEND_TIMEOUT_MS: '2000' },
  };
  const options = { dataDir, provider: { url, device: DEVICE } };
  const work = async (running: RunningHost): Promise<void> => {
    host = running;
    await workload.play(running);
    await drain(running, simulator, workload);
  };
  try {
    try {
      const failpoint = { VIGIE_FAILPOINT_LOG: log, ...(fatal !== undefined && { VIGIE_FAILPOINT: String(fatal) }) };
      await work(await startHost({ ...options, preload: FAILPOINT, env: { ...env, ...failpoint } }));
      await (host as RunningHost | null)?.end();
    } catch (error) {
      if (!readFailpoints(log).killed) throw error;
    }
    const played = readFailpoints(log);
    if (played.killed) {
      await work(await startHost({ ...options, env }));
      expect(await (host as RunningHost | null)?.end(), 'exit code').toBe(0);
    }
    judge(dataDir, simulator, workload.limits);
    return played;
  } finally {
    await (host as RunningHost | null)?.end('SIGKILL');
    await simulator.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export async function attemptsOf(host: RunningHost): Promise<Attempt[]> {
  return (await host.call<{ items: Attempt[] }>('GET', '/attempts?limit=200')).body.items;
}

/** Waits until all is done, deciding meanwhile as an operator does who looks at the provider's own list. */
async function drain(host: RunningHost, simulator: Simulator, { isDone }: Workload): Promise<void> {
  const until = systemClock.monotonic() + DRAINED_WITHIN_MS;
  for (;;) {
    const attempts = await attemptsOf(host);
    const taken = new Set(simulator.ledger().map(({ reference }) => reference));
    let decided = 0;
    for (const { id, reference, state, parkedAt, errorCode } of attempts) {
      if (state === 'unknown' && parkedAt !== null) {
        const outcome = taken.has(reference) ? 'sent' : 'not_sent';
        decided += Number((await host.call('POST', `/attempts/${id}/resolve`, { outcome })).status === 200);
      }
      // Refused where the campaign is over: the last of its messages stays not sent.
      if (state === 'failed_final' && errorCode === 'resolved_not_sent') {
        decided += Number((await host.call('POST', `/attempts/${id}/retry`)).status === 200);
      }
    }
    const { timers, webhooks } = simulator.counts();
    if (decided + timers + webhooks.waiting + webhooks.inFlight === 0 && isDone(attempts)) return;
    if (systemClock.monotonic() > until) {
      const left = attempts.map(({ reference, state, errorCode }) => `${reference} ${state} ${errorCode ?? ''}`);
      throw new Error(`not drained (I11), the provider has ${timers} steps to go:\n${left.join('\n')}`);
    }
    await Promise.race([sleep(systemClock, LOOK_EVERY_MS), host.ended]);
  }
}

/** The invariants I1 to I8 and I10, on the provider's own ledger and the files of a host that has ended. */
export function judge(dataDir: string, simulator: Simulator, limits: Workload['limits']): void {
  const ledger = simulator.ledger();
  const references = ledger.map(({ reference }) => reference ?? '');
  const { onADay, inADay } = peaks(ledger.map(({ acceptedAt }) => ({ reference: '', acceptedAt })));
  expect(onADay, 'I1').toBeLessThanOrEqual(limits.daily);
  expect(inADay, 'I2').toBeLessThanOrEqual(limits.rolling);
  expect(new Set(references).size, 'I3, I4: references').toBe(references.length);
  const texts = ledger.map(({ phone, body }) => `${phone}: ${body}`);
  expect(new Set(texts).size, 'I3, I4: what a contact got').toBe(texts.length);

  const main = openDatabase(path.join(dataDir, 'vigie.db'));
  const inbox = openDatabase(path.join(dataDir, 'inbox.db'));
  try {
    const column = <Value>(sql: string): Value[] => main.prepare<[], Value>(sql).pluck().all();
    expect(column<string>(`SELECT reference FROM attempts WHERE sent_at IS NOT NULL`).sort(), 'I7').toEqual(
      references.toSorted(),
    );
    expect(column(`SELECT coalesce(sum(message_1 + message_2 + other), 0) FROM daily_stats`), 'I7').toEqual([
      ledger.length,
    ]);
    expect(column(`SELECT count(*) FROM quota_slots`), 'I7').toEqual([ledger.length]);
    const lost = column(`SELECT r.id FROM recipients AS r WHERE r.state NOT IN ('failed', 'opted_out', 'cancelled')
      AND NOT EXISTS (SELECT 1 FROM attempts AS a WHERE a.campaign_id = r.campaign_id AND a.contact_id = r.contact_id)`);
    expect(lost, 'I5').toEqual([]);

    const stored = storedRequests(dataDir, inbox);
    const acknowledged = simulator.deliveries().filter(({ state }) => state === 'acknowledged');
    expect(
      acknowledged.map(({ body }) => body).filter((body) => !stored.includes(body)),
      'I6',
    ).toEqual([]);
    expect(column(`SELECT count(*) FROM webhook_events WHERE verdict = 'failed'`), 'I6').toEqual([0]);
    // Every report of the provider came in the end, some twice, in any order.
    const states = new Map(main.prepare<[], [string, string]>(`SELECT reference, state FROM attempts`).raw().all());
    const folded = ledger.map(({ reference, readAt, deliveredAt }) => [
      reference,
      readAt !== null ? 'read' : deliveredAt !== null ? 'delivered' : 'sent',
    ]);
    expect(
      folded.map(([reference]) => [reference, states.get(reference ?? '')]),
      'I8',
    ).toEqual(folded);
    const answers = simulator.counts().answers.text ?? 0;
    expect(column(`SELECT count(*) FROM interactions`), 'I8: answers').toEqual([answers]);

    for (const database of [main, inbox]) {
      expect(database.pragma('integrity_check', { simple: true }), 'I10').toBe('ok');
      expect(database.pragma('foreign_key_check'), 'I10').toEqual([]);
    }
  } finally {
    main.close();
    inbox.close();
  }
}
