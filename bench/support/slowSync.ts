import { spawnSync } from 'node:child_process';
import path from 'node:path';

const SOURCE = path.join(import.meta.dirname, 'slowSync.c');

/** Environment in which a process finds each sync 2 ms slower; or why that cannot be had on this machine. */
export function slowSyncs(folder: string): { env: Record<string, string> } | { reason: string } {
  if (process.platform !== 'linux') return { reason: 'LD_PRELOAD is for Linux' };
  const library = path.join(folder, 'slowSync.so');
  const { status } = spawnSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, SOURCE, '-ldl']);
  return status === 0 ? { env: { LD_PRELOAD: library } } : { reason: 'no gcc' };
}
