import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createTokens } from '../../backend/http/tokens.ts';
import { systemClock } from '../../backend/core/clock.ts';
import { watchLogs } from './hostLogs.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
/** Signs the tokens of the tests; a host that is started with it takes them. */
export const JWT_SECRET = 'a-secret-of-more-than-32-bytes-for-the-tests-of-vigie';
/** Path token of the hosts that tests start. */
export const WEBHOOK_TOKEN = 'webhook-token-of-the-tests';
const API_KEY = 'key-of-the-tests';

export type RunningProcess = {
  child: ChildProcess;
  /** What followed each announced name on stdout: `admin http://...` gives `admin`. */
  said: Record<string, string>;
  stderr: () => string;
  /** Everything that it wrote to its two outputs. */
  output: () => string;
  /** Resolves when it has ended, by whatever cause, and all of its output is here. */
  ended: Promise<void>;
  /** Ends it and gives its exit code, null after a signal. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/**
 * Starts one of the project's entries on Node 24 and waits until it has announced every one of `names`.
 * `under` is a command line that replaces itself by the entry, such as a shell that sets a limit first.
 */
export async function startEntry(
  entry: string,
  options: {
    args?: string[];
    env?: Record<string, string>;
    names: string[];
    under?: readonly string[];
    /** Loaded into the process before the entry. */
    preload?: string;
    /** Told about it before it has announced anything. */
    started?: (running: Pick<RunningProcess, 'output' | 'ended'>) => void;
  },
): Promise<RunningProcess> {
  const [program = '', ...args] = [
    ...(options.under ?? []),
    process.execPath,
    ...(options.preload === undefined ? [] : ['--import', path.join(ROOT, options.preload)]),
    ...[path.join(ROOT, entry), ...(options.args ?? [])],
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TZ: 'UTC', ...options.env },
  });
  let stderr = '';
  let stdout = '';
  const said: Record<string, string> = {};
  const output = (): string => stdout + stderr;
  const ended = once(child, 'close').then(() => {});
  options.started?.({ output, ended });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const announced = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      for (const line of stdout.split('\n').slice(0, -1)) {
        const [name = '', ...rest] = line.split(' ');
        said[name] = rest.join(' ');
      }
      if (options.names.every((name) => name in said)) resolve();
    });
    void ended.then(() => {
      reject(new Error(`${entry} ended with ${child.exitCode ?? child.signalCode} before it answered:\n${stderr}`));
    });
  });
  await announced;
  return {
    child,
    said,
    stderr: () => stderr,
    output,
    ended,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

export type LedgerEntry = {
  id: string;
  waId: string;
  phone: string;
  reference: string;
  body: string;
  acceptedAt: string;
};

/** The built-in provider simulator as a process of its own. */
export async function startSimulator(rules: object = {}, seed = 1) {
  const running = await startEntry('backend/simulator/main.ts', {
    args: ['--seed', String(seed), '--rules', JSON.stringify(rules)],
    names: ['simulator', 'device'],
  });
  const url = running.said['simulator'] ?? '';
  const call = async (method: string, route: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url.replace(/\/v1$/, '')}${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  return {
    ...running,
    url,
    device: running.said['device'] ?? '',
    call,
    /** Everything that the provider accepted, oldest first. */
    async ledger(): Promise<LedgerEntry[]> {
      const answer = (await call('GET', '/ledger?size=1000')) as LedgerEntry[] | { items: LedgerEntry[] };
      return Array.isArray(answer) ? answer : answer.items;
    },
    /** Where its webhooks go. */
    async deliverTo(webhookUrl: string): Promise<void> {
      await call('PUT', '/control/webhook', { url: webhookUrl });
    },
  };
}
export type RunningSimulator = Awaited<ReturnType<typeof startSimulator>>;

/** A headless host as a process of its own, sending through a provider that speaks Wassenger. */
export async function startHost(options: {
  dataDir: string;
  provider?: { url: string; device: string };
  env?: Record<string, string>;
  entry?: string;
  under?: readonly string[];
  preload?: string;
}) {
  const { dataDir, provider, env = {} } = options;
  const tokens = createTokens({ secret: Buffer.from(JWT_SECRET), clock: systemClock });
  const { token } = await tokens.issueToken({ role: 'admin', expiresInMs: 3_600_000 });
  const secrets = [JWT_SECRET, WEBHOOK_TOKEN, API_KEY, token, env['VIGIE_ADMIN_PASSWORD'] ?? '', env['VIGIE_RELAY_KEY'] ?? ''];
  const running = await startEntry(options.entry ?? 'out/main/host.js', {
    started: ({ output, ended }) => {
      const logs = watchLogs({ dataDir, secrets, output });
      void ended.then(logs.ended);
    },
    args: ['--port', '0', '--webhook-port', '0', '--data-dir', dataDir, '--no-demo'],
    names: ['admin', 'webhooks'],
    ...(options.under && { under: options.under }),
    ...(options.preload !== undefined && { preload: options.preload }),
    env: {
      VIGIE_JWT_SECRET: JWT_SECRET,
      VIGIE_LOG_LEVEL: 'trace',
      VIGIE_SENDS_PER_MINUTE: '60000',
      VIGIE_SEND_GAP_MS: '0-0',
      ...(provider && {
        WASSENGER_API_KEY: API_KEY,
        WASSENGER_DEVICE_ID: provider.device,
        WASSENGER_BASE_URL: provider.url,
        WASSENGER_WEBHOOK_TOKEN: WEBHOOK_TOKEN,
      }),
      ...env,
    },
  });
  const { admin = '', webhooks = '' } = running.said;
  const webhookUrl = `${webhooks}/webhooks/wassenger/${WEBHOOK_TOKEN}`;
  return {
    ...running,
    admin,
    webhooks,
    webhookUrl,
    token,
    /** One REST call; gives the status and the parsed body. */
    async call<Body = Record<string, unknown>>(method: string, route: string, body?: unknown) {
      // A file goes as the text that it is.
      const contentType = typeof body === 'string' ? 'text/csv' : 'application/json';
      const response = await fetch(`${admin}/api${route}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Body };
    },
    /** Posts a webhook as the provider would; gives the status. */
    async webhook(body: unknown): Promise<number> {
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.status;
    },
  };
}
export type RunningHost = Awaited<ReturnType<typeof startHost>>;
