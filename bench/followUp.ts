import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../backend/core/clock.ts';
import type { RunningHost } from '../tests/support/processes.ts';
import type { Subject } from './subject.ts';
import type { Figure } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { DEVICE, startBenchHost } from './support/host.ts';
import { paced } from './support/paced.ts';
import { size } from './support/size.ts';
import { percentile } from './support/statistics.ts';
import { signedWebhook } from './support/webhooks.ts';

const CONTACTS = size(200);
const ANSWERS_PER_SECOND = 20;
const POLL_MS = 20;

const phoneOf = (index: number): string => `+336399${String(80_000 + index)}`;

/** A provider that takes every message at once and remembers when. */
async function startProvider() {
  const taken = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      const { phone, reference } = JSON.parse(Buffer.concat(chunks).toString()) as { phone: string; reference: string };
      taken.set(`${phone} ${reference.endsWith('message_2') ? '2' : '1'}`, performance.now());
      const id = taken.size.toString(16).padStart(24, '0');
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id, reference }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { taken, server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

async function startCampaign(host: RunningHost): Promise<void> {
  const lines = Array.from({ length: CONTACTS }, (_, index) => `Contact ${String(index)};${phoneOf(index)}`);
  await host.call('POST', '/contacts/import?category=Clients', ['nom;telephone', ...lines].join('\n'));
  const { body: categories } = await host.call<{ items: { id: string }[] }>('GET', '/categories');
  const { body: campaign } = await host.call<{ id: string }>('POST', '/campaigns', {
    ...{ name: 'Bench', categoryIds: categories.items.map(({ id }) => id) },
    ...{ message1: { body: 'Bonjour' }, message2: { body: 'Merci' } },
  });
  const { status } = await host.call('POST', `/campaigns/${campaign.id}/start`);
  if (status !== 200) throw new Error(`the campaign did not start: ${String(status)}`);
}

async function run(dataDir: string): Promise<Figure[]> {
  const provider = await startProvider();
  const host = await startBenchHost({ dataDir, providerUrl: provider.url });
  try {
    await startCampaign(host);
    while (provider.taken.size < CONTACTS) await sleep(POLL_MS);
    const at = systemClock.now();
    const answers = Array.from({ length: CONTACTS }, (_, index) =>
      signedWebhook({ phone: phoneOf(index), device: DEVICE, at }),
    );
    const startedAt = performance.now();
    await paced(host.webhookUrl, answers, ANSWERS_PER_SECOND);
    while (provider.taken.size < 2 * CONTACTS) await sleep(POLL_MS);
    const times = answers.map(
      (_, index) =>
        (provider.taken.get(`${phoneOf(index)} 2`) ?? NaN) - startedAt - (index * 1_000) / ANSWERS_PER_SECOND,
    );
    return [
      {
        ...{ id: 'PRF-7', name: 'webhook sent to Message 2 at the provider, p99 of 200', unit: 'ms' },
        ...{ goal: { atMost: 100 }, rounds: [percentile(times, 0.99)], reference: [] },
        detail: `median ${percentile(times, 0.5).toFixed(1)} ms; the rule is 5 s`,
      },
    ];
  } finally {
    await host.end();
    provider.server.close();
  }
}

/** PRF-7: an answer is followed up at once. */
export const followUp: Subject = {
  name: 'followUp',
  leavesOut: 'The way to the provider and back: it is a process of the same machine that answers at once.',
  run: () => inFolder(run),
};
