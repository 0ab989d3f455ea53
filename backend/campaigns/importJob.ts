import path from 'node:path';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { FileProblem } from './csv.ts';
import type { WriterMessage, WriterTask } from './importWorker.ts';

export type JobEnd =
  { kind: 'done'; longestMs: number } | { kind: 'problem'; problem: FileProblem } | { kind: 'stopped' };
export type Job = {
  /** Rejects with what the thread failed with. */
  ended: Promise<JobEnd>;
  /** Ends it between two transactions; what is written stays. */
  stop(): Promise<void>;
};
type JobOptions = {
  /** Before a run is written: those in it who want nothing. Called in parts. */
  optOut: (phones: readonly string[]) => void;
  /** After each transaction. */
  advanced: () => void;
};

/** Phones that are opted out in one turn of the loop. */
const OPT_OUTS = 50;
/** In MiB. */
const MEMORY = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 24 };

/** Beside this file in the sources, and beside the bundle in a build. */
const WORKER = path.join(import.meta.dirname, `importWorker${path.extname(import.meta.filename)}`);

/**
 * Runs a task in threads of its own. The writer asks for leave before each transaction, and gets it after what else
 * waits in this process's loop: so the dispatcher, the quota and webhooks never wait for more than one slice.
 */
export function startJob(task: WriterTask, { optOut, advanced }: JobOptions): Job {
  const worker = new Worker(WORKER, { workerData: task, resourceLimits: MEMORY });
  const ended = Promise.withResolvers<JobEnd>();
  let isStopping = false;

  const answer = async (message: WriterMessage): Promise<void> => {
    switch (message.kind) {
      case 'run':
        for (let at = 0; at < message.optOuts.length && !isStopping; at += OPT_OUTS) {
          optOut(message.optOuts.slice(at, at + OPT_OUTS));
          await turnOfTheLoop();
        }
        break;
      case 'slice':
        advanced();
        await turnOfTheLoop();
        break;
      case 'done':
      case 'problem':
        ended.resolve(message);
        return;
      default:
        message satisfies never;
    }
    if (!isStopping) {
      worker.postMessage('go');
      return;
    }
    await worker.terminate();
  };
  worker.on('message', (message: WriterMessage) => {
    answer(message).catch((error: unknown) => {
      void worker.terminate();
      ended.reject(error);
    });
  });
  worker.on('error', (error) => {
    ended.reject(error);
  });
  worker.on('exit', (code) => {
    if (isStopping) ended.resolve({ kind: 'stopped' });
    else ended.reject(new Error(`the import's thread ended with ${code}`));
  });

  return {
    ended: ended.promise,
    async stop() {
      isStopping = true;
      await ended.promise.catch(() => {});
    },
  };
}
