import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../../tests/support/fakeClock.ts';
import { systemClock } from '../../../core/clock.ts';
import { faultKind } from '../../../simulator/rules.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/simulator.ts';
import type { OutgoingMessage, ProviderEvent } from '../../provider.ts';
import { createWassengerProvider, type WassengerProvider } from './client.ts';

const TIMEOUT_MS = 1_500;
const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
const phone = (number: number): string => `+3363998${String(number).padStart(4, '0')}`;

type Bench = { simulator: Simulator; clock: FakeClock; provider: WassengerProvider };

/** A simulator on a clock that stands still, and a client of it; both end with the test. */
async function startBench(options: SimulatorOptions = {}): Promise<Bench> {
  const clock = createFakeClock('2026-11-20T08:00:00.000Z', () => simulator.settled());
  const simulator = createSimulator({ clock, seed: 1, device: { id: DEVICE }, ...options });
  const { url } = await simulator.start();
  const provider = createWassengerProvider({
    ...{ name: 'simulator', apiKey: 'key', deviceId: DEVICE, baseUrl: url, webhookSecrets: [] },
    // The simulator's clock stands still; ours bounds the wait for it.
    ...{ timeoutMs: TIMEOUT_MS, clock: systemClock },
  });
  onTestFinished(async () => {
    await provider.close();
    await simulator.stop();
  });
  return { simulator, clock, provider };
}

/** Notes the bodies of the webhooks that it gets; ends with the test. */
async function startReceiver(): Promise<{ url: string; bodies: unknown[] }> {
  const bodies: unknown[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`, bodies };
}

const message = (number: number): OutgoingMessage => ({
  ...{ reference: `c1:k${number}:message_1`, phone: phone(number), body: 'Bonjour', media: null, template: null },
  ...{ priority: 4, expiresAt: null },
});

it.each(faultKind.options)('says nothing about a message that the ledger contradicts: %s (SND-6, I4)', async (kind) => {
  const { simulator, provider } = await startBench();
  simulator.addFaults([{ kind: 'none' }, { kind }]);
  await provider.send(message(1));
  const outcome = await provider.send(message(2));
  const isTaken = simulator.ledger({ reference: message(2).reference }).length > 0;
  if (outcome.kind === 'accepted') expect(isTaken).toBe(true);
  if (outcome.kind === 'refused' || outcome.kind === 'not_sent') expect(isTaken).toBe(false);
  expect(simulator.requests()).toHaveLength(2);
  if (outcome.kind === 'unknown') {
    const found = await provider.lookUp(message(2).reference);
    expect(found.kind).toBe(isTaken ? 'found' : 'absent');
  }
});

it('finds a reference although the server lists everything, page by page (SND-6)', async () => {
  const { provider } = await startBench({ rules: { lookup: { ignoresReference: true } } });
  for (let number = 0; number < 120; number += 1) await provider.send(message(number));
  expect(await provider.lookUp(message(0).reference)).toMatchObject({ kind: 'found' });
  expect(await provider.lookUp(message(119).reference)).toMatchObject({ kind: 'found' });
  expect(await provider.lookUp('c1:never:message_1')).toEqual({ kind: 'absent' });
});

it('sees the device, and stops its queue (OPS-1, SND-14)', async () => {
  const { simulator, provider } = await startBench();
  expect(await provider.health()).toEqual({ state: 'online', detail: '', sentToday: 0 });
  expect(await provider.setQueue('pause')).toBe(true);
  expect(simulator.device.queue).toBe('pause');
  simulator.changeDevice({ session: 'offline' });
  expect(await provider.health()).toMatchObject({ state: 'offline' });
});

it.each(['documented', 'object', 'array'] as const)(
  'reads every webhook of the simulator in its %s envelope (WHK-4)',
  async (envelope) => {
    const receiver = await startReceiver();
    const types = ['text', 'emoji', 'voice', 'audio', 'image', 'video', 'document', 'reaction', 'sticker'] as const;
    const { simulator, clock, provider } = await startBench({
      webhookUrl: receiver.url,
      rules: { webhooks: { envelope, outNewShare: 1, reference: 'always' }, delivery: { readShare: 1 } },
    });
    const sent = await provider.send(message(1));
    for (const type of types) simulator.answer({ phone: phone(1), type });
    simulator.answer({ phone: phone(1), type: 'text', hiddenSender: true });
    await clock.advance(60_000);
    await simulator.settled();

    const events: ProviderEvent[] = receiver.bodies.flatMap((body) => provider.readWebhook(body));
    const statuses = events.filter((event) => event.kind === 'status');
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['sent', 'delivered', 'read']));
    for (const { providerIds, reference } of statuses) {
      const known = sent.kind === 'accepted' ? sent.providerIds : [];
      expect(providerIds.some((id) => known.includes(id)) || reference === message(1).reference).toBe(true);
      // An id that is not ours would later match another message.
      expect(providerIds.every((id) => known.includes(id))).toBe(true);
    }
    const answers = events.filter((event) => event.kind === 'answer');
    expect(new Set(answers.map(({ type }) => type))).toEqual(new Set(types));
    expect(answers.filter((answer) => answer.phone === phone(1))).toHaveLength(types.length);
    expect(answers.filter((answer) => answer.phone === null && answer.senderId?.endsWith('@lid'))).toHaveLength(1);
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(events.length);
    await provider.close();
  },
);
