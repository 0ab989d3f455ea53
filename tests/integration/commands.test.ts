import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ensureBuilt } from '../../scripts/build.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const DEADLINE = { timeout: 60_000, interval: 50 };

type Command = { process: ChildProcess; stdout: string; stderr: string };

let home: string;
let running: ChildProcess[] = [];

beforeAll(async () => {
  expect(await ensureBuilt(ROOT)).toBe(true);
});
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'vigie-commands-'));
});
afterEach(() => {
  for (const { pid, exitCode } of running) if (exitCode === null && pid !== undefined) process.kill(-pid, 'SIGKILL');
  running = [];
  rmSync(home, { recursive: true });
});

/** Runs npm as a user does, on a machine without a screen and with nothing configured. */
function npm(...args: string[]): Command {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env;
  const child = spawn('npm', args, {
    cwd: ROOT,
    // A group of its own, so that nothing is left behind when a test fails.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, VIGIE_DATA_DIR: home, VIGIE_ADMIN_PORT: '0', VIGIE_WEBHOOK_PORT: '0' },
  });
  running.push(child);
  const command: Command = { process: child, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (command.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (command.stderr += chunk.toString()));
  return command;
}

async function addresses(command: Command): Promise<{ admin: string; webhooks: string }> {
  const address = (name: string): string | undefined =>
    new RegExp(`^${name} (http://127\\.0\\.0\\.1:\\d+)$`, 'm').exec(command.stdout)?.[1];
  await vi.waitFor(() => {
    expect(address('webhooks'), command.stderr).toMatch(/^http:/);
  }, DEADLINE);
  return { admin: address('admin') ?? '', webhooks: address('webhooks') ?? '' };
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'starts the headless host, says its two addresses, and stops cleanly when npm gets %s',
  async (signal) => {
    const args = ['--web', '--port', '0', '--webhook-port', '0', '--data-dir', home, '--no-demo'];
    const command = npm('start', '--', ...args);
    const { admin, webhooks } = await addresses(command);
    expect((await fetch(`${admin}/health`)).status).toBe(200);
    expect((await fetch(`${webhooks}/health`)).status).toBe(200);
    command.process.kill(signal);
    expect(await once(command.process, 'close'), command.stderr).toEqual([0, null]);
    await expect(fetch(`${admin}/health`)).rejects.toThrow();
  },
);

it('says in one line that there is no desktop app here, and starts the headless host (DSK-9)', async () => {
  const command = npm('start', '--', '--no-demo');
  const { admin } = await addresses(command);
  expect((await fetch(`${admin}/health`)).status).toBe(200);
  expect(command.stderr.split('\n').filter((line) => line.includes('sans fenêtre'))).toHaveLength(1);
  command.process.kill('SIGTERM');
  expect(await once(command.process, 'close')).toEqual([0, null]);
});

it('gives a token that the running host takes (API-1)', async () => {
  const host = npm('start', '--', '--web', '--no-demo');
  const { admin } = await addresses(host);
  const token = npm('run', '--silent', 'vigie', '--', 'token', 'create', '--role', 'admin');
  expect(await once(token.process, 'close'), token.stderr).toEqual([0, null]);
  expect(token.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const stats = `${admin}/api/monitoring/stats`;
  expect((await fetch(stats)).status).toBe(401);
  const answer = await fetch(stats, { headers: { authorization: `Bearer ${token.stdout.trim()}` } });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ sent: 0, limit: 180, alertLevel: 'ok' });
  host.process.kill('SIGTERM');
  expect(await once(host.process, 'close')).toEqual([0, null]);
});

it('leaves stdout to the command line, and passes its exit code on', async () => {
  const command = npm('run', '--silent', 'vigie', '--', 'no-such-command');
  expect(await once(command.process, 'close')).toEqual([2, null]);
  expect(command.stdout).toBe('');
});
