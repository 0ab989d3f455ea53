import type { Database } from '../storage/database.ts';
import type { Audience } from './campaignStore.ts';

export type AudienceContact = {
  id: string;
  name: string;
  phone: string;
  attributes: string;
  createdAt: number;
  /** Did not opt out. */
  isEligible: 0 | 1;
  /** Stands in an earlier part of the audience too. */
  isRepeated: 0 | 1;
};
/** Where to go on: in which category, or behind the last one among those named one by one, after which contact. */
export type AudiencePosition = { part: number; after: string };
export type AudienceStep = {
  /** Each contact of the audience once, whatever number of its categories it is in. */
  contacts: AudienceContact[];
  /** Rows that were read for it. */
  looked: number;
  /** Null at the end. */
  next: AudiencePosition | null;
};
/** When an audience is gone through: categories that were removed by then no longer count. */
export type AudienceRequest = { audience: Audience; at: number; position: AudiencePosition; limit: number };

export const FIRST_POSITION: AudiencePosition = { part: 0, after: '' };

const COLUMNS = `c.id, c.name, c.phone, c.attributes, c.created_at AS createdAt,
  c.opted_out_at IS NULL AND NOT EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = c.phone) AS isEligible`;
const IN_EARLIER = `EXISTS (SELECT 1 FROM contact_categories e INDEXED BY contact_categories_contact
  WHERE e.contact_id = c.id AND e.category_id IN (SELECT value FROM json_each(@earlier))) AS isRepeated`;

/** Who a campaign is for (CMP-3, CMP-4): the contacts of its categories and those named one by one, step by step. */
export class AudienceStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      standing: database.prepare<{ ids: string; at: number }, { id: string; contactCount: number }>(`
        SELECT id, contact_count AS contactCount FROM categories
        WHERE id IN (SELECT value FROM json_each(@ids)) AND coalesce(removed_at > @at, 1)`),
      ofCategory: database.prepare<
        { categoryId: string; after: string; limit: number; earlier: string },
        AudienceContact
      >(`
        SELECT ${COLUMNS}, ${IN_EARLIER} FROM contact_categories m CROSS JOIN contacts c ON c.id = m.contact_id
        WHERE m.category_id = @categoryId AND m.contact_id > @after ORDER BY m.contact_id LIMIT @limit`),
      named: database.prepare<{ ids: string; earlier: string }, AudienceContact>(`
        SELECT ${COLUMNS}, ${IN_EARLIER} FROM json_each(@ids) named CROSS JOIN contacts c ON c.id = named.value`),
    };
  }

  /** About how many contacts there are to go through: who is in two categories counts twice. Read at once, however many. */
  extent(audience: Audience, at: number): number {
    return this.standing(audience.categoryIds, at).reduce(
      (sum, { contactCount }) => sum + contactCount,
      audience.contactIds.length,
    );
  }

  /** The next contacts, in the order of the categories, and within each in that in which they were made. */
  step({ audience, at, position, limit }: AudienceRequest): AudienceStep {
    const { categoryIds, contactIds } = audience;
    const standing = new Set(this.standing(categoryIds, at).map(({ id }) => id));
    for (let { part, after } = position; part < categoryIds.length; part++, after = '') {
      const categoryId = categoryIds[part] ?? '';
      if (!standing.has(categoryId)) continue;
      const earlier = JSON.stringify(categoryIds.slice(0, part).filter((id) => standing.has(id)));
      const found = this.#statements.ofCategory.all({ categoryId, after, limit, earlier });
      const last = found.at(-1);
      if (last === undefined) continue;
      const next = found.length < limit ? { part: part + 1, after: '' } : { part, after: last.id };
      return { contacts: once(found), looked: found.length, next };
    }
    const part = categoryIds.length;
    const after = position.part < part ? '' : position.after;
    const waiting = [...new Set(contactIds)].filter((id) => id > after).sort();
    const ids = waiting.slice(0, limit);
    const found = this.#statements.named.all({ ids: JSON.stringify(ids), earlier: JSON.stringify([...standing]) });
    const last = waiting.length > ids.length ? ids.at(-1) : undefined;
    return { contacts: once(found), looked: ids.length, next: last === undefined ? null : { part, after: last } };
  }

  /** Those among the categories that were not removed by then, with how many contacts they have. */
  standing(categoryIds: readonly string[], at: number): { id: string; contactCount: number }[] {
    return this.#statements.standing.all({ ids: JSON.stringify(categoryIds), at });
  }
}

const once = (found: AudienceContact[]): AudienceContact[] => found.filter(({ isRepeated }) => isRepeated === 0);
