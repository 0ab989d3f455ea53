import { statSync } from 'node:fs';
import { VigieError } from '../../contract/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { inSteps } from '../../core/steps.ts';
import { giveBackPages, type Database } from '../database.ts';

/** A file of this size is written anew in well under a second; a larger one waits for the next start. */
const QUICK_BYTES = 32 * 1024 * 1024;
const KEY = 'files_unclean';

/**
 * Removes what a file still holds of texts that were replaced: free pages, gaps within pages, the write-ahead log.
 * SQLite overwrites what it deletes (`secure_delete`), but a page that was split before keeps old copies until the file
 * is written anew.
 */
export type FileCleaner = {
  /** Texts were replaced. */
  mark(): void;
  isDue(): boolean;
  /** Cleans small files now, and large ones as far as short steps go. */
  run(signal?: AbortSignal): Promise<void>;
  /** Cleans files of any size; nothing else goes on meanwhile. */
  runWhole(): void;
};

export function createFileCleaner({ main, inbox }: { main: Database; inbox: Database }, logger: Logger): FileCleaner {
  const mark = main.prepare(`INSERT INTO meta (key, value) VALUES ('${KEY}', '1') ON CONFLICT (key) DO NOTHING`);
  const clear = main.prepare(`DELETE FROM meta WHERE key = '${KEY}'`);
  const isMarked = main.prepare(`SELECT 1 FROM meta WHERE key = '${KEY}'`);
  const files = [main, inbox];

  /** @throws SqliteError when a statement is under way or the disk is full; nothing is changed then */
  function clean(): void {
    for (const file of files) file.exec('VACUUM');
    for (const file of files) emptyLog(file);
    clear.run();
  }

  function attempt(): void {
    try {
      clean();
    } catch (error) {
      logger.warn({ error }, 'files could not be cleaned yet');
    }
  }

  return {
    mark: () => void mark.run(),
    isDue: () => isMarked.get() !== undefined,
    async run(signal) {
      if (isMarked.get() === undefined) return;
      for (const file of files) await inSteps(() => giveBackPages(file), signal);
      if (files.every((file) => file.memory || statSync(file.name).size <= QUICK_BYTES)) attempt();
      else logger.info({}, 'files will be written anew at the next start');
    },
    runWhole() {
      if (isMarked.get() !== undefined) attempt();
    },
  };
}

/** Everything into the file, and the log cut to nothing: its old frames hold what the file held before. */
function emptyLog(file: Database): void {
  const [result] = file.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (result?.busy === 1) throw new VigieError('conflict', { detail: 'wal' });
}
