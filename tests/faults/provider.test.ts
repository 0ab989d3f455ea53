import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../backend/core/days.ts';
import { integerBetween, seededRandom } from '../../backend/core/random.ts';
import { createWassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { mostInAMinute, phoneOf, startFaultBench, type FaultBench } from '../support/faultBench.ts';
import { startRawServer, type RawRequest } from '../support/rawServer.ts';
import { playRounds } from '../support/repetitions.ts';

/** Limits out of the way: these runs are about single answers. */
const ENV = { VIGIE_DAILY_LIMIT: '100000', VIGIE_ROLLING_LIMIT: '1000000' };
const PACE = { ...ENV, VIGIE_SENDS_PER_MINUTE: '60' };
/** Messages of one round. */
const COUNT = 20;
/** First retry of the product: twice the base of 5 minutes, with up to a tenth of chance. */
const OWN_WAIT_MS = { least: 10 * MINUTE_MS, most: 11 * MINUTE_MS + 5 * SECOND_MS };

/** Every message was asked for once, taken once, and both sides count the same (I4, I7). */
function expectOnceEach(bench: FaultBench, references: readonly string[]): void {
  const taken = bench.taken().map(({ reference }) => reference);
  expect(taken.toSorted()).toEqual(references.toSorted());
  expect(
    bench.simulator
      .requests()
      .map(({ reference }) => reference)
      .toSorted(),
  ).toEqual(references.toSorted());
  expect(bench.counted()).toBe(references.length);
}

describe('a provider that takes a message and does not say so', () => {
  it.each(['hang', 'reset', 'bad_gateway_accepted', 'nonsense'] as const)(
    'is asked, not sent to again: %s (fault 10; SND-6, I4, I7, I11)',
    async (kind) => {
      await playRounds({ run: COUNT, long: 500, batch: COUNT }, async ({ seed }) => {
        const bench = await startFaultBench({ seed, env: ENV, rules: { faults: { [kind]: 1 } } });
        const references = bench.queue(COUNT);
        // Four at a time, each for as long as our deadline; then a look-up for each.
        await bench.pass(MINUTE_MS + (COUNT / 4) * 20 * SECOND_MS);
        expectOnceEach(bench, references);
        expect(Object.keys(bench.states()).filter((state) => !['sent', 'delivered'].includes(state))).toEqual([]);
      });
    },
  );

  it('gives the id of another message: each report still finds its own (fault 10; SND-6, WHK-4, I4)', async () => {
    await playRounds({ run: COUNT, long: 500, batch: COUNT }, async ({ seed }) => {
      const bench = await startFaultBench({ seed, env: ENV, rules: { faults: { same_id: 1 } } });
      const references = bench.queue(COUNT);
      await bench.pass(2 * MINUTE_MS);
      expectOnceEach(bench, references);
      const owners = bench.database.prepare(`SELECT count(DISTINCT attempt_id) FROM provider_ids`).pluck().get();
      expect(Number(owners)).toBeLessThan(COUNT);
      // Reports come by webhook, which nobody hears here. Who was left without an id of its own is asked for by reference.
      const state = bench.database.prepare<[string], string>(`
        SELECT state || iif(id IN (SELECT attempt_id FROM provider_ids), '', ', asked') FROM attempts WHERE reference = ?`);
      const states = references.map((reference) => state.pluck().get(reference));
      expect(new Set(states)).toEqual(new Set(['sent', 'delivered, asked']));
    });
  });

  it('answers bytes that are no answer: never an acceptance, never a refusal, one request each (fault 10; SND-6)', async () => {
    const server = await startRawServer();
    let random = seededRandom(0);
    const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => integerBetween(random, 0, 255)));
    const head = 'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n';
    const answers: ((request: RawRequest) => void)[] = [
      ({ socket }) => socket.end(noise(200)),
      ({ socket }) => socket.end('HTTP/1.1 2'),
      ({ socket }) => socket.end(`${head}content-length: 500\r\n\r\n{"id":"6a0f1c2b7a4d3c0018e6b2aa"`),
      ({ socket }) => socket.end(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n{"id":1}\r\n`),
      ({ socket }) => socket.end(`${head}content-length: 2\r\n\r\n[]`),
      ({ socket }) => socket.end(`${head}content-length: 11\r\n\r\n{"id":null}`),
      ({ socket }) => socket.end(Buffer.concat([Buffer.from(`${head}content-length: 64\r\n\r\n`), noise(64)])),
      ({ socket }) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'),
      ({ socket }) => socket.end('HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
      ({ socket }) => socket.resetAndDestroy(),
      ({ socket }) => socket.end(`${head}content-length: 2000000\r\n\r\n${' '.repeat(2_000_000)}`),
    ];
    server.onRequest = (request, index) => answers[index % answers.length]?.(request);
    const provider = createWassengerProvider({
      ...{ apiKey: 'key', deviceId: '5f9c1e2b7a4d3c0018e6b2a1', baseUrl: server.url, webhookSecrets: [] },
      ...{ timeoutMs: 5_000, clock: systemClock },
    });
    try {
      const { length: batch } = answers;
      await playRounds({ run: 2 * batch, long: 45 * batch, batch }, async (round) => {
        random = round.random;
        server.requests.length = 0;
        for (const number of answers.keys()) {
          const message = {
            reference: `m-${number}`,
            phone: phoneOf(number),
            body: 'Bonjour',
            media: null,
            template: null,
          };
          const outcome = await provider.send({ ...message, priority: 3, expiresAt: null });
          expect(outcome.kind, `seed ${round.seed}, answer ${number}`).toBe('unknown');
          expect(server.requests).toHaveLength(number + 1);
        }
      });
    } finally {
      await provider.close();
      await server.close();
    }
  });
});

describe('a provider that says no', () => {
  it.each([
    ['seconds', () => '3600', { least: HOUR_MS, most: HOUR_MS + 10 * SECOND_MS }],
    [
      'a date',
      (now: number) => new Date(now + 2 * HOUR_MS).toUTCString(),
      { least: 2 * HOUR_MS - SECOND_MS, most: 2 * HOUR_MS + MINUTE_MS },
    ],
    ['fewer seconds than our own wait', () => '1', OWN_WAIT_MS],
    ['years', () => '999999999', { least: DAY_MS, most: DAY_MS + 10 * SECOND_MS }],
    ['an exponent', () => '1e9', { least: DAY_MS, most: DAY_MS + 10 * SECOND_MS }],
    ['less than nothing', () => '-5', OWN_WAIT_MS],
    ['a word', () => 'soon', OWN_WAIT_MS],
    ['a date long past', () => 'Thu, 01 Jan 1970 00:00:00 GMT', OWN_WAIT_MS],
    ['nothing', () => '', OWN_WAIT_MS],
  ] as const)(
    'for now, with %s: comes back then, once, with its slot given back meanwhile (fault 11; SND-4, MON-1, I4)',
    async (_form, retryAfter, { least, most }) => {
      const count = 10;
      await playRounds({ run: count, long: 100, batch: count }, async ({ seed }) => {
        const bench = await startFaultBench({ env: ENV, seed });
        bench.simulator.addFaults([{ kind: 'rate_limited', count, retryAfter: retryAfter(bench.clock.now()) }]);
        const references = bench.queue(count);
        await bench.pass(10 * SECOND_MS);
        expect(bench.states()).toEqual({ failed_retry: count });
        expect(bench.counted()).toBe(0);
        // Asleep until shortly before: then no step of the clock is spent on waiting.
        bench.clock.set(bench.clock.now() + least - MINUTE_MS);
        await bench.pass(30 * SECOND_MS);
        expect(bench.states()).toEqual({ failed_retry: count });
        await bench.pass(most - least + 30 * SECOND_MS);
        expect(bench.states()).toEqual({ sent: count });
        expect(
          bench
            .taken()
            .map(({ reference }) => reference)
            .toSorted(),
        ).toEqual(references.toSorted());
        const requests = bench.simulator.requests();
        for (const reference of references) {
          const [first, second, ...more] = requests.filter((request) => request.reference === reference);
          expect(more).toEqual([]);
          expect(second!.at - first!.at).toBeGreaterThanOrEqual(least);
          expect(second!.at - first!.at).toBeLessThanOrEqual(most);
          expect(second!.requestHash).toBe(first!.requestHash);
        }
      });
    },
  );

  it('to everything for now is not asked faster than the pace (fault 11; SND-13, REL-5)', async () => {
    const bench = await startFaultBench({
      ...{ env: { ...ENV, VIGIE_SENDS_PER_MINUTE: '20' } },
      rules: { faults: { rate_limited: 1 }, retryAfter: 'none' },
    });
    bench.queue(100);
    await bench.pass(4 * MINUTE_MS);
    const times = bench.simulator.requests().map(({ at }) => at);
    expect(times.length).toBeGreaterThanOrEqual(60);
    expect(mostInAMinute(times)).toBeLessThanOrEqual(20);
  });

  it('401 in mid-campaign pauses the line; resumed, all leave once and none is lost (fault 11; SND-5, SND-14, I4, I5)', async () => {
    await playRounds({ run: 10, long: 100 }, async ({ seed, random }) => {
      const bench = await startFaultBench({ env: PACE, seed });
      const { services } = bench.workspace;
      const { id } = bench.campaign(30);
      await bench.pass(integerBetween(random, 0, 25) * SECOND_MS, SECOND_MS);
      const before = bench.taken().length;
      bench.simulator.addFaults([{ kind: 'unauthorized', count: 1_000 }]);
      await bench.pass(HOUR_MS, MINUTE_MS);
      const refused = bench.simulator.requests().filter(({ fault }) => fault === 'unauthorized');
      expect(refused.length, `seed ${seed}`).toBe(1);
      expect(services.monitoring.stats().pauses.map(({ scope, reason }) => [scope, reason])).toEqual([
        ['line', 'http_401'],
      ]);
      expect(bench.taken()).toHaveLength(before);
      expect(bench.states()['failed_final']).toBeUndefined();
      bench.simulator.clearFaults();
      services.sending.resume({ scope: 'line', id: 'line' }, 'operator');
      await bench.pass(20 * MINUTE_MS);
      const taken = bench.taken().map(({ reference }) => reference);
      expect(taken).toHaveLength(30);
      expect(new Set(taken).size).toBe(30);
      expect(mostInAMinute(bench.simulator.requests().map(({ at }) => at))).toBeLessThanOrEqual(60);
      const recipients = services.campaigns.recipients({ id, limit: 200 }).items;
      expect(new Set(recipients.map(({ state }) => state))).toEqual(new Set(['message_1_sent']));
    });
  });

  it('to single contacts stops no other, and asks for these once (fault 11; CMP-4, SND-5, MON-1)', async () => {
    const kinds = [
      'number_not_found',
      'contact_blocked',
      'contact_excluded',
      'invalid_phone',
      'media_invalid',
    ] as const;
    const refusedPhones = Array.from({ length: 10 }, (_, index) => phoneOf(index * 3));
    const phones = Object.fromEntries(
      refusedPhones.map((phone, index) => [phone, { always: kinds[index % kinds.length] }] as const),
    );
    const bench = await startFaultBench({ env: ENV, rules: { phones } });
    const { id } = bench.campaign(40);
    await bench.pass(5 * MINUTE_MS);
    expect(bench.taken()).toHaveLength(30);
    expect(bench.simulator.requests()).toHaveLength(40);
    expect(bench.counted()).toBe(30);
    const recipients = bench.workspace.services.campaigns.recipients({ id, limit: 200 }).items;
    for (const { phone, state } of recipients) {
      expect(state).toBe(refusedPhones.includes(phone) ? 'failed' : 'message_1_sent');
    }
    expect(bench.workspace.services.monitoring.stats().pauses).toEqual([]);
  });
});
