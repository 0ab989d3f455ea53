import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asSide } from './side.ts';

export type ProviderTask = { delayMs: number };

/** A provider that takes every message after a delay, in Wassenger's words. */
asSide<ProviderTask>(async ({ delayMs }) => {
  let taken = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { reference } = JSON.parse(Buffer.concat(chunks).toString()) as { reference: string };
      setTimeout(() => {
        taken += 1;
        const id = taken.toString(16).padStart(24, '0');
        const text = JSON.stringify({ id, waId: `3EB0${id}`, reference, status: 'queued', deliveryStatus: 'queued' });
        response.writeHead(201, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
      }, delayMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
});
