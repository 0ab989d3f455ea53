import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** What a look into a database file found: its layout's number, or what is wrong with it. */
const fileCheck = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sound'), schema: z.int() }),
  z.object({ kind: z.literal('damaged'), detail: z.string() }),
]);
export type FileCheck = z.infer<typeof fileCheck>;

/** A build has the worker beside its entries, the source tree beside this file. */
const WORKER = path.basename(import.meta.dirname) === 'main' ? 'checkFile.js' : 'checkFile.worker.ts';

/** Reads a whole database file in a thread of its own: seconds for a large one, in which this thread goes on. */
export function checkFile(file: string): Promise<FileCheck> {
  const { promise, resolve, reject } = Promise.withResolvers<FileCheck>();
  const worker = new Worker(path.join(import.meta.dirname, WORKER), { workerData: file });
  worker.once('message', (message) => {
    resolve(fileCheck.parse(message));
  });
  worker.once('error', reject);
  worker.once('exit', (code) => {
    reject(new Error(`the check of a file ended without an answer (${code})`));
  });
  return promise;
}
