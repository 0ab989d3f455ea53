import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config.ts';
import type { Locale } from '../contract/common.ts';
import { systemClock } from '../core/clock.ts';
import { presentSecrets } from '../storage/backups/archivedSecrets.ts';
import { keyRing } from '../storage/encryption/dataKeys.ts';
import { protectionAtHand, type KeyMeans } from '../storage/secretProtection.ts';
import { isInstalled, lockFolder } from '../storage/store.ts';
import { pullWorkspace } from '../sync/pull.ts';
import { createRemote, RemoteError, type Remote } from '../sync/remote.ts';
import { problemSentence } from '../sync/service.ts';
import { CommandError, type PullAnswer, type PullRequest } from './command.ts';

/**
 * Restores a whole machine from Supabase into a data folder on which nothing runs (SYN-3).
 * @throws CommandError in words; VigieError when an application runs on the folder, or `copy_key_missing`
 */
export async function pull(
  target: { config: Config; migrationsDir: string; locale: Locale; means: KeyMeans },
  request: PullRequest,
): Promise<PullAnswer> {
  const { config, migrationsDir, locale, means } = target;
  const { dataDir, supabase } = config;
  if (supabase === null) throw new CommandError('failure.sync_off');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(dataDir);
  try {
    const isUsed = isInstalled(dataDir) || existsSync(path.join(dataDir, 'vigie.db'));
    if (isUsed && !request.replace) throw new CommandError('failure.folder_not_empty', { folder: dataDir });
    const remote = createRemote(supabase);
    await remote.checkSchema();
    const source = await chooseSource(remote, request.source);
    const present = presentSecrets(dataDir, { means, protection: await protectionAtHand(dataDir, means) });
    const folders = { folder: dataDir, secretsFolder: dataDir, demo: false };
    const pulled = await pullWorkspace({
      ...{ remote, source, folders, migrationsDir, withoutKey: request.withoutKey },
      ring: keyRing(means.dataKeys, present.dataKeys),
      linesWithKeys: [...Object.keys(present.lines), ...linesOfEnvironment(config)],
      ...{ now: systemClock.now(), progress: request.progress },
    });
    return { ...pulled, keepDataKey: means.dataKeys.some(({ id }) => pulled.usedKeys.includes(id)) };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    throw new CommandError('failure.sync', { reason: problemSentence(locale, error.problem) }, { cause: error });
  } finally {
    unlock();
  }
}

function linesOfEnvironment({ wassenger, meta }: Config): string[] {
  return [...(wassenger === null ? [] : ['wassenger']), ...(meta === null ? [] : ['meta'])];
}

async function chooseSource(remote: Remote, named: string | null): Promise<string> {
  const sources = (await remote.sources()).map(({ source }) => source);
  const [only] = sources;
  if (only === undefined) throw new CommandError('failure.sync_nothing_there');
  const chosen = named ?? (sources.length === 1 ? only : undefined);
  if (chosen === undefined || !sources.includes(chosen))
    throw new CommandError('failure.sync_which_source', { sources: sources.join(', ') });
  return chosen;
}
