import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../backend/core/clock.ts';
import { MINUTE_MS } from '../backend/core/days.ts';
import { readSummary, startSummary, summaryTable } from '../tests/support/faultSummary.ts';
import { handOver, say } from './processes.mjs';
import { chromiumTool, postgresTool, provide, redisTool, type SystemTool } from './systemTools.ts';

/** Test files that need a program from the system. */
type Suite = { name: string; files: string; tool: SystemTool };

const SUITES: Suite[] = [
  { name: 'browser', files: 'tests/e2e/browser/**/*.test.ts', tool: chromiumTool },
  { name: 'desktop', files: 'tests/e2e/desktop/**/*.test.ts', tool: chromiumTool },
  { name: 'redis', files: 'tests/**/*.redis.test.ts', tool: redisTool },
  { name: 'postgres', files: 'tests/**/*.postgres.test.ts', tool: postgresTool },
];

/**
 * `npm test`: all tests, or those of the files and projects named. `--long` runs the fault tests at full length,
 * `--minutes N` for about that time; both write what was played to `--summary FILE`, by default
 * `test-results/faults.json`, and show it as a table.
 * Suites whose program cannot be had are skipped by name, which is a failure with `CI=true`.
 */
export async function run(root: string, args: string[]): Promise<number> {
  const suites = suitesOf(root, args);
  const missing = await provide([...new Set(suites.map((suite) => suite.tool))]);
  const skipped = suites.filter((suite) => missing.has(suite.tool.name));
  const code = await runVitest(root, args, skipped);
  for (const { name, tool } of skipped) say(`Skipped: ${name}. ${missing.get(tool.name) ?? ''}`);
  if (skipped.length === 0 || process.env['CI'] !== 'true') return code;
  say('With CI=true a skipped suite is a failure.');
  return code || 1;
}

async function runVitest(root: string, args: string[], skipped: Suite[]): Promise<number> {
  const program = path.join(root, 'node_modules/vitest/vitest.mjs');
  const { long, options } = longRun(args);
  // A run whose only suite is skipped finds no files.
  if (skipped.length > 0) options.push('--passWithNoTests');
  const env = { ...process.env, VIGIE_SKIPPED_TESTS: skipped.map((suite) => suite.files).join() };
  if (long === null) return handOver(process.execPath, [program, 'run', ...options], { cwd: root, env });
  const now = systemClock.now();
  const file = path.resolve(root, long.summary);
  const machine = `${availableParallelism()} cores, ${process.platform}, Node ${process.versions.node}`;
  startSummary(file, { startedAt: new Date(now).toISOString(), machine, command: `npm test -- ${args.join(' ')}` });
  const code = await handOver(process.execPath, [program, 'run', ...options], {
    cwd: root,
    env: {
      ...{ ...env, VIGIE_LONG: '1', VIGIE_FAULTS_SUMMARY: file },
      ...(long.minutes !== null && { VIGIE_LONG_UNTIL: String(now + long.minutes * MINUTE_MS) }),
    },
  });
  const summary = readSummary(file);
  if (summary !== null) say(`\n${summaryTable(summary)}\n\n${path.relative(root, file)}`);
  return code;
}

/** What is asked of a long run, null when none is, and what is left for vitest. */
export function longRun(args: readonly string[]): {
  long: { minutes: number | null; summary: string } | null;
  options: string[];
} {
  const options = [...args];
  const take = (name: string): string | null => {
    const at = options.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
    if (at < 0) return null;
    const [arg = '', next = ''] = options.splice(at, options[at] === name && name !== '--long' ? 2 : 1);
    return arg === name ? next : arg.slice(name.length + 1);
  };
  const minutes = take('--minutes');
  const summary = take('--summary') ?? 'test-results/faults.json';
  const isLong = take('--long') !== null || minutes !== null;
  if (minutes !== null && !(Number(minutes) > 0)) throw new Error('--minutes N: a number above 0');
  return { long: isLong ? { minutes: minutes === null ? null : Number(minutes), summary } : null, options };
}

/** The suites that a run with these arguments of vitest includes. */
export function suitesOf(root: string, args: string[]): Suite[] {
  const options = { project: { type: 'string', multiple: true } } as const;
  const { values, positionals } = parseArgs({ args, options, strict: false, allowPositionals: true });
  const projects = (values.project ?? []).filter((project) => typeof project === 'string');
  // The value of another option, as in `-t "a title"`, is not a path.
  const paths = positionals.filter((value) => /[/\\]|\.test\b/.test(value)).map((value) => path.normalize(value));
  return SUITES.filter((suite) => {
    const files = globSync(suite.files, { cwd: root });
    const isIn = (parts: string[]): boolean =>
      parts.length === 0 || parts.some((part) => files.some((file) => file.includes(part)));
    // Each project is named as the folder of its files.
    return files.length > 0 && isIn(projects) && isIn(paths);
  });
}
