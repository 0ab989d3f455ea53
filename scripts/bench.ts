import { parseArgs } from 'node:util';
import { bench } from '../bench/main.ts';
import { ensureBuilt } from './build.ts';

/** `npm run bench`: measures the built product against its peers. `--only NAME` one part, more than once for several. */
export async function run(root: string, args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true },
      gate: { type: 'boolean' },
      'write-docs': { type: 'boolean' },
    },
  });
  const { only = [], gate = false, 'write-docs': docs = false } = values;
  return (await ensureBuilt(root)) ? bench(root, { only, gate, docs }) : 1;
}
