import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findRedis } from '../../tests/support/redis.ts';

export type Server = { url: string; pid: number; stop: () => Promise<void> };

/** Starts Redis on a free port: as it comes, or with every command synced to disk before its answer. */
export async function startRedis(folder: string, durability: 'default' | 'always'): Promise<Server> {
  const port = await freePort();
  const dir = path.join(folder, `redis-${durability}-${String(port)}`);
  mkdirSync(dir);
  const durable = durability === 'always' ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, ...durable];
  const child = spawn(findRedis() ?? '', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await said(child, child.stdout, 'Ready to accept connections');
  return { url: `redis://127.0.0.1:${String(port)}`, pid: child.pid ?? 0, stop: () => end(child, 'SIGTERM') };
}

/** Why BullMQ, Celery and the Lua script cannot be measured here; null when they can. */
export function withoutRedis(): string | null {
  return findRedis() === undefined ? 'no redis-server' : null;
}

/** Where Debian puts PostgreSQL's programmes. */
export const POSTGRES = '/usr/lib/postgresql/15/bin';

/** Why PostgreSQL cannot be measured here; null when it can. */
export function withoutPostgres(): string | null {
  return existsSync(path.join(POSTGRES, 'postgres')) ? null : 'no PostgreSQL 15';
}

/** Starts a PostgreSQL of its own in the folder, as it comes: every commit is on disk before its answer. */
export async function startPostgres(folder: string): Promise<Server> {
  const port = await freePort();
  const data = path.join(folder, 'postgres');
  mkdirSync(data);
  const owner = postgresUser();
  if ('uid' in owner) chownSync(data, owner.uid, owner.gid);
  const options = { ...owner, cwd: data };
  const makeCluster = ['-D', data, '-A', 'trust', '-U', 'bench', '-E', 'UTF8', '--no-sync'];
  execFileSync(path.join(POSTGRES, 'initdb'), makeCluster, { ...options, stdio: 'ignore' });
  const args = ['-D', data, '-p', String(port), '-k', data, '-c', 'listen_addresses=127.0.0.1'];
  const child = spawn(path.join(POSTGRES, 'postgres'), args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  await said(child, child.stderr, 'ready to accept connections');
  const url = `postgres://bench@127.0.0.1:${String(port)}/postgres`;
  return { url, pid: child.pid ?? 0, stop: () => end(child, 'SIGINT') };
}

/** PostgreSQL refuses to run as root. */
function postgresUser(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function said(child: ChildProcess, stream: NodeJS.ReadableStream, words: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`${child.spawnfile} ended with ${String(code)}`));
    });
    createInterface(stream).on('line', (line) => {
      if (line.includes(words)) resolve();
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
