import { availableParallelism } from 'node:os';
import path from 'node:path';
import { capture, say } from './processes.mjs';
import { forbiddenWords } from './words.ts';

type Outcome = { code: number; output: string };
type Check = { name: string; run(root: string): Promise<Outcome> };

const TYPE_TARGETS = ['backend/contract', 'backend', 'renderer', 'electron', 'tests', 'bench', '.'];
const CODE_FOLDERS = ['backend', 'electron', 'renderer', 'scripts', 'tests', 'bench'];

/** The slowest first: two of them run at a time on two cores. */
const CHECKS: Check[] = [
  tool('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  ...TYPE_TARGETS.map(types),
  tool('format', 'prettier/bin/prettier.cjs', ['--check', '--cache', '--log-level', 'warn', '.']),
  tool('import rules and cycles', 'dependency-cruiser/bin/dependency-cruiser.mjs', CODE_FOLDERS),
  tool('dead code', 'knip/bin/knip.js', ['--no-progress']),
  { name: 'forbidden words', run: (root) => Promise.resolve(words(root)) },
];

/** `npm run check`: types, lint, format, import rules, dead code. Each part says how long it took, and why it failed. */
export async function run(root: string): Promise<number> {
  const waiting = [...CHECKS];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (!(await passes(root, check))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return failed === 0 ? 0 : 1;
}

async function passes(root: string, check: Check): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await check.run(root);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
  if (code !== 0) say(output);
  return code === 0;
}

function tool(name: string, program: string, args: string[]): Check {
  return {
    name,
    run: (root) => capture(process.execPath, [path.join(root, 'node_modules', program), ...args], { cwd: root }),
  };
}

/** What was checked before and has not changed since is not checked again. */
function types(target: string): Check {
  const buildInfo = `node_modules/.cache/types/${target.replaceAll('/', '-')}.tsbuildinfo`;
  return tool(`types of ${target}`, 'typescript/bin/tsc', [
    '-p',
    target,
    '--incremental',
    '--tsBuildInfoFile',
    buildInfo,
  ]);
}

function words(root: string): Outcome {
  const found = forbiddenWords(root);
  return { code: found.length === 0 ? 0 : 1, output: found.join('\n') };
}
