import type { MessageType } from '../contract/attempts.ts';
import { leavesInQuietHours, quietUntil, type QuietHours } from '../domain/pace.ts';
import type { Database } from '../storage/database.ts';

/** What a choice between queues needs to know of the first attempt in each. */
export const HEAD_COLUMNS =
  'attempts.id, type, priority, rank, due_at AS dueAt, attempts.created_at AS createdAt, expires_at AS expiresAt';
export type HeadRow = {
  id: string;
  type: MessageType;
  priority: number;
  rank: number;
  dueAt: number;
  createdAt: number;
  expiresAt: number | null;
};

type Queue = { lineId: string; campaignId: string; rank: number };
type Quiet = { now: number; timeZone: string; quietHours: QuietHours };
/** A Message 2 with the instant at which its contact wrote. */
type FollowUpRow = HeadRow & { answeredAt: number };

const WAITING = `
  FROM attempts INDEXED BY attempts_zone
  WHERE line_id = @lineId AND attempts.campaign_id = @campaignId AND rank = @rank AND attempts.state IN ('pending', 'failed_retry')`;

/** The queues of a campaign on a line with quiet hours: one for each time zone of its recipients (SND-13). */
export class ZoneQueues {
  readonly #statements;

  constructor(database: Database) {
    this.#statements = {
      // One step of the index for each zone, however many messages wait there.
      zones: database
        .prepare<Queue, string>(
          `
          WITH RECURSIVE zones (zone) AS (
            SELECT min(time_zone) ${WAITING}
            UNION ALL
            SELECT (SELECT min(time_zone) ${WAITING} AND time_zone > zone) FROM zones WHERE zone IS NOT NULL)
          SELECT zone FROM zones WHERE zone IS NOT NULL`,
        )
        .pluck(),
      head: database.prepare<Queue & { zone: string }, HeadRow>(`
        SELECT ${HEAD_COLUMNS} ${WAITING} AND time_zone = @zone ORDER BY due_at, attempts.id LIMIT 1`),
      followUps: database.prepare<Queue & { zone: string; now: number }, FollowUpRow>(`
        SELECT ${HEAD_COLUMNS}, coalesce(
          (SELECT interaction_at FROM recipients
           WHERE recipients.campaign_id = attempts.campaign_id AND recipients.contact_id = attempts.contact_id),
          attempts.created_at) AS answeredAt
        ${WAITING} AND time_zone = @zone AND due_at <= @now ORDER BY due_at, attempts.id`),
    };
  }

  /** First message of each zone that may be written to now, and when the quiet hours of the other zones end. */
  heads(queue: Queue, quiet: Quiet): { heads: HeadRow[]; quietUntil: number[] } {
    const heads: HeadRow[] = [];
    const ends: number[] = [];
    for (const zone of this.#statements.zones.all(queue)) {
      const until = quietUntil({ at: quiet.now, timeZone: zone || quiet.timeZone, quietHours: quiet.quietHours });
      if (until !== null) ends.push(until);
      const head =
        until === null
          ? this.#statements.head.get({ ...queue, zone })
          : this.#firstInQuietHours({ ...queue, zone }, { now: quiet.now, until });
      if (head !== undefined) heads.push(head);
    }
    return { heads, quietUntil: ends };
  }

  /** The follow-ups of a zone are bounded by the windows of a day; the first that does not wait is mostly near. */
  #firstInQuietHours(queue: Queue & { zone: string }, quiet: { now: number; until: number }): HeadRow | undefined {
    const first = this.#statements.head.get(queue);
    if (first?.type !== 'message_2') return undefined;
    for (const { answeredAt, ...followUp } of this.#statements.followUps.iterate({ ...queue, now: quiet.now })) {
      const { expiresAt } = followUp;
      if (expiresAt === null || leavesInQuietHours({ answeredAt, expiresAt }, quiet)) return followUp;
    }
    return undefined;
  }
}
