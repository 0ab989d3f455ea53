import { createRouterClient } from '@orpc/server';
import { vi } from 'vitest';
import { runCommandLine, type Environment } from '../../backend/cli/run.ts';
import type { Locale } from '../../backend/contract/common.ts';
import { silentLogger } from '../../backend/core/logger.ts';
import { createRouter } from '../../backend/http/router.ts';
import { somePull } from './samples.ts';
import { stubServices } from './stubServices.ts';

type Overrides = Parameters<typeof stubServices>[0];

/** Runs a line as a shell would, over services that a test gives. */
export async function runLine(
  args: string[],
  overrides: Overrides = {},
  given: Partial<Environment> & { locale?: Locale } = {},
) {
  const locale = given.locale ?? 'fr';
  const written: string[] = [];
  const errors: string[] = [];
  const close = vi.fn(async () => {});
  const router = createRouter(stubServices(overrides), { locale: () => locale, logger: silentLogger });
  const connect = vi.fn(async (_folder: { dataDir?: string }) => ({
    client: createRouterClient(router, { context: { actor: 'cli', locale } }),
    close,
  }));
  const createToken = vi.fn(async () => ({ token: 'aaa.bbb.ccc', expiresAt: Date.parse('2026-11-20T20:00:00.000Z') }));
  const serve = vi.fn(async () => 0);
  const exitCode = await runCommandLine(args, {
    locale,
    version: '0.1.0',
    write: (text) => written.push(text),
    writeError: (text) => errors.push(text),
    isTerminal: false,
    serve,
    connect,
    createToken,
    copyFile: async () => {},
    restoreFrom: async () => stubServices().backups.restore('', 'cli'),
    pull: async () => somePull,
    openOutput: async () => ({
      write: async (text) => {
        written.push(text);
      },
      close: async () => {},
    }),
    openFile: async () => new Blob(['tel\n0612345678\n']),
    settingProblem: () => null,
    ...given,
  });
  return { exitCode, output: written.join(''), errors: errors.join(''), connect, close, createToken, serve };
}
