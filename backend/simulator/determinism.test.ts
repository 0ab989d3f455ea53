import { describe, expect, test } from 'vitest';
import { demoRules } from './demo/demoRules.ts';
import { phone, startBench, startReceiver } from '../../tests/support/simulatorBench.ts';
import type { RulesPatch } from './rules.ts';

/** Everything at once, without what leaves a client waiting. */
const WILD: RulesPatch = {
  ...demoRules,
  latencyMs: [0, 0],
  faults: { ...demoRules.faults, same_id: 0.05, server_error: 0.1 },
  webhooks: {
    envelope: 'mixed',
    doubledShare: 0.2,
    shuffleMs: 3_000,
    earlyShare: 0.2,
    unknownShare: 0.2,
    lostShare: 0.1,
    aliasShare: 0.5,
    outNewShare: 0.5,
  },
};

type Course = { ledger: unknown[]; webhooks: string[]; statuses: Map<string, number> };

async function runCourse(seed: number, phones: string[]): Promise<Course> {
  const receiver = await startReceiver();
  const { simulator, send, clock } = await startBench({ seed, webhookUrl: receiver.url, rules: WILD });
  const statuses = new Map<string, number>();
  for (const to of phones) statuses.set(to, (await send(to)).status);
  await clock.advance(120_000);
  await simulator.stop();
  return { ledger: simulator.ledger(), webhooks: simulator.deliveries().map(({ body }) => body), statuses };
}

describe('the same seed brings the same course', () => {
  const phones = Array.from({ length: 60 }, (_, number) => phone(number + 1));

  test('answers, ledger and webhooks are the same, byte for byte', async () => {
    const [one, two] = [await runCourse(42, phones), await runCourse(42, phones)];
    expect(one.ledger.length).toBeGreaterThan(40);
    expect(one.webhooks.length).toBeGreaterThan(150);
    expect(two).toEqual(one);
  });

  test('whatever the order in which requests arrive', async () => {
    const one = await runCourse(42, phones);
    const other = await runCourse(42, [...phones].reverse());
    const byPhone = (ledger: unknown[]): unknown[] =>
      (ledger as { phone: string; fault: string }[])
        .filter(({ fault }) => fault !== 'same_id')
        .sort((a, b) => a.phone.localeCompare(b.phone));
    expect(byPhone(other.ledger)).toEqual(byPhone(one.ledger));
    expect([...other.webhooks].sort()).toEqual([...one.webhooks].sort());
    expect([...other.statuses].sort()).toEqual([...one.statuses].sort());
  });

  test('another seed brings another one', async () => {
    const [one, two] = [await runCourse(42, phones), await runCourse(43, phones)];
    expect(two.webhooks).not.toEqual(one.webhooks);
  });
});
