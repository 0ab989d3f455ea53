import type { Database } from '../storage/database.ts';
import type { AudiencePosition } from './audienceStore.ts';

/** A list that is being made: where the walk over its audience stands. */
export type LaunchRow = AudiencePosition & {
  campaignId: string;
  lineId: string;
  beganAt: number;
  /** From when on its messages may leave. */
  dueAt: number;
};
type NewLaunch = Omit<LaunchRow, keyof AudiencePosition> & { expected: number };

/** Reads and writes the launches under way, and takes back what was made by them. */
export class LaunchStore {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      // The campaign that has waited longest. A campaign without a launch is on its way back to a draft.
      next: database
        .prepare<[], string>(`SELECT id FROM campaigns WHERE status = 'preparing' ORDER BY created_at, id LIMIT 1`)
        .pluck(),
      byId: database.prepare<{ campaignId: string }, LaunchRow>(`
        SELECT campaign_id AS campaignId, line_id AS lineId, began_at AS beganAt, due_at AS dueAt, part,
          after_contact AS after
        FROM launches WHERE campaign_id = @campaignId`),
      insert: database.prepare<NewLaunch>(`
        INSERT INTO launches (campaign_id, line_id, began_at, due_at, expected)
        VALUES (@campaignId, @lineId, @beganAt, @dueAt, @expected)`),
      advance: database.prepare<AudiencePosition & { campaignId: string; looked: number }>(`
        UPDATE launches SET part = @part, after_contact = @after, looked = looked + @looked
        WHERE campaign_id = @campaignId`),
      remove: database.prepare<{ campaignId: string }>(`DELETE FROM launches WHERE campaign_id = @campaignId`),
      hasLeft: database
        .prepare<{ campaignId: string }, number>(
          `
          SELECT EXISTS (SELECT 1 FROM attempts INDEXED BY attempts_campaign_state
            WHERE campaign_id = @campaignId AND state NOT IN ('pending', 'cancelled'))`,
        )
        .pluck(),
      removeMessages: database.prepare<{ campaignId: string; limit: number }>(`
        DELETE FROM attempts WHERE id IN (
          SELECT id FROM attempts INDEXED BY attempts_campaign WHERE campaign_id = +@campaignId LIMIT +@limit)`),
      removeRecipients: database.prepare<{ campaignId: string; limit: number }>(`
        DELETE FROM recipients WHERE id IN (
          SELECT id FROM recipients WHERE campaign_id = +@campaignId LIMIT +@limit)`),
    };
  }

  /** The campaign whose list is made or taken back now; null when there is none. */
  nextCampaign(): string | null {
    return this.#statements.next.get() ?? null;
  }

  byCampaign(campaignId: string): LaunchRow | null {
    return this.#statements.byId.get({ campaignId }) ?? null;
  }

  insert(launch: NewLaunch): void {
    this.#statements.insert.run(launch);
  }

  /** @param looked contacts gone through since the last time */
  advance({ campaignId }: Pick<LaunchRow, 'campaignId'>, position: AudiencePosition, looked: number): void {
    this.#statements.advance.run({ campaignId, ...position, looked });
  }

  remove(campaignId: string): void {
    this.#statements.remove.run({ campaignId });
  }

  /** Whether a message of the campaign has begun to leave, whatever became of it. */
  hasLeft(campaignId: string): boolean {
    return this.#statements.hasLeft.get({ campaignId }) === 1;
  }

  /** Removes up to `limit` messages, then recipients, of a campaign of which nothing has left; returns how many. */
  takeBack(campaignId: string, limit: number): number {
    const { removeMessages, removeRecipients } = this.#statements;
    return removeMessages.run({ campaignId, limit }).changes || removeRecipients.run({ campaignId, limit }).changes;
  }
}
