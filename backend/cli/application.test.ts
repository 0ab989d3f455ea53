import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startAdminHost, type AdminHost } from '../../tests/support/adminHost.ts';
import { someStats } from '../../tests/support/samples.ts';
import { stubServices } from '../../tests/support/stubServices.ts';
import { systemClock } from '../core/clock.ts';
import { createTokens } from '../http/tokens.ts';
import { loadSecrets } from '../storage/secrets.ts';
import { HOST_FILE } from '../storage/store.ts';
import { connect, createToken, openInput } from './application.ts';

let dataDir: string;
let host: AdminHost | null;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'vigie-cli-'));
  host = null;
});
afterEach(async () => {
  await host?.stop();
  rmSync(dataDir, { recursive: true });
});

const folderTokens = (folder = dataDir) =>
  createTokens({ secret: Buffer.from(loadSecrets(folder).jwtSecret, 'base64url'), clock: systemClock });
const writeHostFile = (adminUrl: string): void => {
  writeFileSync(path.join(dataDir, HOST_FILE), JSON.stringify({ pid: process.pid, adminUrl }));
};

describe('connect', () => {
  it('talks to the application that runs on the folder, with a token of its own', async () => {
    const retry = vi.fn(stubServices().attempts.retry);
    host = await startAdminHost({ services: stubServices({ attempts: { retry } }), tokens: folderTokens() });
    writeHostFile(host.address);
    const { client, close } = await connect({ dataDir }, 'fr');
    expect(await client.monitoring.stats()).toEqual(someStats);
    await client.attempts.retry({ id: 'attempt-1' });
    expect(retry).toHaveBeenCalledWith('attempt-1', 'cli');
    await close();
  });

  it('opens the folder itself when no application runs on it', async () => {
    const { client, close } = await connect({ dataDir }, 'fr');
    const category = await client.categories.create({ name: 'Clients' });
    await close();
    const again = await connect({ dataDir }, 'fr');
    expect((await again.client.categories.list({})).items).toEqual([category]);
    await again.close();
  });

  it('opens the folder itself when the application that ran on it was killed', async () => {
    host = await startAdminHost();
    writeHostFile(host.address);
    await host.server.stop();
    const { client, close } = await connect({ dataDir }, 'fr');
    expect((await client.monitoring.stats()).sent).toBe(0);
    await close();
  });

  it('does not go behind the back of an application that does not answer', async () => {
    const silent = createServer((socket) => socket.end('?'));
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    writeHostFile(`http://127.0.0.1:${port}`);
    await expect(connect({ dataDir }, 'fr')).rejects.toMatchObject({ key: 'failure.host_silent' });
    silent.close();
  });
});

describe('openInput', () => {
  it('says in words what is no file that can be read (CMP-1)', async () => {
    const file = path.join(dataDir, 'a.csv');
    await expect(openInput(file)).rejects.toMatchObject({ key: 'failure.file_missing' });
    await expect(openInput(dataDir)).rejects.toMatchObject({
      ...{ key: 'failure.file_unreadable', values: { reason: 'EISDIR' } },
    });
    writeFileSync(file, 'tel');
    expect(await (await openInput(file)).text()).toBe('tel');
  });
});

describe('createToken', () => {
  it('makes a token that the application on the folder takes, on a folder that is not there yet too (SEC-2)', async () => {
    const folder = path.join(dataDir, 'new');
    const { token } = await createToken({ dataDir: folder }, { role: 'admin', expiresInMs: 60_000 });
    expect(await folderTokens(folder).verifyToken(token)).toMatchObject({ sub: 'api', role: 'admin' });
  });
});
