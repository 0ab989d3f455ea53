import { ensureBuilt } from './build.ts';
import { handOver } from './processes.mjs';
import { builtProgram } from './programs.ts';

/** `npm run vigie -- COMMAND`: the command line; stdout is its own. */
export async function run(root: string, args: string[]): Promise<number> {
  return (await ensureBuilt(root)) ? handOver(...builtProgram(root, 'cli', args)) : 1;
}
