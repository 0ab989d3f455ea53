import { setTimeout as sleep } from 'node:timers/promises';
import type { Subject } from './subject.ts';
import type { Figure, LeftOut } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { startBenchHost } from './support/host.ts';
import { canReadProcesses, memoryMb, processorMs } from './support/processor.ts';
import { size } from './support/size.ts';

const SETTLE_MS = 3_000;
const LOOK_MS = size(20_000);

async function run(dataDir: string): Promise<(Figure | LeftOut)[]> {
  if (!canReadProcesses) return [{ id: 'PRF-12', name: 'idle host', reason: 'needs Linux' }];
  const host = await startBenchHost({ dataDir });
  try {
    const pid = host.child.pid ?? 0;
    await sleep(SETTLE_MS);
    const [before, startedAt] = [processorMs(pid), performance.now()];
    await sleep(LOOK_MS);
    const share = ((processorMs(pid) - before) * 100) / (performance.now() - startedAt);
    const common = { id: 'PRF-12', reference: [], detail: `over ${String(LOOK_MS / 1_000)} s` } as const;
    return [
      { ...common, name: 'processor of the idle host', unit: '%', goal: { atMost: 0.5 }, rounds: [share] },
      { ...common, name: 'memory of the idle host', unit: 'MB', goal: { atMost: 120 }, rounds: [memoryMb(pid)] },
    ];
  } finally {
    await host.end();
  }
}

/** PRF-12: what the host costs while nothing happens. */
export const idle: Subject = {
  name: 'idle',
  leavesOut: 'An open screen, which is told what changes; a folder that has been in use for months.',
  run: () => inFolder(run),
};
