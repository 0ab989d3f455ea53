import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const FOLDERS = ['/usr/lib/postgresql/15/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/17/bin'];

/** PostgreSQL's server program: `VIGIE_POSTGRES`, else the system's. */
export function findPostgres(): string | undefined {
  const candidates = [process.env['VIGIE_POSTGRES'], ...FOLDERS.map((folder) => path.join(folder, 'postgres'))];
  return candidates.find((file) => file !== undefined && existsSync(file));
}

type PostgresServer = { connectionString: string; stop(): Promise<void> };

/** Starts an empty server on a free port in a folder of its own; resolves when it takes connections. */
export async function startPostgres(): Promise<PostgresServer> {
  const program = findPostgres();
  if (program === undefined) throw new Error('PostgreSQL is missing: npm test says how to get it');
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-postgres-'));
  const user = otherUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const options = { cwd: folder, ...(user ?? {}), env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } };
  const cluster = path.join(folder, 'data');
  execFileSync(
    path.join(path.dirname(program), 'initdb'),
    ['--pgdata', cluster, '--username', 'vigie', '--auth', 'trust', '--no-sync', '--encoding', 'UTF8'],
    { ...options, stdio: 'ignore' },
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'fsync=off',
    `port=${String(port)}`,
  ];
  const child = spawn(program, ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`postgres ended with code ${String(code)}`));
    });
    createInterface(child.stderr).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
    });
  });
  return {
    connectionString: `postgres://vigie@127.0.0.1:${String(port)}/postgres`,
    async stop() {
      child.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server refuses to run as root: then it runs as the user of its Debian package, or as nobody. */
function otherUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string, user: string): number =>
    Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', user), gid: id('-g', user) };
    } catch {
      // No such user here: the next one.
    }
  }
  return null;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
