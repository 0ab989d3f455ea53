import { createServer, type Server, type ServerResponse } from 'node:http';
import { SECOND_MS } from '../core/days.ts';
import type { Service } from '../core/service.ts';
import { sentence } from '../contract/messages/sentence.ts';
import { createAdminApp, type AdminAppDeps } from './app.ts';
import { ADMIN_LIMIT, LOGIN_LIMIT } from './limits.ts';
import { isLoopback, reachableName } from './origin.ts';
import { createSessions } from './sessions.ts';

/** Headers and whole requests that take longer are cut. */
export type Timeouts = { headersMs: number; requestMs: number; checkEveryMs: number };
const TIMEOUTS: Timeouts = { headersMs: 10 * SECOND_MS, requestMs: 60 * SECOND_MS, checkEveryMs: 2 * SECOND_MS };

/** How long calls under way may take when the port closes. */
const STOP_GRACE_MS = 2 * SECOND_MS;

export type AdminServerDeps = Omit<AdminAppDeps, 'sessions' | 'own' | 'limits' | 'onAuthenticationFailure'> & {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** VIGIE_ADMIN_PASSWORD; null asks for none, which only a loopback address may. */
  password: string | null;
  limits?: Partial<AdminAppDeps['limits']>;
  timeouts?: Partial<Timeouts>;
  /** Counts what OPS-2 watches. */
  onAuthenticationFailure?: AdminAppDeps['onAuthenticationFailure'];
};

/** `address()`: how this machine reaches the port, such as `http://127.0.0.1:4780`; null while it is closed. */
export type AdminServer = Service & { address(): string | null };

/** The admin port: REST, RPC, sign-in and the interface. */
export function createAdminServer(deps: AdminServerDeps): AdminServer {
  const { host, clock, tokens, password } = deps;
  const responses = new Set<ServerResponse>();
  let server: Server | null = null;
  let openedPort = deps.port;
  let changing: Promise<void> = Promise.resolve();

  const app = createAdminApp({
    ...deps,
    sessions: createSessions({ tokens, clock, password, port: () => openedPort }),
    own: () => ({ host, port: openedPort }),
    limits: { login: LOGIN_LIMIT, admin: ADMIN_LIMIT, ...deps.limits },
    onAuthenticationFailure: deps.onAuthenticationFailure ?? (() => {}),
  });

  async function open(): Promise<void> {
    if (server?.listening) return;
    if (!isLoopback(host) && password === null) {
      throw new Error(sentence(deps.locale(), 'http.password_needed', { host }));
    }
    const { headersMs, requestMs, checkEveryMs } = { ...TIMEOUTS, ...deps.timeouts };
    const opening = createServer(
      { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkEveryMs },
      (request, response) => {
        responses.add(response);
        response.once('close', () => responses.delete(response));
        app(request, response);
      },
    );
    openedPort = await listen(opening, deps);
    server = opening;
  }

  async function close(): Promise<void> {
    const closing = server;
    server = null;
    if (closing === null) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    for (const response of responses) {
      if (isStream(response)) response.destroy();
      else response.shouldKeepAlive = false;
    }
    closing.closeIdleConnections();
    const cancel = clock.after(STOP_GRACE_MS, () => {
      closing.closeAllConnections();
    });
    await closed;
    cancel();
  }

  /** Starts and stops one after the other, in the order they were asked for. */
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const turn = changing.then(step);
    changing = turn.catch(() => {});
    return turn;
  };

  return {
    start: () => inTurn(open),
    stop: () => inTurn(close),
    address: () => (server === null ? null : `http://${reachableName(host)}:${openedPort}`),
  };
}

/** Live events have no end: who listens connects again elsewhere. */
function isStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}

/** Opens the port; resolves with its number. */
function listen(
  server: Server,
  { host, port, locale }: Pick<AdminServerDeps, 'host' | 'port' | 'locale'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error & { code?: string }) => {
      const key = cause.code === 'EADDRINUSE' ? 'http.port_in_use' : 'http.address_unusable';
      reject(new Error(sentence(locale(), key, { host, port, reason: cause.code }), { cause }));
    });
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
