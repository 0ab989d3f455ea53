import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A disk of its own, seen by nobody but the processes that are started `under` it. It is gone when `remove` returns. */
export type SmallDisk = {
  /** As the processes on it name it. */
  folder: string;
  /** The same from outside. */
  outside: string;
  /** Command line that enters it. */
  under: readonly string[];
  /** Fills it with a ballast until so many bytes are left. */
  leave(bytes: number): void;
  dropBallast(): void;
  /** Deletes everything on it. */
  clear(): void;
  remove(): Promise<void>;
};

const BLOCK = Buffer.alloc(64 * 1024);
const IS_ROOT = process.getuid?.() === 0;
/** Root needs no user namespace, and in some containers gets none. */
const UNSHARE = IS_ROOT ? ['unshare', '--mount'] : ['unshare', '--mount', '--user', '--map-root-user'];
const NSENTER = IS_ROOT ? ['--mount'] : ['--user', '--preserve-credentials', '--mount'];

/** Whether this machine lets us mount: in some containers even root may not. */
export function canMount(): boolean {
  const [program = '', ...args] = UNSHARE;
  const tried = spawnSync(program, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]);
  return tried.status === 0;
}

/** Mounts a tmpfs of so many megabytes in a mount namespace that lives as long as a sleeping process. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-small-disk-'));
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && echo mounted && exec sleep infinity`;
  const [program = '', ...args] = UNSHARE;
  const keeper = spawn(program, [...args, 'sh', '-c', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(keeper, 'exit');
  await Promise.race([
    once(keeper.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`no small disk: unshare ended with ${keeper.exitCode}`))),
  ]);
  const outside = `/proc/${keeper.pid}/root${folder}`;
  const ballast = path.join(outside, 'ballast');
  const free = (): number => {
    const { bavail, bsize } = statfsSync(outside);
    return bavail * bsize;
  };
  return {
    folder,
    outside,
    under: ['nsenter', '--target', String(keeper.pid), ...NSENTER, '--'],
    leave(bytes) {
      const handle = openSync(ballast, 'a');
      for (let left = free() - bytes; left > 0; left = free() - bytes) {
        writeSync(handle, BLOCK, 0, Math.min(left, BLOCK.length));
      }
      fdatasyncSync(handle);
      closeSync(handle);
    },
    dropBallast() {
      rmSync(ballast, { force: true });
    },
    clear() {
      for (const name of readdirSync(outside)) rmSync(path.join(outside, name), { recursive: true });
    },
    async remove() {
      keeper.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
