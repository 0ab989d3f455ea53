import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { compose, loadConfig } from '../../backend/compose.ts';
import type { Line, LineInput } from '../../backend/contract/lines.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { toIso } from '../../backend/core/days.ts';
import { createLogger } from '../../backend/core/logger.ts';
import { createTokens } from '../../backend/http/tokens.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../backend/simulator/simulator.ts';
import { tokenKey } from '../../backend/storage/secrets.ts';
import { startMetaServer, type MetaAccount } from './metaServer.ts';

/** A busy machine takes its time. */
export const WITHIN = { timeout: 10_000, interval: 10 };
export const PARIS = { id: '5f9c1e2b7a4d3c0018e6b2a1', phone: '+33639980000', key: 'paris-key-0123456789' };
export const LYON = { id: '6a0f1c2b7a4d3c0018e6b2aa', phone: '+33639980001', key: 'lyon-key-9876543210' };
export const META_1: MetaAccount = {
  ...{ phoneNumberId: '106540352242922', accessToken: 'EAAG-first-token', appSecret: 'first-app-secret' },
  verifyToken: 'first-verify-token',
};
export const META_2: MetaAccount = {
  ...{ phoneNumberId: '207651463353033', accessToken: 'EAAG-second-token', appSecret: 'second-app-secret' },
  verifyToken: 'second-verify-token',
};
/** The status that a webhook is answered with. */
export const post = async (url: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).status;
/** A text that a contact wrote to a device. */
export const answerFrom = (phone: string, id: string, device: string): string =>
  JSON.stringify({
    ...{ id: `evt-${id}`, object: 'message', event: 'message:in:new', created: Math.floor(systemClock.now() / 1000) },
    device: { id: device },
    data: { id, type: 'text', flow: 'inbound', body: 'Oui', date: toIso(systemClock.now()), fromNumber: phone },
  });

export type LineHost = Awaited<ReturnType<typeof startLineHost>>;

export function temporaryDataDir(): string {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-lines-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** The whole application in this process, on free ports, with whatever lines its folder and the environment hold. */
export async function startLineHost(options: { dataDir?: string; env?: Record<string, string>; demo?: boolean } = {}) {
  const { dataDir = temporaryDataDir(), env = {}, demo = false } = options;
  const environment = { VIGIE_SENDS_PER_MINUTE: '60000', VIGIE_SEND_GAP_MS: '0-0', ...env };
  const config = loadConfig({ dataDir, port: '0', webhookPort: '0', ...(demo ? {} : { demo }) }, environment);
  const logged: string[] = [];
  const logger = createLogger('trace', { write: (line) => void logged.push(line) });
  const restart = vi.fn();
  const application = await compose({ config, logger, restart });
  await application.start();
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await application.stop();
    stopped = true;
  };
  onTestFinished(stop);
  const tokens = createTokens({ secret: tokenKey(config), clock: systemClock });
  const { token } = await tokens.issueToken({ role: 'admin', expiresInMs: 3_600_000 });
  const { admin, webhooks } = application.addresses();

  /** One REST call; every answer is kept in `answers`. */
  const answers: string[] = [];
  async function call<Body = Record<string, unknown>>(method: string, route: string, body?: unknown) {
    const response = await fetch(`${admin}/api${route}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(text);
    return { status: response.status, body: JSON.parse(text) as Body };
  }
  return {
    ...{ dataDir, application, restart, stop, call, logged, answers, webhooks: webhooks ?? '' },
    async add(input: LineInput | object): Promise<Line> {
      const { status, body } = await call<Line>('POST', '/lines', input);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    lines: async (): Promise<Line[]> => (await call<Line[]>('GET', '/lines')).body,
    /** Queues a text and gives its id. */
    async send(to: string, more: object = {}): Promise<string> {
      const { status, body } = await call<{ id: string }>('POST', '/messages', { to, body: 'Bonjour', ...more });
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body.id;
    },
    attempt: async (id: string) =>
      (await call<{ state: string; line: string; timeline: { event: string }[] }>('GET', `/attempts/${id}`)).body,
  };
}

/** A provider like Wassenger over HTTP with one device and one key, and what a line for it takes. */
export async function startWassenger(
  device: { id: string; phone: string; key: string },
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; input: Extract<LineInput, { provider: 'wassenger' }> }> {
  const { id, phone, key } = device;
  const simulator = createSimulator({ seed: 1, device: { id, phone }, token: key, ...options });
  const { url } = await simulator.start();
  onTestFinished(() => simulator.stop());
  const input = {
    ...{ provider: 'wassenger' as const, label: `Boutique ${phone}`, deviceId: id, apiKey: key },
    ...{ webhookSecrets: [], baseUrl: url, deliveryReports: true },
  };
  return { simulator, input };
}

/** A Graph API with one number, and what a line for it takes. */
export async function startMeta(account: MetaAccount) {
  const server = await startMetaServer(account);
  onTestFinished(() => server.close());
  const { phoneNumberId, accessToken, appSecret, verifyToken } = account;
  const input = {
    ...{ provider: 'meta' as const, label: `Numéro ${phoneNumberId}`, phoneNumberId, accessToken, verifyToken },
    ...{ appSecrets: [appSecret], baseUrl: server.url },
  };
  return { server, input };
}

/** Takes the keys of all lines out of a folder, as a restore without them does. */
export function loseKeys(dataDir: string): void {
  const file = path.join(dataDir, 'secrets.json');
  const secrets = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...secrets, lines: {} }));
}
