import type { ImportState } from '../contract/imports.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Database } from '../storage/database.ts';
import type { ContactStore } from './contactStore.ts';
import type { ImportFiles } from './importFiles.ts';
import { startJob, type Job, type JobEnd } from './importJob.ts';
import type { ImportOptions, ImportRow, ImportStore } from './importStore.ts';
import type { WriterTask } from './importWorker.ts';

type RunnerDependencies = {
  database: Database;
  store: ImportStore;
  contacts: ContactStore;
  files: ImportFiles;
  clock: Clock;
  logger: Logger;
  notify: Notify;
  optOut: (phones: readonly string[]) => void;
  announce: (id: string) => void;
  announceContacts: () => void;
};
export type ImportRunner = Service & {
  /** The import that is read or undone at present. */
  activeId(): string | null;
  /** Lines that an import will have read at its end, by estimate. */
  expectedTotal(id: string): number | undefined;
  /** Resolves when it is over, however it ends: the import's state says how. */
  runImport(row: ImportRow, dryRun: boolean): Promise<void>;
  runUndo(row: ImportRow): Promise<void>;
  stopActive(): Promise<void>;
};

/** From so many pages in the log on SQLite carries them to the file with a commit: its own default. */
const PAGES_IN_LOG = 1_000;

/** Imports whose file is kept. */
export const UNFINISHED: readonly ImportState[] = [
  'uploading',
  'ready',
  'checking',
  'checked',
  'running',
  'stopped',
  'interrupted',
  'failed',
];

/** Long imports and undos, one at a time, in threads of their own; after them the search index is brought up to date. */
export function createImportRunner(dependencies: RunnerDependencies): ImportRunner {
  const { database, store, contacts, files, clock, logger, notify, optOut, announce, announceContacts } = dependencies;
  let active: { id: string; job: Job; finished: Promise<void> } | null = null;
  let indexing: { job: Job; finished: Promise<void> } | null = null;
  let isStopping = false;
  const expected = new Map<string, number>();

  /** A job carries pages from the log to the file by itself: the host would do it in the middle of its own work. */
  const start = (task: WriterTask, told: Parameters<typeof startJob>[1]): Job => {
    database.pragma('wal_autocheckpoint = 0');
    const job = startJob(task, told);
    const restore = (): void => {
      // The last job may end after the file was closed.
      if (database.open) database.pragma(`wal_autocheckpoint = ${PAGES_IN_LOG}`);
    };
    job.ended.then(restore, restore);
    return job;
  };
  const index = (): void => {
    if (indexing !== null || active !== null || isStopping || !contacts.search.isBehind()) return;
    const job = start({ kind: 'index', databaseFile: database.name }, { optOut() {}, advanced() {} });
    const finished = job.ended.then(
      () => notify.changed('contacts'),
      (error: unknown) => logger.error({ error }, 'the search index could not be brought up to date'),
    );
    indexing = { job, finished: finished.then(() => void (indexing = null)) };
  };

  /** Starts a task in its threads; `settle` says what its end means. */
  const run = (id: string, task: WriterTask, settle: (end: JobEnd) => void): Promise<void> => {
    const job = start(task, { optOut, advanced: () => announce(id) });
    const finished = job.ended
      .then(settle, (error: unknown) => {
        logger.error({ error }, 'an import failed');
        store.setState(id, 'failed', { problem: 'import.failed', finishedAt: clock.now() });
      })
      .then(() => {
        active = null;
        if (store.byId(id) !== null) announce(id);
        announceContacts();
        index();
      });
    active = { id, job, finished };
    announce(id);
    return finished;
  };

  const runImport = (row: ImportRow, dryRun: boolean): Promise<void> => {
    const { id, number, runLines, runsDone, partsDone } = row;
    const { category, ...reading } = JSON.parse(row.options) as ImportOptions;
    expected.set(id, files.start(id, row.size).expectedLines);
    const written = { number, category, dryRun, now: row.startedAt ?? clock.now() };
    const task: WriterTask = {
      ...{ kind: 'import', databaseFile: database.name, file: files.pathOf(id) },
      ...{ reading, written, runLines, runsDone, partsDone },
    };
    return run(id, task, (end) => {
      const finishedAt = clock.now();
      if (end.kind === 'problem') store.setState(id, 'failed', { problem: `import.${end.problem}`, finishedAt });
      else if (end.kind === 'stopped') store.setState(id, dryRun ? 'ready' : isStopping ? 'interrupted' : 'stopped');
      else {
        store.setState(id, dryRun ? 'checked' : 'done', { finishedAt });
        if (!dryRun) files.remove(id);
        logger.info({ import: id, longestTransactionMs: Math.round(end.longestMs) }, 'import done');
      }
    });
  };
  const undoTask = ({ number, afterNumber }: ImportRow) => ({ number, afterNumber, now: clock.now() });
  const runUndo = (row: ImportRow): Promise<void> =>
    run(row.id, { kind: 'undo', databaseFile: database.name, undone: undoTask(row) }, (end) => {
      if (end.kind === 'done') files.remove(row.id);
    });
  const stopActive = async (): Promise<void> => {
    const stopping = active;
    await stopping?.job.stop();
    await stopping?.finished;
  };

  return {
    activeId: () => active?.id ?? null,
    expectedTotal: (id) => expected.get(id),
    runImport,
    runUndo,
    stopActive,

    async start() {
      isStopping = false;
      for (const row of store.inStates(['uploading'])) store.remove(row);
      for (const { id } of store.inStates(['checking'])) store.setState(id, 'ready');
      for (const { id } of store.inStates(['running'])) store.setState(id, 'interrupted');
      files.removeOthers(store.inStates([...UNFINISHED, 'undoing']).map(({ id }) => id));
      // An undo that was cut short goes on by itself.
      const [undoing] = store.inStates(['undoing']);
      if (undoing !== undefined) void runUndo(undoing);
      else index();
    },

    async stop() {
      isStopping = true;
      await stopActive();
      await indexing?.job.stop();
      await indexing?.finished;
    },
  };
}
