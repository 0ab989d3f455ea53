import type { Database } from '../storage/database.ts';
import type { Audience } from './campaignStore.ts';

export type AudienceContact = { id: string; name: string; phone: string; attributes: string };

/** Contacts of the categories and those named one by one, each once. */
const CHOSEN = `
  WITH chosen AS (
    SELECT contact_id AS id FROM contact_categories
    WHERE category_id IN (SELECT value FROM json_each(@categoryIds))
    UNION SELECT value FROM json_each(@contactIds)
  )`;
const ELIGIBLE = `
  c.opted_out_at IS NULL AND NOT EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = c.phone)`;

/** Who a campaign is for (CMP-3, CMP-4): its contacts, minus those who opted out. */
export class AudienceStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      count: database.prepare<object, { total: number; eligible: number }>(`
        ${CHOSEN} SELECT count(*) AS total, count(*) FILTER (WHERE ${ELIGIBLE}) AS eligible
        FROM contacts c WHERE c.id IN (SELECT id FROM chosen)`),
      attributeNames: database
        .prepare<object, string>(
          `
          ${CHOSEN} SELECT DISTINCT attribute.key FROM contacts c, json_each(c.attributes) AS attribute
          WHERE c.id IN (SELECT id FROM chosen) AND ${ELIGIBLE} AND trim(attribute.value) <> ''`,
        )
        .pluck(),
      samples: database.prepare<object, AudienceContact>(`
        ${CHOSEN} SELECT c.id, c.name, c.phone, c.attributes FROM contacts c
        WHERE c.id IN (SELECT id FROM chosen) AND ${ELIGIBLE} ORDER BY c.created_at, c.id LIMIT @limit`),
      addRecipients: database.prepare(`
        ${CHOSEN} INSERT INTO recipients (campaign_id, contact_id, phone, updated_at)
        SELECT @campaignId, c.id, c.phone, @now FROM contacts c
        WHERE c.id IN (SELECT id FROM chosen) AND ${ELIGIBLE} ORDER BY c.created_at, c.id`),
    };
  }

  count(audience: Audience): { eligible: number; optedOut: number } {
    const { total, eligible } = this.#statements.count.get(parameters(audience)) ?? { total: 0, eligible: 0 };
    return { eligible, optedOut: total - eligible };
  }

  /** Names of the attributes that at least one eligible contact has. */
  attributeNames(audience: Audience): string[] {
    return this.#statements.attributeNames.all(parameters(audience));
  }

  samples(audience: Audience, limit: number): AudienceContact[] {
    return this.#statements.samples.all({ ...parameters(audience), limit });
  }

  /** Makes one recipient for each eligible contact; returns how many. */
  addRecipients(campaignId: string, audience: Audience, now: number): number {
    return this.#statements.addRecipients.run({ ...parameters(audience), campaignId, now }).changes;
  }
}

function parameters({ categoryIds, contactIds }: Audience): { categoryIds: string; contactIds: string } {
  return { categoryIds: JSON.stringify(categoryIds), contactIds: JSON.stringify(contactIds) };
}
