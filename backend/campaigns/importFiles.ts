import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../storage/database.ts';
import type { Bytes } from './csvText.ts';

/** Of a file so much is read to show what is in it. */
const START_BYTES = 256 * 1024;
const NEW_LINE = 0x0a;

/** Files of imports that are not done, beside the base. */
export class ImportFiles {
  readonly #folder: string;

  constructor(database: Database) {
    this.#folder = path.join(path.dirname(database.name), 'imports');
  }

  pathOf(id: string): string {
    return path.join(this.#folder, `${id}.csv`);
  }

  /** How much of a file is there. */
  sizeOf(id: string): number {
    return statSync(this.pathOf(id), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Writes what comes at a place of the file, piece by piece; the size of the file then. */
  async write(id: string, offset: number, content: Blob): Promise<number> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(this.pathOf(id), offset === 0 ? 'w' : 'r+', 0o600);
    let position = offset;
    try {
      for await (const piece of content.stream() as AsyncIterable<Uint8Array>) {
        await file.write(piece, 0, piece.byteLength, position);
        position += piece.byteLength;
      }
      return position;
    } finally {
      await file.close();
    }
  }

  remove(id: string): void {
    rmSync(this.pathOf(id), { force: true });
  }

  /** Files that belong to no import any more. */
  removeOthers(ids: readonly string[]): void {
    const kept = new Set(ids.map((id) => path.basename(this.pathOf(id))));
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#folder)) {
      if (!kept.has(name)) rmSync(path.join(this.#folder, name), { force: true });
    }
  }

  /** The first lines, whole, and about how many lines the file has. */
  start(id: string, size: number): { bytes: Bytes; expectedLines: number } {
    const buffer = Buffer.alloc(Math.min(START_BYTES, size));
    const descriptor = openSync(this.pathOf(id), 'r');
    const read = readSync(descriptor, buffer);
    closeSync(descriptor);
    const end = read < size ? buffer.lastIndexOf(NEW_LINE) + 1 || read : read;
    const start = buffer.subarray(0, end);
    const lines = start.reduce((count, byte) => count + (byte === NEW_LINE ? 1 : 0), 0);
    const expectedLines = end === 0 ? 0 : Math.max(1, Math.round((lines * size) / end) - 1);
    return { bytes: () => [start], expectedLines };
  }
}
