import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { systemClock } from '../core/clock.ts';
import { createIds } from '../core/ids.ts';
import { inTransaction, openDatabase, type Database } from '../storage/database.ts';
import { ContactSearchIndex } from './contactSearch.ts';
import { CsvFileError, type FileProblem } from './csv.ts';
import { bytesOfFile } from './csvText.ts';
import type { ReadingOptions } from './importLines.ts';
import { runsOf, type Run } from './importRun.ts';
import { ImportStatements } from './importStatements.ts';
import { ImportUndo } from './importUndo.ts';
import { ImportWriter, type WrittenImport } from './importWriter.ts';

/** What a thread is started for: one reads and sorts, the other writes; so both processors work. */
export type WriterTask = { databaseFile: string } & (
  | {
      kind: 'import';
      file: string;
      reading: ReadingOptions;
      written: WrittenImport;
      runLines: number;
      runsDone: number;
      partsDone: number;
    }
  | { kind: 'undo'; undone: { number: number; afterNumber: number; now: number } }
  | { kind: 'index' }
);
export type ReaderTask = { kind: 'read' } & Pick<
  Extract<WriterTask, { kind: 'import' }>,
  'file' | 'reading' | 'runLines' | 'runsDone'
>;

/** What the writer says; after `run` and `slice` it waits for leave to go on. */
export type WriterMessage =
  | { kind: 'run'; optOuts: string[] }
  | { kind: 'slice' }
  | { kind: 'done'; longestMs: number }
  | { kind: 'problem'; problem: FileProblem };

/** How long a transaction may last with its commit: the bound is 25 ms, and machines are shared. */
const SLICE_MS = 18;
/** A commit that took long makes the next transactions do less, by a share that fades with each. */
const FADING = 0.8;
/** So often the pages in the log are carried over to the file, between two slices. */
const CHECKPOINT_SLICES = 64;
/** Memory for pages of the file, in KiB: most of what an import touches. */
const CACHE_KIB = 48 * 1024;
/** Runs that the reader may be ahead. */
const AHEAD = 1;
/** Its live data is two runs; without a bound it would let garbage lie for long. */
const READER_MEMORY = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 24 };

const port = parentPort;
if (port !== null) {
  const task = workerData as WriterTask | ReaderTask;
  if (task.kind === 'read') await read(task);
  else await writeAll(task);
}

function say(message: WriterMessage | Run | { kind: 'end' }): void {
  port?.postMessage(message);
}

async function read({ file, reading, runLines, runsDone }: ReaderTask): Promise<void> {
  let credit = AHEAD;
  port?.on('message', () => credit++);
  try {
    let index = 0;
    const ids = createIds(systemClock);
    for (const run of runsOf(bytesOfFile(file), reading, { runLines, sorted: true, ids })) {
      if (index++ < runsDone) continue;
      while (credit === 0 && port !== null) await once(port, 'message');
      credit--;
      say(run);
    }
    say({ kind: 'end' });
  } catch (error) {
    if (!(error instanceof CsvFileError)) throw error;
    say({ kind: 'problem', problem: error.problem });
  }
  port?.close();
}

async function writeAll(task: WriterTask): Promise<void> {
  const database = openDatabase(task.databaseFile);
  database.pragma(`cache_size = -${CACHE_KIB}`);
  // Carrying pages over is no part of a transaction; it is done between two of them.
  database.pragma('wal_autocheckpoint = 0');
  const slices = createSlices(database);
  try {
    const problem = task.kind === 'import' ? await writeImport(database, task, slices) : null;
    if (task.kind === 'undo') await slices.repeat(undoStep(database, task));
    if (task.kind === 'index') await slices.repeat(indexStep(database));
    say(problem === null ? { kind: 'done', longestMs: slices.longestMs() } : { kind: 'problem', problem });
  } finally {
    database.close();
    port?.close();
  }
}

function indexStep(database: Database): (goesOn: () => boolean) => boolean {
  const search = new ContactSearchIndex(database);
  return (goesOn) => inTransaction(database, () => search.catchUp(goesOn));
}

function undoStep(database: Database, { undone }: Extract<WriterTask, { kind: 'undo' }>) {
  const undo = new ImportUndo(database, undone);
  return (goesOn: () => boolean) => undo.step(goesOn);
}

async function writeImport(
  database: Database,
  task: Extract<WriterTask, { kind: 'import' }>,
  slices: ReturnType<typeof createSlices>,
): Promise<FileProblem | null> {
  const writer = new ImportWriter(
    { database, statements: new ImportStatements(database), ids: createIds(systemClock) },
    task.written,
  );
  const { file, reading, runLines } = task;
  let { runsDone, partsDone: from } = task;
  const readerTask: ReaderTask = { kind: 'read', file, reading, runLines, runsDone };
  const reader = new Worker(import.meta.filename, { workerData: readerTask, resourceLimits: READER_MEMORY });
  const arrived = messagesOf<Run | { kind: 'end' } | { kind: 'problem'; problem: FileProblem }>(reader);
  for (;;) {
    const message = await arrived();
    if ('kind' in message) return message.kind === 'end' ? null : message.problem;
    say({ kind: 'run', optOuts: message.optOuts });
    await leave();
    await slices.repeat((goesOn) => {
      from = writer.write(message, { from, runsDone }, goesOn);
      return from < message.parts.length;
    });
    [from, runsDone] = [0, runsDone + 1];
    reader.postMessage('next');
  }
}

/** The next message of a thread, in their order. @throws what the thread failed with */
function messagesOf<Message>(worker: Worker): () => Promise<Message> {
  const waiting: Message[] = [];
  let failure: unknown = null;
  let wake = (): void => {};
  worker.on('message', (message: Message) => {
    waiting.push(message);
    wake();
  });
  worker.on('error', (error) => {
    failure = error;
    wake();
  });
  return async () => {
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) return message;
      if (failure !== null) throw failure as Error;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

/** The host's leave for the next slice: what the host itself has to write comes first. */
async function leave(): Promise<void> {
  if (port !== null) await once(port, 'message');
}

/** Runs work in transactions of bounded length, each with the host's leave. */
function createSlices(database: Database) {
  let longestMs = 0;
  let commitMs = 0;
  let sinceCheckpoint = 0;
  return {
    longestMs: () => longestMs,
    /** Calls `step` until it returns false. */
    async repeat(step: (goesOn: () => boolean) => boolean): Promise<void> {
      for (let isLeft = true; isLeft;) {
        const start = systemClock.monotonic();
        let worked = start;
        isLeft = step(() => {
          worked = systemClock.monotonic();
          return worked - start < SLICE_MS - commitMs;
        });
        const end = systemClock.monotonic();
        commitMs = Math.max(end - worked, commitMs * FADING);
        longestMs = Math.max(longestMs, end - start);
        sinceCheckpoint++;
        if (sinceCheckpoint >= CHECKPOINT_SLICES || !isLeft) {
          database.pragma('wal_checkpoint(PASSIVE)');
          sinceCheckpoint = 0;
        }
        say({ kind: 'slice' });
        await leave();
      }
    },
  };
}
