import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { inTransaction, type Database } from '../../storage/database.ts';

/** What this machine may still send, and whom it knows; on disk before anything is done with it. */
export type Lease = {
  host: string;
  day: string;
  slots: number;
  offsetMs: number;
  others: Record<string, string>;
};

export type LeaseBook = {
  read(): Lease;
  /** A new start: gives its number. */
  begin(): number;
  /** Goes on under a new name, with no slot. */
  becomeAnother(): void;
  /** Uses one slot of a day; false when there is none. Part of the caller's transaction. */
  take(day: string): boolean;
  /** More slots of a day. Those of another day are void. */
  add(day: string, slots: number): void;
  /** Gives slots back: no more than so many stay. */
  keep(slots: number): void;
  learn(known: Pick<Lease, 'offsetMs' | 'others'>): void;
};

type Row = Omit<Lease, 'others'> & { others: string; generation: number; fileMark: string };

const names = z.record(z.string(), z.string());

/**
 * The lease in a database file. It belongs to this very file: a copy of it, such as a restored backup, is another machine
 * that was granted nothing.
 */
export function createLeaseBook(database: Database): LeaseBook {
  const statements = {
    get: database.prepare<[], Row>(`
      SELECT host_id AS host, file_mark AS fileMark, generation, day, slots, offset_ms AS offsetMs, others
      FROM shared_lease WHERE id = 1`),
    begin: database.prepare<{ host: string; fileMark: string }>(`
      INSERT INTO shared_lease (id, host_id, file_mark, generation) VALUES (1, @host, @fileMark, 1)
      ON CONFLICT (id) DO UPDATE SET generation = generation + 1,
        host_id = iif(file_mark = @fileMark, host_id, @host), slots = iif(file_mark = @fileMark, slots, 0),
        file_mark = @fileMark`),
    becomeAnother: database.prepare<{ host: string }>(
      `UPDATE shared_lease SET host_id = @host, slots = 0 WHERE id = 1`,
    ),
    take: database.prepare<{ day: string }>(
      `UPDATE shared_lease SET slots = slots - 1 WHERE id = 1 AND day = @day AND slots > 0`,
    ),
    add: database.prepare<{ day: string; slots: number }>(`
      UPDATE shared_lease SET slots = iif(day = @day, slots, 0) + @slots, day = @day WHERE id = 1`),
    keep: database.prepare<{ slots: number }>(`UPDATE shared_lease SET slots = @slots WHERE id = 1 AND slots > @slots`),
    learn: database.prepare<{ offsetMs: number; others: string }>(
      `UPDATE shared_lease SET offset_ms = @offsetMs, others = @others WHERE id = 1`,
    ),
  };
  const read = (): Row => {
    const row = statements.get.get();
    if (row === undefined) throw new Error('the lease was not begun');
    return row;
  };
  return {
    read() {
      const { host, day, slots, offsetMs, others } = read();
      return { host, day, slots, offsetMs, others: names.parse(JSON.parse(others)) };
    },
    begin: () =>
      inTransaction(database, () => {
        statements.begin.run({ host: randomUUID(), fileMark: markOf(database.name) });
        return read().generation;
      }),
    becomeAnother: () => void statements.becomeAnother.run({ host: randomUUID() }),
    take: (day) => statements.take.run({ day }).changes === 1,
    add: (day, slots) => void statements.add.run({ day, slots }),
    keep: (slots) => void statements.keep.run({ slots }),
    learn: ({ offsetMs, others }) => void statements.learn.run({ offsetMs, others: JSON.stringify(others) }),
  };
}

/** What a copy of a file does not have. */
function markOf(file: string): string {
  return String(statSync(file, { bigint: true }).ino);
}
