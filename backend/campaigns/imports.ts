import { readFileSync, existsSync } from 'node:fs';
import type { Locale } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import { MAX_IMPORT_BYTES, type ImportReport, type ImportStart, type ImportState } from '../contract/imports.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import type { Service } from '../core/service.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { ContactStore } from './contactStore.ts';
import { CsvFileError, type FileProblem } from './csv.ts';
import { ImportFiles } from './importFiles.ts';
import { previewOf } from './importPreview.ts';
import { runsOf } from './importRun.ts';
import { createImportRunner, UNFINISHED } from './importRunner.ts';
import type { ImportOptions, ImportRow, ImportStore } from './importStore.ts';
import { ImportStatements } from './importStatements.ts';
import { ImportUndo } from './importUndo.ts';
import { importReport, refusedCsv, refusedLines, toImport } from './importViews.ts';
import { ImportWriter } from './importWriter.ts';
import type { Suppressions } from './suppressions.ts';

type ImportDependencies = {
  database: Database;
  store: ImportStore;
  contacts: ContactStore;
  suppressions: Pick<Suppressions, 'add'>;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  notify: Notify;
  locale: () => Locale;
  settings: () => { defaultCountry: string };
};
export type Imports = Service & Services['imports'] & Pick<Services['contacts'], 'import'>;

/** A file up to this size is imported at once and in one transaction: whole, or not at all. */
const AT_ONCE_BYTES = 32 * 1024;
/** An import of so few contacts is undone at once. */
const UNDONE_AT_ONCE = 500;
const STARTABLE: readonly ImportState[] = ['ready', 'checked'];
const RESUMABLE: readonly ImportState[] = ['stopped', 'interrupted', 'failed'];
const UNDOABLE: readonly ImportState[] = ['done', ...RESUMABLE];

/**
 * Imports of CSV files (CMP-1): sent in parts, looked at, run, stopped, continued, undone. A contact that is there
 * already, or stands twice in the file, is merged: what the later line fills in wins, what it leaves empty stays.
 * What a stopped import wrote stays until it is continued or undone.
 */
export function createImports(dependencies: ImportDependencies): Imports {
  const { database, store, contacts, suppressions, audit, clock, ids, notify, locale, settings } = dependencies;
  const files = new ImportFiles(database);
  const statements = new ImportStatements(database);

  const fail = (problem: FileProblem): VigieError =>
    new VigieError('csv_unreadable', { detail: sentence(locale(), `import.${problem}`) });
  const find = (id: string): ImportRow => {
    const row = store.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };
  const findIn = (id: string, states: readonly ImportState[]): ImportRow => {
    const row = find(id);
    if (!states.includes(row.state)) throw new VigieError('wrong_import_state', { state: row.state });
    return row;
  };
  /** A backup holds no files of imports. */
  const requireFile = (id: string): void => {
    if (!existsSync(files.pathOf(id))) throw new VigieError('not_found');
  };
  const view = (row: ImportRow) => toImport(row, runner.expectedTotal(row.id), locale());
  const get = (id: string) => view(find(id));
  const announce = (id: string): void => {
    notify.import(get(id));
  };
  const announceContacts = (): void => {
    for (const what of ['contacts', 'categories', 'suppressions'] as const) notify.changed(what);
  };
  const optOut = (phones: readonly string[]): void => {
    inTransaction(database, () => {
      for (const phone of phones) suppressions.add({ phone, reason: 'opted_out' });
    });
  };
  const refuseWhileBusy = (): void => {
    const id = runner.activeId();
    if (id !== null) throw new VigieError('import_running', { file: find(id).fileName ?? '' });
  };

  /** Part of the caller's transaction. */
  const writeAtOnce = (
    row: ImportRow,
    bytes: Buffer,
    { options, dryRun }: { options: ImportOptions; dryRun: boolean },
  ) => {
    const wasBehind = contacts.search.isBehind();
    store.begin(row, 'running', { options, now: clock.now() });
    const { category } = options;
    const writer = new ImportWriter(
      { database, statements, ids },
      { number: row.number, category, dryRun, now: clock.now() },
    );
    const runs = runsOf(() => [bytes], options, { runLines: Infinity, sorted: false, ids });
    let runsDone = 0;
    for (const run of runs) {
      if (!dryRun) optOut(run.optOuts);
      for (let from = 0; from < run.parts.length;) from = writer.write(run, { from, runsDone }, () => true);
      runsDone++;
    }
    // While a longer import waits for its place in the index, this one waits behind it.
    while (!wasBehind && contacts.search.catchUp(() => true));
    store.setState(row.id, dryRun ? 'checked' : 'done', { finishedAt: clock.now() });
  };
  const undoAtOnce = (row: ImportRow): void =>
    inTransaction(database, () => {
      const wasBehind = contacts.search.isBehind();
      const undo = new ImportUndo(database, { ...row, now: clock.now() });
      while (undo.step(() => true));
      while (!wasBehind && contacts.search.indexChanged());
    });
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw error instanceof CsvFileError ? fail(error.problem) : error;
    }
  };

  const runner = createImportRunner({ ...dependencies, files, optOut, announce, announceContacts });

  const optionsOf = ({ category, country, mapping }: Omit<ImportStart, 'id' | 'dryRun'>): ImportOptions => ({
    ...(category === undefined ? {} : { category }),
    country: country ?? settings().defaultCountry,
    ...(mapping === undefined ? {} : { mapping }),
  });
  const begin = (row: ImportRow, options: ImportOptions, dryRun: boolean): Promise<void> => {
    if (row.size <= AT_ONCE_BYTES) {
      const bytes = readFileSync(files.pathOf(row.id));
      guarded(() => inTransaction(database, () => writeAtOnce(row, bytes, { options, dryRun })));
      if (!dryRun) files.remove(row.id);
      announce(row.id);
      announceContacts();
      return Promise.resolve();
    }
    refuseWhileBusy();
    store.begin(row, dryRun ? 'checking' : 'running', { options, now: clock.now() });
    return runner.runImport(find(row.id), dryRun);
  };
  const insert = (fileName: string, size: number, state: ImportState): ImportRow => {
    const id = ids.next();
    store.insert({ id, fileName, state, size, now: clock.now() });
    return find(id);
  };
  const drop = (row: ImportRow): void => {
    store.remove(row);
    files.remove(row.id);
  };

  /** A file that is imported in one call, small enough to be done in one transaction. */
  const importAtOnce = (
    bytes: Buffer,
    fileName: string,
    run: { options: ImportOptions; dryRun: boolean },
  ): ImportReport =>
    guarded(() => {
      const { options, dryRun } = run;
      const write = (): ImportReport => {
        const row = insert(fileName, bytes.length, 'ready');
        // A dry run is the real one, taken back: what it reports is what would be.
        writeAtOnce(row, bytes, { options, dryRun: false });
        return importReport(store, find(row.id), { locale: locale(), dryRun });
      };
      if (!dryRun) return inTransaction(database, write);
      database.exec('SAVEPOINT dry_run');
      try {
        return write();
      } finally {
        database.exec('ROLLBACK TO dry_run; RELEASE dry_run');
      }
    });

  return {
    start: () => runner.start(),
    stop: () => runner.stop(),

    async import(file, { fileName = 'import.csv', dryRun = false, ...query }) {
      if (file.size > MAX_IMPORT_BYTES) throw new VigieError('payload_too_large');
      const options = optionsOf(query);
      if (file.size <= AT_ONCE_BYTES) {
        const report = importAtOnce(Buffer.from(await file.arrayBuffer()), fileName, { options, dryRun });
        if (!dryRun) announceContacts();
        return report;
      }
      refuseWhileBusy();
      const row = insert(fileName, file.size, 'uploading');
      await files.write(row.id, 0, file);
      store.setState(row.id, 'ready');
      await begin(find(row.id), options, dryRun);
      const done = find(row.id);
      const report = importReport(store, done, { locale: locale(), dryRun });
      if (dryRun || done.state === 'failed') drop(done);
      if (done.state === 'failed') throw new VigieError('csv_unreadable', { detail: view(done).problem ?? '' });
      return report;
    },

    list({ limit, cursor }) {
      const position = cursor === undefined ? [Number.MAX_SAFE_INTEGER] : decodeCursor(cursor, ['number'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const rows = store.page(position[0] ?? 0, limit + 1);
      return toPage(rows, limit, { item: view, position: ({ number }) => [number] });
    },

    get,

    create: ({ fileName, size }) => view(insert(fileName, size, 'uploading')),

    async upload({ id, offset }, part) {
      const row = findIn(id, ['uploading', 'ready']);
      if (offset + part.size > row.size) throw new VigieError('payload_too_large');
      // The last part came before, and its answer was lost.
      if (row.state === 'ready' && offset + part.size === row.size) return view(row);
      if (row.state === 'ready') throw new VigieError('wrong_import_state', { state: row.state });
      // Nothing may be missing in between.
      if (offset > files.sizeOf(id)) throw new VigieError('bad_request', { detail: 'offset' });
      const received = await files.write(id, offset, part);
      if (received === row.size) store.setState(id, 'ready');
      return get(id);
    },

    preview({ id, mapping, country }) {
      const row = findIn(id, STARTABLE);
      requireFile(id);
      const { bytes } = files.start(id, row.size);
      return guarded(() => previewOf(bytes, { country: country ?? settings().defaultCountry, mapping }, locale()));
    },

    begin({ id, dryRun = false, ...options }, actor) {
      const row = findIn(id, STARTABLE);
      requireFile(id);
      void begin(row, optionsOf(options), dryRun);
      if (!dryRun) audit.write({ actor, action: 'import.start', target: id });
      return get(id);
    },

    async cancel(id, actor) {
      const row = findIn(id, UNFINISHED);
      if (runner.activeId() === id) {
        await runner.stopActive();
      } else if (!RESUMABLE.includes(row.state)) {
        drop(row);
        return { ...view(row), state: 'stopped', canUndo: false, canResume: false };
      }
      audit.write({ actor, action: 'import.cancel', target: id });
      return get(id);
    },

    resume(id, actor) {
      const row = findIn(id, RESUMABLE);
      requireFile(id);
      refuseWhileBusy();
      store.setState(id, 'running');
      audit.write({ actor, action: 'import.resume', target: id });
      void runner.runImport({ ...row, state: 'running' }, false);
      return get(id);
    },

    undo(id, actor) {
      const row = findIn(id, UNDOABLE);
      if (row.hasUndo === 0) throw new VigieError('wrong_import_state', { state: row.state });
      refuseWhileBusy();
      audit.write({ actor, action: 'import.undo', target: id });
      store.setState(id, 'undoing');
      if (row.imported + row.updated <= UNDONE_AT_ONCE) {
        undoAtOnce(row);
        files.remove(id);
        announce(id);
        announceContacts();
      } else void runner.runUndo(row);
      return get(id);
    },

    refused({ id, limit, cursor }) {
      const position = cursor === undefined ? [0] : decodeCursor(cursor, ['number'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const { number } = find(id);
      const lines = refusedLines(store, { number, after: position[0] ?? 0, limit: limit + 1 }, locale());
      return toPage(lines, limit, { item: (line) => line, position: ({ line }) => [line] });
    },

    refusedFile: (id) => refusedCsv(store, find(id), locale()),
  };
}
