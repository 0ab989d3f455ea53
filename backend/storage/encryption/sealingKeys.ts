import { VigieError } from '../../contract/errors.ts';
import type { Database } from '../database.ts';
import type { DataKey } from './dataKeys.ts';

/** Which keys the texts of a workspace may be sealed with. */
export type SealingKeys = {
  /** Written before the first text is sealed with it. */
  use(id: string, now: number): void;
  usedSince(id: string): number | null;
  /** No text needs any other key; gives those that were needed until now. */
  retireOthers(id: string, now: number): string[];
};

export function createSealingKeys(database: Database): SealingKeys {
  const use = database.prepare<{ id: string; now: number }>(`
    INSERT INTO sealing_keys (key_id, first_used_at) VALUES (@id, @now)
    ON CONFLICT (key_id) DO UPDATE SET retired_at = NULL`);
  const isInUse = database.prepare<{ id: string }>(
    `SELECT 1 FROM sealing_keys WHERE key_id = @id AND retired_at IS NULL`,
  );
  const since = database
    .prepare<{ id: string }, number>(`SELECT first_used_at FROM sealing_keys WHERE key_id = @id`)
    .pluck();
  const retire = database
    .prepare<{ id: string; now: number }, string>(
      `UPDATE sealing_keys SET retired_at = @now WHERE key_id <> @id AND retired_at IS NULL RETURNING key_id`,
    )
    .pluck();
  return {
    use(id, now) {
      // A start on a full disk has nothing to write here.
      if (isInUse.get({ id }) === undefined) use.run({ id, now });
    },
    usedSince: (id) => since.get({ id }) ?? null,
    retireOthers: (id, now) => retire.all({ id, now }),
  };
}

/** A key that texts of this file may need and that is not at hand; null when none is missing. */
export function missingKey(database: Database, ring: readonly DataKey[]): string | null {
  const exists = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sealing_keys'`).get();
  // A file of before texts were sealed.
  if (exists === undefined) return null;
  const needed = database
    .prepare<[], string>(`SELECT key_id FROM sealing_keys WHERE retired_at IS NULL ORDER BY key_id`)
    .pluck()
    .all();
  return needed.find((id) => !ring.some((key) => key.id === id)) ?? null;
}

/** @throws VigieError `frozen` with reason `data_key_missing`: nothing is sent that cannot be read */
export function refuseMissingKey(database: Database, ring: readonly DataKey[]): void {
  const keyId = missingKey(database, ring);
  if (keyId !== null) throw new VigieError('frozen', { reason: 'data_key_missing', keyId });
}
