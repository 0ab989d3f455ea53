import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Attempt, AttemptDetail } from '../../backend/contract/attempts.ts';
import type { Protection } from '../../backend/contract/protection.ts';
import { sleep, systemClock } from '../../backend/core/clock.ts';
import { integerBetween } from '../../backend/core/random.ts';
import { filesWith } from '../support/filesOf.ts';
import { column } from '../support/folders.ts';
import { startHost, startSimulator, type RunningHost, type RunningSimulator } from '../support/processes.ts';
import { onRoundFinished, playRounds } from '../support/repetitions.ts';

const SETTINGS = {
  VIGIE_DAILY_LIMIT: '100000',
  VIGIE_ROLLING_LIMIT: '1000000',
  VIGIE_SENDS_PER_MINUTE: '3000',
  VIGIE_SETTLING_MS: '300',
  VIGIE_RETRY_BASE_MS: '50',
};
const MESSAGES = 90;
/** Of one round. */
const KILLS = 3;
const WITHIN = { timeout: 90_000, interval: 100 };
const codeOf = (index: number): string => `PLANTED-CODE-${String(index).padStart(6, '0')}`;

let dataDir: string;
let simulator: RunningSimulator;
let host: RunningHost;

async function begin(seed: number): Promise<void> {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-keys-'));
  simulator = await startSimulator({ latencyMs: [1, 30], delivery: { sentMs: [1, 50], deliveredMs: [5, 100] } }, seed);
  onRoundFinished(async () => {
    await host.end('SIGKILL');
    await simulator.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  await restart();
}
async function restart(): Promise<void> {
  host = await startHost({ dataDir, provider: simulator, env: SETTINGS });
  await simulator.deliverTo(host.webhookUrl);
}
async function queueAll(): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (let index = 0; index < MESSAGES; index++) {
    const { body, status } = await host.call<Attempt>('POST', '/messages', {
      ...{ to: `+3363998${String(index).padStart(4, '0')}`, body: codeOf(index), type: 'otp' },
    });
    expect(status).toBe(202);
    attempts.push(body);
  }
  return attempts;
}
/** Nothing is left to send or to encrypt anew. */
async function expectSettled(): Promise<void> {
  const protection = (await host.call<Protection>('GET', '/protection')).body;
  expect(protection.progress.running).toBe(false);
  for (const state of ['pending', 'sending', 'failed_retry', 'unknown'])
    expect((await host.call<{ items: unknown[] }>('GET', `/attempts?state=${state}`)).body.items).toEqual([]);
}
/** What an operator does about an outcome that nobody knows: looks at the provider's own list. */
async function resolveUnknown(): Promise<void> {
  const accepted = new Set((await simulator.ledger()).map(({ reference }) => reference));
  const { items } = (await host.call<{ items: Attempt[] }>('GET', '/attempts?state=unknown&limit=200')).body;
  for (const { id, reference } of items.filter(({ parkedAt }) => parkedAt !== null))
    await host.call('POST', `/attempts/${id}/resolve`, { outcome: accepted.has(reference) ? 'sent' : 'not_sent' });
}

/** Nothing unreadable, nothing in clear, nothing under a key of before, and each message once with its own text. */
async function check(attempts: readonly Attempt[]): Promise<void> {
  for (const [index, { id }] of attempts.entries()) {
    const { body } = await host.call<AttemptDetail>('GET', `/attempts/${id}`);
    expect(body).toMatchObject({ body: codeOf(index), unreadable: false });
  }
  const { key } = (await host.call<Protection>('GET', '/protection')).body;
  expect(await host.end()).toBe(0);
  expect(
    filesWith(
      dataDir,
      attempts.map((_, index) => codeOf(index)),
    ),
  ).toEqual([]);
  const retired = column<string>(
    path.join(dataDir, 'vigie.db'),
    `SELECT key_id FROM sealing_keys WHERE key_id <> '${key.id}'`,
  );
  expect(retired.length).toBeGreaterThan(0);
  expect(
    filesWith(
      dataDir,
      retired.map((id) => `vigie:sealed:${id}`),
    ),
  ).toEqual([]);
  const ledger = await simulator.ledger();
  const texts = new Map(attempts.map(({ reference }, index) => [reference, codeOf(index)]));
  expect(new Set(ledger.map(({ reference }) => reference)).size).toBe(ledger.length);
  for (const { reference, body } of ledger) expect(body).toBe(texts.get(reference));
  const sent = column<string>(
    path.join(dataDir, 'vigie.db'),
    `SELECT reference FROM attempts WHERE sent_at IS NOT NULL`,
  );
  expect(sent.sort()).toEqual(ledger.map(({ reference }) => reference).sort());
}

describe('the key changed while sending (SEC-3)', () => {
  it('leaves nothing unreadable and nothing in clear, and each message leaves once (I4, I7, I12)', async () => {
    await playRounds({ run: 1, long: 50 }, async ({ seed }) => {
      await begin(seed);
      const attempts = await queueAll();
      for (let turn = 0; turn < 3; turn++) {
        expect((await host.call('POST', '/protection/key/rotate')).status).toBe(200);
        await sleep(systemClock, 150);
      }
      await vi.waitFor(expectSettled, WITHIN);
      expect((await simulator.ledger()).length).toBe(MESSAGES);
      await check(attempts);
    });
  });

  it('and killed in the middle goes on from there (REL-1, I4, I7)', async () => {
    await playRounds({ run: KILLS, long: 300, batch: KILLS }, async ({ seed, random }) => {
      await begin(seed);
      const attempts = await queueAll();
      for (let kill = 0; kill < KILLS; kill++) {
        // Not waited for: the kill may come before the answer.
        const rotated = host.call('POST', '/protection/key/rotate').catch(() => null);
        await sleep(systemClock, integerBetween(random, 0, 40));
        await host.end('SIGKILL');
        await rotated;
        await restart();
      }
      await host.call('POST', '/protection/key/rotate');
      await vi.waitFor(async () => {
        await resolveUnknown();
        await expectSettled();
      }, WITHIN);
      await check(attempts);
    });
  });
});
