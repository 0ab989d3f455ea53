import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { createDraws } from './draws.ts';
import { faultByRules } from './faults.ts';
import { type Bench, DEVICE, eventually, type Json, phone, startBench } from '../../tests/support/simulatorBench.ts';
import { REFUSALS, type RefusalKind } from './refusals.ts';
import { createRules } from './rules.ts';

/** How a send ends: `answered`, else its error code. The client gives up as soon as `given` resolves. */
async function endOf(bench: Bench, given?: () => Promise<unknown>): Promise<string> {
  const patience = new AbortController();
  const body = JSON.stringify({ device: DEVICE, phone: phone(1), message: 'Bonjour', reference: 'r1' });
  const options = { method: 'POST' as const, headers: { token: 'key' }, body, signal: patience.signal };
  const ended = request(`${bench.url}/messages`, options)
    .then((answer) => answer.body.text())
    .then(
      () => 'answered',
      (error: { name: string; code?: unknown }) => (typeof error.code === 'string' ? error.code : error.name),
    );
  if (given) {
    await given();
    patience.abort();
  }
  return ended;
}

describe('refusals', () => {
  test.each(Object.keys(REFUSALS) as RefusalKind[])(
    '%s is told with its status and code, and nothing is taken',
    async (kind) => {
      const { send, simulator } = await startBench();
      simulator.addFaults([{ kind }]);
      const { status, json } = await send(phone(1));
      const { code, message } = REFUSALS[kind];
      expect(status).toBe(REFUSALS[kind].status);
      expect(json).toEqual({
        status,
        message,
        errorCode: `error:${code}`,
        errors: [{ code, reason: expect.any(String) as unknown, message }],
      });
      expect(simulator.ledger()).toEqual([]);
      expect((await send(phone(1))).status).toBe(201);
    },
  );

  test.each([
    ['full', ['errorCode', 'errors']],
    ['error_code', ['errorCode']],
    ['errors', ['errors']],
    ['bare', []],
  ] as const)('the error shape %s shows %j', async (errorShape, fields) => {
    const { send } = await startBench({ rules: { errorShape, faults: { number_not_found: 1 } } });
    const { json } = await send(phone(1));
    expect(Object.keys(json as Json)).toEqual(['status', 'message', ...fields]);
  });

  test('Retry-After comes as seconds, as a date, absurd, or not at all (SND-4)', async () => {
    const { send, simulator } = await startBench({ rules: { faults: { rate_limited: 1 } } });
    const waits = async (): Promise<unknown> => (await send(phone(1))).headers['retry-after'];
    expect(await waits()).toBe('30');
    simulator.changeRules({ retryAfter: 'date', retryAfterSeconds: 90 });
    expect(await waits()).toBe('Fri, 20 Nov 2026 08:01:30 GMT');
    simulator.changeRules({ retryAfter: 'absurd' });
    expect(await waits()).not.toMatch(/^\d{1,6}$/);
    simulator.changeRules({ retryAfter: 'none' });
    expect(await waits()).toBeUndefined();
    simulator.addFaults([{ kind: 'unavailable', retryAfter: '7' }]);
    expect(await waits()).toBe('7');
  });
});

describe('lost answers', () => {
  test.each([
    ['hang', true],
    ['hang_unaccepted', false],
  ] as const)('%s: no answer comes, accepted: %s', async (kind, accepted) => {
    const bench = await startBench({ rules: { faults: { [kind]: 1 } } });
    const seen = (): Promise<unknown> => eventually(() => bench.simulator.requests()).toHaveLength(1);
    expect(await endOf(bench, seen)).toMatch(/abort/i);
    expect(bench.simulator.ledger()).toHaveLength(accepted ? 1 : 0);
    expect(bench.simulator.requests()).toMatchObject([{ fault: kind, accepted }]);
  });

  test.each([
    ['reset', true],
    ['reset_unaccepted', false],
  ] as const)('%s: the connection is cut, accepted: %s', async (kind, accepted) => {
    const bench = await startBench({ rules: { faults: { [kind]: 1 } } });
    expect(await endOf(bench)).toMatch(/ECONNRESET|UND_ERR_SOCKET|EPIPE/);
    expect(bench.simulator.ledger()).toHaveLength(accepted ? 1 : 0);
  });

  test('bad_gateway_accepted: 502 for a message that was taken and can be found', async () => {
    const { send, call } = await startBench({ rules: { faults: { bad_gateway_accepted: 1 } } });
    expect((await send(phone(1), { reference: 'r1' })).status).toBe(502);
    expect((await call('GET /messages?reference=r1')).json).toMatchObject([{ reference: 'r1', status: 'queued' }]);
  });

  test('nonsense: 200 without an id, for a message that was taken', async () => {
    const bench = await startBench({ rules: { faults: { nonsense: 1 } } });
    for (let number = 1; number <= 12; number++) {
      const answer = await request(`${bench.url}/messages`, {
        method: 'POST',
        headers: { token: 'key' },
        body: JSON.stringify({ device: DEVICE, phone: phone(number), message: 'Bonjour' }),
      });
      expect(answer.statusCode).toBe(200);
      expect(await answer.body.text()).not.toMatch(/"id":"/);
    }
    expect(bench.simulator.ledger()).toHaveLength(12);
  });

  test('same_id: the answer carries the ids of the message before', async () => {
    const { send, simulator } = await startBench();
    const first = (await send(phone(1))).json as Json;
    simulator.addFaults([{ kind: 'same_id' }]);
    const second = (await send(phone(2))).json as Json;
    expect([second.id, second.waId]).toEqual([first.id, first.waId]);
    expect(new Set(simulator.ledger().map(({ id }) => id)).size).toBe(2);
  });

  test('slow: accepted at once, answered after slowMs', async () => {
    const { send, simulator, clock } = await startBench({ rules: { faults: { slow: 1 }, slowMs: 20_000 } });
    let answered = false;
    const sending = send(phone(1)).then(({ status }) => {
      answered = true;
      return status;
    });
    await eventually(() => simulator.ledger()).toHaveLength(1);
    await clock.advance(19_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await sending).toBe(201);
  });

  test('latency comes before the acceptance, also when the client has gone', async () => {
    const bench = await startBench({ rules: { latencyMs: [3_000, 3_000] } });
    const waiting = (): Promise<unknown> => eventually(() => bench.clock.pending()).toBe(1);
    expect(await endOf(bench, waiting)).toMatch(/abort/i);
    expect(bench.simulator.ledger()).toHaveLength(0);
    await bench.clock.advance(3_000);
    expect(bench.simulator.ledger()).toHaveLength(1);
  });
});

describe('which request is struck', () => {
  test('faults asked for come first, as often as asked, for the phone that was named', async () => {
    const { send, simulator } = await startBench();
    simulator.addFaults([
      { kind: 'unavailable', phone: phone(2), count: 2 },
      { kind: 'rate_limited', count: 1 },
    ]);
    const statuses = [];
    for (const number of [1, 2, 2, 2, 1]) statuses.push((await send(phone(number))).status);
    expect(statuses).toEqual([429, 503, 503, 201, 201]);
  });

  test('a phone with a behaviour of its own always behaves so', async () => {
    const rules = {
      faults: { forbidden: 1 },
      phones: {
        [phone(1)]: { faults: ['rate_limited', 'none'] as ('rate_limited' | 'none')[] },
        [phone(2)]: { always: 'contact_blocked' as const },
      },
    };
    const { send } = await startBench({ rules });
    const statuses = [];
    for (const number of [1, 1, 1, 2, 2, 3]) statuses.push((await send(phone(number))).status);
    expect(statuses).toEqual([429, 201, 201, 400, 400, 403]);
  });

  test('shares are kept over many phones, and the same seed strikes the same phones', () => {
    const rules = createRules({ faults: { rate_limited: 0.1, hang: 0.05 } });
    const kinds = (seed: number): string[] =>
      Array.from({ length: 4_000 }, (_, number) => {
        const random = createDraws(seed).stream('fault', phone(number));
        return faultByRules(random, rules, { phone: phone(number), number: 1 }).kind;
      });
    const drawn = kinds(7);
    const share = (kind: string): number => drawn.filter((other) => other === kind).length / drawn.length;
    expect(share('rate_limited')).toBeCloseTo(0.1, 1);
    expect(share('hang')).toBeCloseTo(0.05, 1);
    expect(share('none')).toBeGreaterThan(0.8);
    expect(kinds(7)).toEqual(drawn);
    expect(kinds(8)).not.toEqual(drawn);
  });

  test('a provider that is down refuses connections, then is back with its ledger', async () => {
    const bench = await startBench();
    await bench.send(phone(1));
    bench.simulator.goDown(1_800_000);
    await eventually(() => endOf(bench)).toBe('ECONNREFUSED');
    await bench.clock.advance(1_800_000);
    await eventually(() => endOf(bench)).toBe('answered');
    expect(bench.simulator.ledger().length).toBeGreaterThanOrEqual(2);
  });
});
