import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 1_000;
/** More of the machine than this in the hands of others makes a figure worthless. */
const MOST_BUSY = 0.25;

/** Share of all processors that others use while this process waits, 0 to 1. */
export async function othersShare(): Promise<number> {
  const before = total();
  await sleep(LOOK_MS);
  const after = total();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

/** Whether others use the machine. */
export function isNoisy(share: number): boolean {
  return share > MOST_BUSY;
}

function total(): { idle: number; all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idle, all };
}
