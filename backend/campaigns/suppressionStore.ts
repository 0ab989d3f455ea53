import type { Database } from '../storage/database.ts';

export type SuppressionRow = { phone: string; reason: string; createdAt: number };
type PageKey = { beforeCreatedAt: number; beforePhone: string; limit: number };

/** Reads and writes the phones that are never written to again, and the mark of it on their contacts. */
export class SuppressionStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      page: database.prepare<PageKey, SuppressionRow>(`
        SELECT phone, reason, created_at AS createdAt FROM suppressions
        WHERE (created_at, phone) < (@beforeCreatedAt, @beforePhone)
        ORDER BY created_at DESC, phone DESC LIMIT @limit`),
      has: database.prepare<{ phone: string }, number>(`SELECT 1 FROM suppressions WHERE phone = @phone`).pluck(),
      insert: database.prepare<{ phone: string; reason: string; now: number }>(`
        INSERT INTO suppressions (phone, reason, created_at) VALUES (@phone, @reason, @now) ON CONFLICT DO NOTHING`),
      remove: database.prepare<{ phone: string }>(`DELETE FROM suppressions WHERE phone = @phone`),
      markContact: database
        .prepare<{ phone: string; now: number }, string>(
          `
          UPDATE contacts SET opted_out_at = @now, updated_at = @now WHERE phone = @phone AND opted_out_at IS NULL
          RETURNING id`,
        )
        .pluck(),
      unmarkContact: database
        .prepare<{ phone: string; now: number }, string>(
          `
          UPDATE contacts SET opted_out_at = NULL, updated_at = @now WHERE phone = @phone RETURNING id`,
        )
        .pluck(),
    };
  }

  /** Newest first, those before the position. */
  page(position: PageKey): SuppressionRow[] {
    return this.#statements.page.all(position);
  }

  has(phone: string): boolean {
    return this.#statements.has.get({ phone }) !== undefined;
  }

  /** False when the phone was on the list already. */
  insert(suppression: { phone: string; reason: string; now: number }): boolean {
    return this.#statements.insert.run(suppression).changes === 1;
  }

  /** False when the phone was not on the list. */
  remove(phone: string): boolean {
    return this.#statements.remove.run({ phone }).changes === 1;
  }

  /** Marks the contact who has this phone as opted out; its id, when there is one to mark. */
  markContact(phone: string, now: number): string | null {
    return this.#statements.markContact.get({ phone, now }) ?? null;
  }

  unmarkContact(phone: string, now: number): string | null {
    return this.#statements.unmarkContact.get({ phone, now }) ?? null;
  }
}
