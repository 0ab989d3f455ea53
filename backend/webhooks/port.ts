import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { SECOND_MS } from '../core/days.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import type { Database } from '../storage/database.ts';
import type { BodyCipher } from '../storage/encryption/bodyCipher.ts';
import type { WebhookLines } from './dependencies.ts';
import { createWebhookInbox } from './inbox.ts';
import { createIntake, INTAKE_LIMITS, type IntakeLimits } from './intake.ts';
import { createRoutes } from './routes.ts';

export type WebhookPort = Service & {
  /** `http://HOST:PORT` while it listens, else null. */
  address(): string | null;
};

export type PortLimits = IntakeLimits & {
  maxBodyBytes: number;
  /** A sender that takes longer for its headers, or for the whole request, is cut. */
  headersTimeoutMs: number;
  requestTimeoutMs: number;
  maxConnections: number;
};

export type WebhookPortDependencies = {
  host: string;
  /** 0 takes a free one. */
  port: number;
  inbox: Database;
  /** Absent for a file without keys. */
  cipher?: BodyCipher | undefined;
  lines: WebhookLines;
  clock: Clock;
  logger: Logger;
  /** Something was stored: there is work for the processor. */
  stored: () => void;
  limits?: Partial<PortLimits>;
};

const LIMITS: PortLimits = {
  ...INTAKE_LIMITS,
  maxBodyBytes: 256 * 1024,
  headersTimeoutMs: 10 * SECOND_MS,
  requestTimeoutMs: 15 * SECOND_MS,
  maxConnections: 512,
};
/** How long a stop waits for requests under way. */
const STOP_GRACE_MS = 3 * SECOND_MS;
const SWEEP_MS = 25;
const STATUS_TEXTS: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** The only port that may face the internet: it takes webhooks, and nothing else (WHK-1). */
export function createWebhookPort(dependencies: WebhookPortDependencies): WebhookPort {
  const { host, clock, logger, lines } = dependencies;
  const limits = { ...LIMITS, ...dependencies.limits };
  const inbox = createWebhookInbox(dependencies.inbox, dependencies.cipher);
  let server: Server | null = null;
  let changing: Promise<void> = Promise.resolve();
  let lastWriteFailed = false;

  const routes = createRoutes({
    ...{ logger, maxBodyBytes: limits.maxBodyBytes, stored: dependencies.stored },
    isReady: () => server !== null && !lastWriteFailed,
    intake: createIntake({
      ...{ lines, clock, logger, limits },
      inbox: {
        ...inbox,
        async add(entry) {
          try {
            await inbox.add(entry);
            lastWriteFailed = false;
          } catch (error) {
            lastWriteFailed = true;
            throw error;
          }
        },
      },
    }),
  });

  async function open(): Promise<void> {
    if (server !== null) return;
    const opening = createServer(
      {
        headersTimeout: limits.headersTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(SECOND_MS, limits.headersTimeoutMs),
      },
      routes,
    );
    opening.maxConnections = limits.maxConnections;
    opening.on('clientError', refuseConnection);
    await new Promise<void>((resolve, reject) => {
      opening.once('error', reject);
      opening.listen(dependencies.port, host, resolve);
    });
    server = opening;
  }

  async function close(): Promise<void> {
    const closing = server;
    if (closing === null) return;
    server = null;
    let isClosed = false;
    const closed = new Promise<void>((resolve) => {
      closing.close(() => {
        isClosed = true;
        resolve();
      });
    });
    const endBy = clock.monotonic() + STOP_GRACE_MS;
    // Connections are kept open between requests: each is closed once its request was answered.
    const sweep = (): void => {
      if (isClosed) return;
      if (clock.monotonic() >= endBy) closing.closeAllConnections();
      else closing.closeIdleConnections();
      clock.after(SWEEP_MS, sweep);
    };
    sweep();
    await closed;
  }

  /** Calls may come in any order, and twice: each waits for the one before it. */
  function inTurn(change: () => Promise<void>): Promise<void> {
    const result = changing.then(change);
    changing = result.catch(() => {});
    return result;
  }

  return {
    start: () => inTurn(open),
    stop: () => inTurn(close),
    address() {
      const bound = server?.address();
      if (bound === null || bound === undefined || typeof bound === 'string') return null;
      return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
    },
  };
}

/** Answers what is not HTTP, too slow, or too long, with a status and nothing else. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUS_TEXTS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
