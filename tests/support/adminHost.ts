import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../backend/core/clock.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { createRouter } from '../../backend/http/router.ts';
import { createAdminServer, type AdminServer, type AdminServerDeps } from '../../backend/http/server.ts';
import { createTokens, type Tokens } from '../../backend/http/tokens.ts';
import type { Services } from '../../backend/services.ts';
import { stubServices } from './stubServices.ts';

export const SECRET = new Uint8Array(32).fill(7);

export type AdminHost = {
  server: AdminServer;
  tokens: Tokens;
  address: string;
  port: number;
  /** A valid token for the REST API. */
  token: string;
  /** A request to the host, with the token unless headers say otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
};

/** The real admin port on a free port, over services that a test gives. */
export async function startAdminHost(
  deps: Partial<AdminServerDeps> & { services?: Services } = {},
): Promise<AdminHost> {
  const { services = stubServices(), clock = systemClock, logger = silentLogger } = deps;
  const locale = deps.locale ?? (() => 'fr');
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-interface-'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Vigie</title>');
  writeFileSync(path.join(folder, 'theme.js'), 'document.title;');
  const tokens = createTokens({ secret: SECRET, clock });
  const server = createAdminServer({
    router: createRouter(services, { locale, logger }),
    tokens,
    clock,
    logger,
    locale,
    status: () => 'ok',
    version: '0.1.0',
    interfaceFolder: folder,
    uploads: path.join(folder, 'uploads'),
    host: '127.0.0.1',
    port: 0,
    password: null,
    ...deps,
  });
  await server.start();
  const address = server.address() ?? '';
  const { token } = await tokens.issueToken({ role: 'admin', expiresInMs: 3_600_000 });
  return {
    server,
    tokens,
    address,
    port: Number(new URL(address).port),
    token,
    call: (target, init = {}) =>
      fetch(address + target, {
        redirect: 'manual',
        ...init,
        headers: { authorization: `Bearer ${token}`, ...init.headers },
      }),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export type RawAnswer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

/** A request with headers that `fetch` does not let a caller choose (Host, Origin, Cookie). */
export function rawRequest(
  host: Pick<AdminHost, 'port'>,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<RawAnswer> {
  const { method = 'GET', path: target, headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: host.port, method, path: target, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Writes bytes to the port as they are, and gives all that comes back until the connection ends. */
export function rawSocket(host: Pick<AdminHost, 'port'>, text: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(host.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString());
    });
    socket.write(text);
  });
}
