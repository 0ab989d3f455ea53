import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runLine } from '../../tests/support/commandLine.ts';
import { temporaryFolders } from '../../tests/support/folders.ts';
import { MIGRATIONS } from '../../tests/support/engine.ts';
import { somePull, someSync } from '../../tests/support/samples.ts';
import { loadConfig } from '../config.ts';
import type { SyncStatus } from '../contract/sync.ts';
import { CommandError } from './command.ts';
import { pull } from './pulling.ts';

const folder = temporaryFolders('vigie-pull-');
const refused: SyncStatus = {
  ...someSync,
  ...{ state: 'waiting', waiting: 3, waitingSince: '2026-11-20T08:00:00.000Z', setAsideCount: 1 },
  setAside: [{ id: '7', table: 'messages', key: 'm1', reason: '23514 no_bad', since: '2026-11-20T08:00:00.000Z' }],
};

it('sync status, push and retry say how the copy stands and what is set aside (SYN-2)', async () => {
  const overrides = { sync: { status: () => refused, push: async () => someSync, retry: async () => someSync } };
  const status = await runLine(['sync', 'status'], overrides);
  expect([status.exitCode, status.output]).toMatchObject([
    0,
    expect.stringMatching(/vigie sync retry ID[\s\S]*23514 no_bad/),
  ]);
  const pushed = await runLine(['sync', 'push', '--json'], overrides);
  expect([pushed.exitCode, JSON.parse(pushed.output)]).toEqual([0, someSync]);
  expect((await runLine(['sync', 'retry', '7'], overrides, { locale: 'en' })).output).toContain('Last copy');
  expect((await runLine(['sync', 'retry'], overrides)).exitCode).toBe(2);
});

it('sync push and retry fail when Supabase took nothing, and say why (SYN-2)', async () => {
  const offline: SyncStatus = { ...refused, problem: 'offline', message: 'Supabase is away' };
  const overrides = { sync: { push: async () => offline, retry: async () => offline, status: () => offline } };
  for (const line of [
    ['sync', 'push'],
    ['sync', 'retry', '7'],
  ]) {
    const { exitCode, errors } = await runLine(line, overrides, { locale: 'en' });
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('Supabase is away')]);
  }
  expect((await runLine(['sync', 'status'], overrides)).exitCode).toBe(0);
});

it('sync pull says what it took, what is missing, which keys are to be given, and what comes next (SYN-3, SEC-3, SND-12)', async () => {
  const pulled = {
    ...somePull,
    ...{
      leftOut: 2,
      missing: 40,
      missingKeys: ['0a1b2c3d'],
      unreadable: 7,
      linesWithoutKeys: ['Lyon'],
      keepDataKey: true,
    },
  };
  const asked: unknown[] = [];
  const given = {
    locale: 'en' as const,
    pull: async (_folder: object, request: object) => {
      asked.push(request);
      return pulled;
    },
  };
  const line = ['sync', 'pull', '--source', 'machine-1', '--replace'];
  const { exitCode, output } = await runLine(line, {}, given);
  await runLine([...line, '--without-key'], {}, given);
  expect([exitCode, asked]).toMatchObject([
    0,
    [{ source: 'machine-1', replace: true, withoutKey: false }, { withoutKey: true }],
  ]);
  expect(output).toMatch(/1200 rows[\s\S]*40 rows were missing, and 2[\s\S]*paused for 24 hours/);
  expect(output).toMatch(/0a1b2c3d[^\n]*comes: 7\.[\s\S]*Keep VIGIE_DATA_KEY[\s\S]*environment: Lyon\./);
});

it('sync pull refuses a folder with content, a folder without Supabase, and says when Supabase is not there (SYN-3)', async () => {
  const dataDir = folder();
  const target = (environment: Record<string, string>) => ({
    ...{ config: loadConfig({ dataDir, demo: false }, environment), migrationsDir: MIGRATIONS, locale: 'en' as const },
    means: { passphrase: null, dataKeys: [] },
  });
  const request = { source: null, replace: false, withoutKey: false, progress: () => {} };
  const supabase = { SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_SERVICE_ROLE_KEY: 'key' };
  const keyOf = (error: unknown): string => (error instanceof CommandError ? error.key : String(error));
  expect(await pull(target({}), request).catch(keyOf)).toBe('failure.sync_off');
  expect(await pull(target(supabase), request).catch(keyOf)).toBe('failure.sync');
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path.join(dataDir, 'vigie.db'), 'something');
  expect(await pull(target(supabase), request).catch(keyOf)).toBe('failure.folder_not_empty');
  expect(await pull(target(supabase), { ...request, replace: true }).catch(keyOf)).toBe('failure.sync');
});

it('half of the two settings stops the start and names the other (SYN-6)', () => {
  expect(() => loadConfig({}, { SUPABASE_URL: 'https://x.supabase.co' })).toThrow('SUPABASE_SERVICE_ROLE_KEY');
  expect(() => loadConfig({}, { SUPABASE_SERVICE_ROLE_KEY: 'key' })).toThrow('SUPABASE_URL');
  expect(() => loadConfig({}, { SUPABASE_URL: 'ftp://x', SUPABASE_SERVICE_ROLE_KEY: 'key' })).toThrow('SUPABASE_URL');
});
