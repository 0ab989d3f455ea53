import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished } from 'vitest';
import { createFakeClock, type FakeClock } from './fakeClock.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../backend/simulator/simulator.ts';

export const DEVICE = '5f9c1e2b7a4d3c0018e6b2a1';
export const START = '2026-11-20T08:00:00.000Z';

export type Json = Record<string, unknown>;
export type Answered = { status: number; headers: Record<string, unknown>; json: unknown };

/** A simulator on a clock that stands still, and a client for it; both end with the test. */
export type Bench = {
  simulator: Simulator;
  clock: FakeClock;
  url: string;
  /** @param route e.g. `GET /messages` */
  call(route: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** Sends a text to a phone. */
  send(phone: string, fields?: Json): Promise<Answered>;
};

export async function startBench(options: SimulatorOptions = {}): Promise<Bench> {
  const clock = createFakeClock(START, () => simulator.settled());
  const simulator = createSimulator({ clock, seed: 1, ...options });
  const { url } = await simulator.start();
  onTestFinished(() => simulator.stop());

  const call: Bench['call'] = async (route, body, headers = { token: 'key' }) => {
    const [method, path] = route.split(' ');
    const answer = await request(`${url}${path ?? ''}`, {
      method: method as 'GET',
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      json: text === '' ? null : (JSON.parse(text) as unknown),
    };
  };
  const send: Bench['send'] = (phone, fields = {}) =>
    call('POST /messages', {
      device: DEVICE,
      phone,
      message: 'Bonjour',
      reference: `c1:${phone}:message_1`,
      ...fields,
    });
  return { simulator, clock, url, call, send };
}

export type Received = { headers: Record<string, unknown>; text: string; json: unknown };

/** A webhook port that notes what it gets; ends with the test. */
export type Receiver = {
  url: string;
  received: Received[];
  /** Objects that came alone, and the items of arrays, in the order of their arrival. */
  events(name?: string): Json[];
};

/** @param answer status for the n-th request, from 0; null: no answer at all */
export async function startReceiver(answer: (index: number) => number | null = () => 200): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const status = answer(received.length);
      received.push({ headers: incoming.headers, text, json: JSON.parse(text) as unknown });
      if (status !== null) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/wassenger/token`,
    received,
    events: (name) =>
      received
        .flatMap(({ json }) => (Array.isArray(json) ? (json as Json[]) : [json as Json]))
        .filter((event) => name === undefined || event.event === name),
  };
}

/** A phone of the range reserved for fiction. */
export function phone(number: number): string {
  return `+3363998${String(number).padStart(4, '0')}`;
}

/** `expect.poll` with the patience that a busy machine needs. */
export function eventually<Value>(read: () => Value): ReturnType<typeof expect.poll> {
  return expect.poll(read, { timeout: 10_000 });
}
