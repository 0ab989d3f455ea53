import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const REDIS_PROGRAMS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

export type RedisServer = {
  url: string;
  /** To this server alone: `SIGKILL`, `SIGSTOP`, `SIGCONT`. */
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
};

/** Redis's program: `VIGIE_REDIS_SERVER`, else the system's. */
export function findRedis(): string | undefined {
  const candidates = [process.env['VIGIE_REDIS_SERVER'], ...REDIS_PROGRAMS];
  return candidates.find((file) => file !== undefined && existsSync(file));
}

/** Starts an empty Redis on a free port, or on one it had before, which keeps nothing on disk; resolves when it answers. */
export async function startRedis(onPort?: number): Promise<RedisServer> {
  const program = findRedis();
  if (program === undefined) throw new Error('redis-server is missing: npm test says how to get it');
  const port = onPort ?? (await freePort());
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`redis-server ended with code ${String(code)}`));
    });
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGCONT');
      child.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
