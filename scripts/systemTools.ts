import { existsSync } from 'node:fs';
import { findChromium } from '../tests/support/chromium.ts';
import { findRedis } from '../tests/support/redis.ts';
import { findPostgres } from '../tests/support/supabase/postgres.ts';
import { capture, say } from './processes.mjs';

/** A program that some suites need and npm does not bring. */
export type SystemTool = {
  name: string;
  /** Its package in Debian. */
  debianPackage: string;
  /** Variable that says where it is. */
  variable: string;
  find(): string | undefined;
};

export const chromiumTool: SystemTool = {
  name: 'Chromium',
  debianPackage: 'chromium',
  variable: 'VIGIE_CHROMIUM',
  find: findChromium,
};

export const redisTool: SystemTool = {
  name: 'redis-server',
  debianPackage: 'redis-server',
  variable: 'VIGIE_REDIS_SERVER',
  find: findRedis,
};

export const postgresTool: SystemTool = {
  name: 'PostgreSQL',
  debianPackage: 'postgresql',
  variable: 'VIGIE_POSTGRES',
  find: findPostgres,
};

/**
 * Installs what is missing where that can be done without asking: Debian, as root.
 * @returns why a tool is still missing, by its name
 */
export async function provide(tools: SystemTool[]): Promise<Map<string, string>> {
  const missing = tools.filter((tool) => tool.find() === undefined);
  const failure = missing.length > 0 ? await installPackages(missing.map((tool) => tool.debianPackage)) : undefined;
  const still = missing.filter((tool) => tool.find() === undefined);
  return new Map(still.map((tool) => [tool.name, reasonFor(tool, failure)]));
}

function reasonFor(tool: SystemTool, failure: string | undefined): string {
  const remedy = `apt-get install ${tool.debianPackage}, or name its program in ${tool.variable}`;
  return `${tool.name} is missing${failure === undefined ? '' : `: ${failure}`} (${remedy})`;
}

/** @returns why it did not work */
async function installPackages(packages: string[]): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get')) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return 'installing it needs root';
  say(`Installation de ${packages.join(', ')}... (apt-get install)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const { code, output } = await capture('apt-get', ['--option', 'Acquire::http::Timeout=30', ...args], { env });
    if (code !== 0) return `apt-get ${String(args[0])} failed, ${output.trim().split('\n').at(-1) ?? ''}`;
  }
  return undefined;
}
