import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../backend/contract/contract.ts';
import type { Subject } from './subject.ts';
import type { Figure } from './support/figure.ts';
import { inFolder } from './support/folders.ts';
import { startBenchHost } from './support/host.ts';
import { ROUNDS } from './support/rounds.ts';
import { size } from './support/size.ts';
import { percentile } from './support/statistics.ts';

// All rounds together stay below what the admin port takes in ten seconds (API-4).
const WARM_UP = 300;
const CALLS = size(500);

async function run(dataDir: string): Promise<Figure[]> {
  const host = await startBenchHost({ dataDir });
  try {
    const link = new RPCLink({ url: `${host.admin}/rpc`, headers: { authorization: `Bearer ${host.token}` } });
    const client: ContractRouterClient<Contract> = createORPCClient(link);
    const callTimes = async (calls: number): Promise<number[]> => {
      const times: number[] = [];
      for (let call = 0; call < calls; call += 1) {
        const startedAt = performance.now();
        await client.monitoring.stats();
        times.push(performance.now() - startedAt);
      }
      return times;
    };
    await callTimes(WARM_UP);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(percentile(await callTimes(CALLS), 0.5));
    return [
      {
        ...{ id: 'PRF-15', name: 'RPC round trip, p50', unit: 'ms', goal: { atMost: 1 }, rounds, reference: [] },
        detail: 'monitoring.stats, one call after the other',
      },
    ];
  } finally {
    await host.end();
  }
}

/** PRF-15: how long a screen waits for its figures. */
export const roundTrip: Subject = {
  name: 'roundTrip',
  leavesOut: 'The bridge of the desktop app, which calls the same router without HTTP.',
  run: () => inFolder(run),
};
