import { readdirSync, readFileSync } from 'node:fs';

/** Length of the clock tick in which Linux counts processor time; the same on every platform that Node runs on. */
const TICK_MS = 10;

/** Whether processes of others can be looked into here. */
export const canReadProcesses = process.platform === 'linux';

/** Processor time of a process, of the children that it waited for, and of those that live, in ms. */
export function processorMs(pid: number): number {
  const own = ticks(pid);
  return own === null ? 0 : own * TICK_MS + childrenOf(pid).reduce((sum, child) => sum + processorMs(child), 0);
}

/** Memory of a process that is in RAM, in MB. */
export function memoryMb(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

function stat(pid: number): string[] | null {
  try {
    // The name, in brackets, may hold spaces.
    return (
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')
        .at(-1)
        ?.split(' ') ?? null
    );
  } catch {
    // It ended in the meantime; its parent has its time now.
    return null;
  }
}

function ticks(pid: number): number | null {
  const fields = stat(pid);
  return fields === null ? null : [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((child) => stat(child)?.[1] === String(pid));
}
