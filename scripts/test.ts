import { globSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { handOver, say } from './processes.mjs';
import { chromiumTool, provide, redisTool, type SystemTool } from './systemTools.ts';

/** Test files that need a program from the system. */
type Suite = { name: string; files: string; tool: SystemTool };

const SUITES: Suite[] = [
  { name: 'browser', files: 'tests/e2e/browser/**/*.test.ts', tool: chromiumTool },
  { name: 'desktop', files: 'tests/e2e/desktop/**/*.test.ts', tool: chromiumTool },
  { name: 'redis', files: 'tests/**/*.redis.test.ts', tool: redisTool },
];

/**
 * `npm test`: all tests, or those of the files and projects named. `--long` runs the fault tests at full length.
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

function runVitest(root: string, args: string[], skipped: Suite[]): Promise<number> {
  const program = path.join(root, 'node_modules/vitest/vitest.mjs');
  const options = args.filter((arg) => arg !== '--long');
  // A run whose only suite is skipped finds no files.
  if (skipped.length > 0) options.push('--passWithNoTests');
  const env = {
    ...process.env,
    ...(args.includes('--long') && { VIGIE_LONG: '1' }),
    VIGIE_SKIPPED_TESTS: skipped.map((suite) => suite.files).join(),
  };
  return handOver(process.execPath, [program, 'run', ...options], { cwd: root, env });
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
