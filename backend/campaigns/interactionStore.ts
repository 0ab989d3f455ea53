import type { InteractionType } from '../contract/campaigns.ts';
import type { Database } from '../storage/database.ts';

export type NewInteraction = {
  campaignId: string;
  contactId: string;
  lineId: string;
  providerMessageId: string;
  type: InteractionType;
  receivedAt: number;
  within24h: 0 | 1;
  now: number;
};
export type FirstInteraction = { type: InteractionType; receivedAt: number; within24h: 0 | 1 };
type Step = { campaignId: string; contactId: string };

/** Reads and writes the answers of contacts (CMP-5). */
export class InteractionStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      known: database
        .prepare<{ lineId: string; providerMessageId: string }, number>(
          `SELECT id FROM interactions WHERE line_id = @lineId AND provider_message_id = @providerMessageId`,
        )
        .pluck(),
      insert: database.prepare(`
        INSERT INTO interactions (campaign_id, contact_id, line_id, provider_message_id, type, received_at, within_24h,
          created_at)
        VALUES (@campaignId, @contactId, @lineId, @providerMessageId, @type, @receivedAt, @within24h, @now)`),
      // Of answers of one instant always the same one, whatever the order in which they came (WHK-4).
      first: database.prepare<Step, FirstInteraction>(`
        SELECT type, received_at AS receivedAt, within_24h AS within24h FROM interactions
        WHERE campaign_id = +@campaignId AND contact_id = +@contactId
        ORDER BY received_at, provider_message_id LIMIT 1`),
      measureAgain: database.prepare<Step & { windowClosesAt: number }>(`
        UPDATE interactions SET within_24h = received_at < @windowClosesAt
        WHERE campaign_id = @campaignId AND contact_id = @contactId`),
    };
  }

  isKnown(lineId: string, providerMessageId: string): boolean {
    return this.#statements.known.get({ lineId, providerMessageId }) !== undefined;
  }

  /** Returns the id of the new row. */
  insert(interaction: NewInteraction): string {
    return String(this.#statements.insert.run(interaction).lastInsertRowid);
  }

  first(step: Step): FirstInteraction | null {
    const { campaignId, contactId } = step;
    return this.#statements.first.get({ campaignId, contactId }) ?? null;
  }

  /** Says anew which answers came within the window, once the instant of Message 1 is known. */
  measureAgain(step: Step, windowClosesAt: number): void {
    const { campaignId, contactId } = step;
    this.#statements.measureAgain.run({ campaignId, contactId, windowClosesAt });
  }
}
