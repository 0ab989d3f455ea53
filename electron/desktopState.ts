import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Report } from './backend.ts';
import { announced } from './thresholds.ts';

const desktopState = z.object({
  announced: announced.nullable(),
  /** The operator was told once that closing the window keeps Vigie in the tray (DSK-2). */
  toldHidden: z.boolean(),
  window: z
    .object({
      x: z.int(),
      y: z.int(),
      width: z.int().min(400),
      height: z.int().min(300),
      maximized: z.boolean(),
    })
    .nullable(),
});
export type DesktopState = z.infer<typeof desktopState>;

const FRESH: DesktopState = { announced: null, toldHidden: false, window: null };

/** What the desktop remembers across restarts, in one small file. */
export type DesktopMemory = {
  readonly state: DesktopState;
  /** Changes a part; on disk when it returns. */
  remember(part: Partial<DesktopState>): void;
};

/**
 * Opens the memory at `file`. It holds conveniences only: a file that is missing or unreadable is begun anew, and a
 * disk that refuses a change is reported.
 */
export function createDesktopMemory(file: string, report: Report): DesktopMemory {
  let state = read(file, report);
  return {
    get state() {
      return state;
    },
    remember(part) {
      state = { ...state, ...part };
      try {
        writeFileSync(`${file}.new`, JSON.stringify(state));
        renameSync(`${file}.new`, file);
      } catch (error) {
        report('the desktop state could not be written', error);
      }
    },
  };
}

function read(file: string, report: Report): DesktopState {
  try {
    return desktopState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) report('the desktop state was unreadable and is begun anew', error);
    return FRESH;
  }
}
