import type { Database } from '../storage/database.ts';
import type { AudienceStore } from './audienceStore.ts';
import type { Audience } from './campaignStore.ts';

export type AudienceCount = {
  /** Contacts of the audience, each once. */
  contacts: number;
  /** Those among them that are never written to. */
  optedOut: number;
};
/** What a step read, how much of it counts, and after which key to go on; null when nothing was left. */
type Step = { looked: number; counted: number; last: string | null };

/** Rows that one step reads: some milliseconds (API-5). */
const ROWS = 2_000;

const IN_CATEGORIES = `SELECT 1 FROM contact_categories e INDEXED BY contact_categories_contact
  WHERE e.category_id IN (SELECT value FROM json_each(@categoryIds)) AND e.contact_id`;

/**
 * Counts audiences without going through all of their contacts (CMP-3): the largest category counts as many as are kept
 * with it, the others are read for who stands in several, and those who opted out are few.
 */
export class AudienceCounts {
  readonly #audience: Pick<AudienceStore, 'standing'>;
  readonly #rows: number;
  readonly #statements;

  constructor(database: Database, audience: Pick<AudienceStore, 'standing'>, rows = ROWS) {
    this.#audience = audience;
    this.#rows = rows;
    this.#statements = {
      ofCategory: database.prepare<{ categoryId: string; categoryIds: string; after: string }, Step>(`
        SELECT count(*) AS looked, coalesce(sum(isNew), 0) AS counted, max(contact_id) AS last FROM (
          SELECT m.contact_id, NOT EXISTS (${IN_CATEGORIES} = m.contact_id) AS isNew FROM contact_categories m
          WHERE m.category_id = @categoryId AND m.contact_id > @after ORDER BY m.contact_id LIMIT ${rows})`),
      named: database
        .prepare<{ ids: string; categoryIds: string }, number>(
          `SELECT count(*) FROM json_each(@ids) named CROSS JOIN contacts c ON c.id = named.value
          WHERE NOT EXISTS (${IN_CATEGORIES} = c.id)`,
        )
        .pluck(),
      optedOut: database.prepare<{ ids: string; categoryIds: string; after: string }, Step>(`
        SELECT count(*) AS looked, coalesce(sum(isChosen), 0) AS counted, max(phone) AS last FROM (
          SELECT s.phone, EXISTS (
            SELECT 1 FROM contacts c WHERE c.phone = s.phone
              AND (c.id IN (SELECT value FROM json_each(@ids)) OR EXISTS (${IN_CATEGORIES} = c.id))) AS isChosen
          FROM suppressions s WHERE s.phone > @after ORDER BY s.phone LIMIT ${rows})`),
    };
  }

  /** Yields after each step, so that others have their turn. What changes meanwhile may be counted as it was before. */
  *count({ categoryIds, contactIds }: Audience, at: number): Generator<void, AudienceCount> {
    const standing = this.#audience.standing(categoryIds, at).sort((a, b) => b.contactCount - a.contactCount);
    const ids = standing.map(({ id }) => id);
    let contacts = standing[0]?.contactCount ?? 0;
    for (const [index, categoryId] of ids.entries()) {
      if (index === 0) continue;
      const earlier = JSON.stringify(ids.slice(0, index));
      contacts += yield* this.#inPages((after) =>
        this.#statements.ofCategory.get({ categoryId, categoryIds: earlier, after }),
      );
    }
    const categories = JSON.stringify(ids);
    for (let from = 0; from < contactIds.length; from += this.#rows) {
      const slice = JSON.stringify(contactIds.slice(from, from + this.#rows));
      contacts += this.#statements.named.get({ ids: slice, categoryIds: categories }) ?? 0;
      yield;
    }
    const named = JSON.stringify(contactIds);
    const optedOut = yield* this.#inPages((after) =>
      this.#statements.optedOut.get({ ids: named, categoryIds: categories, after }),
    );
    return { contacts, optedOut: Math.min(optedOut, contacts) };
  }

  *#inPages(read: (after: string) => Step | undefined): Generator<void, number> {
    let counted = 0;
    for (let step = read(''); step !== undefined && step.last !== null; step = read(step.last)) {
      counted += step.counted;
      if (step.looked < this.#rows) break;
      yield;
    }
    return counted;
  }
}
