import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../../core/logger.ts';
import type { Service } from '../../core/service.ts';
import type { Database } from '../database.ts';

/** A table whose texts are brought under the key in use, some rows at a time. */
export type SweptTable = {
  name: string;
  /**
   * Looks at the rows behind a position, in one short transaction of its own or the caller's.
   * @returns where it stands now, null when there is no row behind the position
   */
  step(after: number): { at: number; changed: number } | null;
  /** Position of the last row. */
  end(): number;
};

export type SweepProgress = { running: boolean; done: number; total: number };

/**
 * Goes once through everything that is sealed or has to be, from the first row to the last, and leaves each under the key
 * in use. What is written meanwhile is right already, so one pass is all. Where it stands is on disk with what it
 * changed: killed anywhere, it goes on from there.
 */
export type BodySweep = Service & {
  progress(): SweepProgress;
  /** What has to be reached may have changed: looks now. */
  wake(): void;
  /** Goes to the end without waiting for a start; for a process that serves one command. */
  finish(): Promise<void>;
};

const stored = z.object({
  /** Key and rule that the pass is for. */
  goal: z.string(),
  /** Number of the table that it stands in; that of all tables when it is through. */
  table: z.int(),
  after: z.int(),
  /** Rows that it changed. */
  changed: z.int(),
});
type Position = z.infer<typeof stored>;

const KEY = 'body_sweep';
/** Rows that are right already are passed over quickly: where it stands is then written down now and then only. */
const STEPS_UNSAVED = 50;

type SweepDependencies = {
  database: Database;
  tables: readonly SweptTable[];
  /** What the pass has to reach: the key in use and whether every text is sealed. */
  goal: () => string;
  /** A pass came to its end; `changed` rows had something else in the file before. */
  completed: (changed: number) => Promise<void>;
  /** Screens may want to know. */
  moved: () => void;
  logger: Logger;
};

export function createBodySweep(dependencies: SweepDependencies): BodySweep {
  const { database, tables, goal, completed, moved, logger } = dependencies;
  const read = database.prepare<{ key: string }, string>(`SELECT value FROM meta WHERE key = @key`).pluck();
  const write = database.prepare<{ key: string; value: string }>(`
    INSERT INTO meta (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  let running = false;
  let pass: Promise<void> | null = null;

  function position(): Position {
    const value = read.get({ key: KEY });
    const found = value === undefined ? null : stored.parse(JSON.parse(value));
    return found?.goal === goal() ? found : { goal: goal(), table: 0, after: 0, changed: found?.changed ?? 0 };
  }

  function save(at: Position): void {
    write.run({ key: KEY, value: JSON.stringify(at) });
  }

  /** One step and the position behind it, in one transaction; null at the end of all tables. */
  const advance = database.transaction((at: Position, mustSave: boolean): Position | null => {
    const table = tables[at.table];
    if (table === undefined) return null;
    const step = table.step(at.after);
    const next =
      step === null
        ? { ...at, table: at.table + 1, after: 0 }
        : { ...at, after: step.at, changed: at.changed + step.changed };
    if (mustSave || step === null || step.changed > 0) save(next);
    return next;
  });

  async function through(isWanted: () => boolean): Promise<void> {
    let at = position();
    for (let steps = 1; isWanted(); steps += 1) {
      // The key or the rule changed in between: from the beginning, for the new one.
      if (at.goal !== goal()) at = position();
      const next = advance.immediate(at, steps % STEPS_UNSAVED === 0);
      if (next === null) {
        await completed(at.changed);
        save({ ...at, changed: 0 });
        moved();
        return;
      }
      if (steps % STEPS_UNSAVED === 0) moved();
      at = next;
      await turnOfTheLoop();
    }
  }

  const isThere = (): boolean => position().table >= tables.length && position().changed === 0;

  async function run(isWanted: () => boolean): Promise<void> {
    try {
      while (isWanted() && !isThere()) await through(isWanted);
    } catch (error) {
      // Nothing is lost by it: the next start, or the next change, goes on from here (REL-3).
      logger.error({ error }, 'texts could not be sealed');
    }
  }

  function begin(): void {
    if (!running || pass !== null || isThere()) return;
    pass = run(() => running).finally(() => {
      pass = null;
    });
  }

  return {
    start() {
      running = true;
      begin();
      return Promise.resolve();
    },
    async stop() {
      running = false;
      await pass;
    },
    wake: begin,
    async finish() {
      if (pass === null) await run(() => true);
      else await pass;
    },
    progress() {
      const at = position();
      const ends = tables.map((table) => table.end());
      const total = ends.reduce((sum, end) => sum + end, 0);
      const passed = ends.slice(0, at.table).reduce((sum, end) => sum + end, 0) + at.after;
      return { running: !isThere(), done: isThere() ? total : Math.min(passed, total), total };
    },
  };
}
