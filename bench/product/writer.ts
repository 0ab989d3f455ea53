import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { openDatabase } from '../../backend/storage/database.ts';
import { asSide } from '../support/side.ts';

export type WriterTask = { file: string };

const CHUNK = 2_000;

/** Stands in for a long import: contacts by the thousand into the main file, each chunk a transaction, until it is stopped. */
asSide<WriterTask>(async ({ file }) => {
  const database = openDatabase(file);
  const insert = database.prepare(
    `INSERT INTO contacts (id, name, phone, created_at, updated_at) VALUES (@id, 'Contact', @phone, 0, 0)`,
  );
  // Each round goes on where the one before it was stopped.
  let written = database.prepare<[], number>(`SELECT count(*) FROM contacts`).pluck().get() ?? 0;
  const write = async (): Promise<void> => {
    for (;;) {
      database
        .transaction(() => {
          for (let index = 0; index < CHUNK; index += 1) {
            insert.run({ id: randomUUID(), phone: `+336${String((written += 1)).padStart(9, '0')}` });
          }
        })
        .immediate();
      await nextTurn();
    }
  };
  setImmediate(() => void write());
  return {};
});
