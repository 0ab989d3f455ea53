import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { downloadElectron, electronProgram } from './electronProgram.ts';

const ROOT = path.join(import.meta.dirname, '..');
const PACKAGE = path.join(ROOT, 'node_modules/electron');

let cache: string;
let server: Server | undefined;

beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'vigie-electron-'));
  // Where Electron's downloader keeps what it has.
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('HOME', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  rmSync(cache, { recursive: true });
});

/** Stands in for the place where Electron's programs are. */
async function mirror(answer: RequestListener): Promise<void> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${String(port)}/`);
}

it.runIf(process.platform === 'linux')('knows at once that there is no screen (DSK-9)', async () => {
  vi.stubEnv('DISPLAY', '');
  vi.stubEnv('WAYLAND_DISPLAY', '');
  expect(await electronProgram(ROOT)).toEqual({ reason: expect.stringContaining('DISPLAY') as string });
});

it('fails at once when the program cannot be had', async () => {
  await mirror((_request, response) => response.writeHead(404).end());
  await expect(downloadElectron(PACKAGE, 60_000)).rejects.toThrow('404');
});

it('gives up a download that brings nothing', async () => {
  await mirror((_request, response) => response.writeHead(200, { 'content-length': '1000' }).write('x'));
  await expect(downloadElectron(PACKAGE, 100)).rejects.toThrow('rien reçu');
});

it('lets a slow download finish, and checks what came', async () => {
  const stallMs = 500;
  const parts = 12;
  await mirror((_request, response) => {
    response.writeHead(200, { 'content-length': String(parts) });
    const send = (left: number): void => {
      response.write('x');
      if (left > 1) setTimeout(send, stallMs / 5, left - 1);
    };
    send(parts);
  });
  const startedAt = performance.now();
  await expect(downloadElectron(PACKAGE, stallMs)).rejects.toThrow('checksum');
  expect(performance.now() - startedAt).toBeGreaterThan(stallMs);
});
