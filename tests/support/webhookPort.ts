import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Agent, request } from 'undici';
import { silentLogger, type Logger } from '../../backend/core/logger.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { createMetaProvider } from '../../backend/sending/providers/meta/client.ts';
import { createWassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import type { WebhookLine } from '../../backend/webhooks/dependencies.ts';
import { createWebhookPort, type PortLimits } from '../../backend/webhooks/port.ts';
import { createTestStore } from './engine.ts';
import { META } from './metaServer.ts';

export const WASSENGER_TOKEN = 'wa-token-0123456789abcdef0123456789';
export const SIGNED_TOKEN = 'signed-token-0123456789abcdef012345';
export const SECRETS = ['current-secret', 'previous-secret'] as const;

export type PortAnswer = { status: number; headers: Record<string, unknown>; text: string };
export type StoredRow = { provider: string; lineId: string | null; body: Buffer; rejected: string | null };

export type PortBench = Awaited<ReturnType<typeof startPortBench>>;

/** The real webhook port on a real inbox, with a line of each kind: by token, signed, and Meta's. */
export async function startPortBench(options: { limits?: Partial<PortLimits>; logger?: Logger } = {}) {
  const files = createTestStore();
  const common = { baseUrl: 'http://127.0.0.1:9', timeoutMs: 1_000, clock: systemClock };
  const wassenger = { ...common, apiKey: 'key', deviceId: 'device' };
  const lines: WebhookLine[] = [
    {
      id: 'plain',
      provider: createWassengerProvider({ ...wassenger, webhookSecrets: [] }),
      webhookToken: WASSENGER_TOKEN,
    },
    {
      id: 'signed',
      provider: createWassengerProvider({ ...wassenger, webhookSecrets: SECRETS }),
      webhookToken: SIGNED_TOKEN,
    },
    {
      id: 'meta',
      provider: createMetaProvider({ ...common, ...META, appSecrets: [META.appSecret] }),
      webhookToken: META.verifyToken,
    },
  ];
  let stored = 0;
  const port = createWebhookPort({
    ...{
      host: '127.0.0.1',
      port: 0,
      inbox: files.store.inbox,
      clock: systemClock,
      logger: options.logger ?? silentLogger,
    },
    lines: { all: () => lines },
    stored: () => {
      stored += 1;
    },
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  await port.start();
  const agent = new Agent({ pipelining: 0 });
  const rows = files.store.inbox.prepare<[], StoredRow>(`
    SELECT provider, line_id AS lineId, body, rejected FROM webhook_inbox ORDER BY id`);

  async function call(
    path: string,
    init: { method?: string; body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<PortAnswer> {
    const { method = 'POST', body, headers = { 'content-type': 'application/json' } } = init;
    const answer = await request(`${port.address()}${path}`, {
      method: method as 'POST',
      dispatcher: agent,
      headers,
      body: body ?? null,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  return {
    ...{ port, lines, files, call },
    /** Posts to the line without a secret. */
    post: (body: unknown, headers?: Record<string, string>) =>
      call(`/webhooks/wassenger/${WASSENGER_TOKEN}`, {
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
        ...(headers === undefined ? {} : { headers }),
      }),
    /** Posts to the line with secrets. */
    postSigned: (body: string, signature: string | null) =>
      call(`/webhooks/wassenger/${SIGNED_TOKEN}`, {
        body,
        headers: {
          'content-type': 'application/json',
          ...(signature === null ? {} : { 'x-wassenger-signature': signature }),
        },
      }),
    rows: () => rows.all(),
    believed: () => rows.all().filter(({ rejected }) => rejected === null),
    stored: () => stored,
    /** A bare connection; everything that comes back is gathered in `received`. */
    raw(): { socket: Socket; received: () => string; closed: Promise<void> } {
      const { port: number } = new URL(port.address() ?? '');
      const socket = connect(Number(number), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      return { socket, received: () => text, closed: new Promise((resolve) => socket.on('close', () => resolve())) };
    },
    async close() {
      await agent.destroy();
      await port.stop();
      files.remove();
    },
  };
}

export function sign(body: string | Buffer, secret: string = SECRETS[0]): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
