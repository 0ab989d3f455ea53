import type { CampaignFigures, CampaignStatus, MessageTemplate } from '../contract/campaigns.ts';
import type { Database } from '../storage/database.ts';

export type Audience = { categoryIds: string[]; contactIds: string[] };
export type Figures = Omit<CampaignFigures, 'failedCount'>;

export type CampaignRow = Figures & {
  id: string;
  name: string;
  status: CampaignStatus;
  lineId: string | null;
  message1: MessageTemplate;
  message2: MessageTemplate;
  audience: Audience;
  sendsPerMinute: number | null;
  startAt: number | null;
  startedAt: number | null;
  lastMessage1At: number | null;
  endedAt: number | null;
  /** Recipients with an end state. */
  ended: number;
  finalFigures: CampaignFigures | null;
  /** While its list is being made: contacts gone through, and about how many there are (`launches`). */
  looked: number | null;
  expected: number | null;
  createdAt: number;
  updatedAt: number;
};

type JsonColumns = 'message1' | 'message2' | 'audience' | 'finalFigures';
type StoredCampaign = Omit<CampaignRow, JsonColumns> &
  Record<Exclude<JsonColumns, 'finalFigures'>, string> & { finalFigures: string | null };
type PageKey = { beforeCreatedAt: number; beforeId: string; limit: number };
type Plan = Pick<CampaignRow, 'id' | 'name' | 'lineId' | 'sendsPerMinute' | 'startAt'> &
  Pick<CampaignRow, 'message1' | 'message2' | 'audience'>;

const COLUMNS = `
  id, name, status, line_id AS lineId, message_1 AS message1, message_2 AS message2, audience,
  sends_per_minute AS sendsPerMinute, start_at AS startAt, started_at AS startedAt,
  nullif(last_message_1_at, 0) AS lastMessage1At, ended_at AS endedAt,
  total_contacts AS totalContacts, messages_sent AS messagesSent, messages_delivered AS messagesDelivered,
  messages_read AS messagesRead, interactions, message_2_sent AS message2Sent, failures,
  no_interaction AS noInteraction, late, opted_out AS optedOut, cancelled, ended, final_figures AS finalFigures,
  (SELECT looked FROM launches WHERE campaign_id = campaigns.id) AS looked,
  (SELECT expected FROM launches WHERE campaign_id = campaigns.id) AS expected,
  created_at AS createdAt, updated_at AS updatedAt`;

/** Reads and writes campaigns; their figures are kept by the triggers on recipients (CMP-11). */
export class CampaignStore {
  readonly #statements;

  constructor(database: Database) {
    const page = (condition: string) =>
      database.prepare<object, StoredCampaign>(`
        SELECT ${COLUMNS} FROM campaigns WHERE (created_at, id) < (@beforeCreatedAt, @beforeId) ${condition}
        ORDER BY created_at DESC, id DESC LIMIT @limit`);
    this.#statements = {
      page: page(''),
      pageOfStatus: page('AND status = @status'),
      byId: database.prepare<{ id: string }, StoredCampaign>(`SELECT ${COLUMNS} FROM campaigns WHERE id = @id`),
      active: database
        .prepare<[], string>(`SELECT id FROM campaigns WHERE status IN ('running', 'paused') ORDER BY created_at, id`)
        .pluck(),
      dueToStart: database
        .prepare<{ now: number }, string>(`SELECT id FROM campaigns WHERE status = 'scheduled' AND start_at <= @now`)
        .pluck(),
      // A pause with an end, SND-14; the row goes with whatever ends the pause.
      dueToResume: database
        .prepare<{ now: number }, string>(
          `
          SELECT campaigns.id FROM pauses JOIN campaigns ON campaigns.id = target_id AND status = 'paused'
          WHERE scope = 'campaign' AND until_at <= @now`,
        )
        .pluck(),
      endPause: database.prepare<{ id: string }>(`DELETE FROM pauses WHERE scope = 'campaign' AND target_id = @id`),
      nextStart: database.prepare<[], number>(`SELECT min(start_at) FROM campaigns WHERE status = 'scheduled'`).pluck(),
      insert: database.prepare(`
        INSERT INTO campaigns (id, name, line_id, message_1, message_2, audience, sends_per_minute, start_at,
          created_at, updated_at)
        VALUES (@id, @name, @lineId, @message1, @message2, @audience, @sendsPerMinute, @startAt, @now, @now)`),
      updatePlan: database.prepare(`
        UPDATE campaigns SET name = @name, line_id = @lineId, message_1 = @message1, message_2 = @message2,
          audience = @audience, sends_per_minute = @sendsPerMinute, start_at = @startAt, updated_at = @now
        WHERE id = @id`),
      setStatus: database.prepare(`
        UPDATE campaigns SET status = @status, updated_at = @now,
          started_at = CASE WHEN @status = 'running' THEN coalesce(started_at, @now) ELSE started_at END,
          ended_at = CASE WHEN @status IN ('completed', 'cancelled') THEN @now END
        WHERE id = @id`),
      setLine: database.prepare<{ id: string; lineId: string }>(
        `UPDATE campaigns SET line_id = @lineId WHERE id = @id`,
      ),
      startedFromSchedule: database.prepare<[], { id: string; startAt: number }>(`
        SELECT id, start_at AS startAt FROM campaigns WHERE status IN ('running', 'paused') AND start_at IS NOT NULL`),
      setStartAt: database.prepare<{ id: string; startAt: number }>(
        `UPDATE campaigns SET start_at = @startAt WHERE id = @id`,
      ),
      setFinalFigures: database.prepare<{ id: string; figures: string | null }>(
        `UPDATE campaigns SET final_figures = @figures WHERE id = @id`,
      ),
      overWithWaiting: database.prepare<[], { id: string; status: 'completed' | 'cancelled' }>(`
        SELECT c.id, c.status FROM campaigns c
        WHERE c.status IN ('completed', 'cancelled') AND EXISTS (
          SELECT 1 FROM attempts INDEXED BY attempts_campaign_state
          WHERE campaign_id = c.id AND state IN ('pending', 'failed_retry'))`),
      // Message 1 that may still leave, CMP-10; one is enough to know.
      message1Waits: database
        .prepare<{ id: string }, number>(
          `
          SELECT EXISTS (SELECT 1 FROM attempts INDEXED BY attempts_campaign_state
            WHERE campaign_id = @id AND type = 'message_1' AND state IN ('pending', 'failed_retry', 'sending'))`,
        )
        .pluck(),
      recount: database.prepare<{ id: string }, Figures>(`
        SELECT count(*) AS totalContacts, count(message_1_sent_at) AS messagesSent, count(delivered_at) AS messagesDelivered,
          count(read_at) AS messagesRead, count(interaction_at) AS interactions, count(message_2_sent_at) AS message2Sent,
          count(*) FILTER (WHERE state = 'failed') AS failures,
          count(*) FILTER (WHERE state = 'no_interaction') AS noInteraction,
          count(*) FILTER (WHERE state = 'late_interaction') AS late,
          count(*) FILTER (WHERE state = 'opted_out') AS optedOut,
          count(*) FILTER (WHERE state = 'cancelled') AS cancelled
        FROM recipients WHERE campaign_id = @id`),
    };
  }

  /** Newest first, those before the position. */
  page(position: PageKey, status: CampaignStatus | null): CampaignRow[] {
    const { page, pageOfStatus } = this.#statements;
    const rows = status === null ? page.all(position) : pageOfStatus.all({ ...position, status });
    return rows.map(toRow);
  }

  byId(id: string): CampaignRow | null {
    const row = this.#statements.byId.get({ id });
    return row === undefined ? null : toRow(row);
  }

  /** Campaigns that are running or paused. */
  activeIds(): string[] {
    return this.#statements.active.all();
  }

  /** Campaigns that are over and have messages waiting, which will never leave. */
  overWithWaiting(): { id: string; status: 'completed' | 'cancelled' }[] {
    return this.#statements.overWithWaiting.all();
  }

  /** Scheduled campaigns whose hour has come. */
  dueToStart(now: number): string[] {
    return this.#statements.dueToStart.all({ now });
  }

  /** Paused campaigns whose pause is over. */
  dueToResume(now: number): string[] {
    return this.#statements.dueToResume.all({ now });
  }

  /** When the next scheduled campaign starts, null when none is scheduled. */
  nextStart(): number | null {
    return this.#statements.nextStart.get() ?? null;
  }

  insert(plan: Plan, now: number): void {
    this.#statements.insert.run({ ...toColumns(plan), now });
  }

  updatePlan(plan: Plan, now: number): void {
    this.#statements.updatePlan.run({ ...toColumns(plan), now });
  }

  setStatus(id: string, status: CampaignStatus, now: number): void {
    this.#statements.setStatus.run({ id, status, now });
    this.#statements.endPause.run({ id });
  }

  setLine(id: string, lineId: string): void {
    this.#statements.setLine.run({ id, lineId });
  }

  /** Campaigns that had an hour to start at, and have started. */
  startedFromSchedule(): { id: string; startAt: number }[] {
    return this.#statements.startedFromSchedule.all();
  }

  setStartAt(id: string, startAt: number): void {
    this.#statements.setStartAt.run({ id, startAt });
  }

  setFinalFigures(id: string, figures: CampaignFigures | null): void {
    this.#statements.setFinalFigures.run({ id, figures: figures === null ? null : JSON.stringify(figures) });
  }

  /** Whether a Message 1 of the campaign may still leave (CMP-10). */
  message1Waits(id: string): boolean {
    return this.#statements.message1Waits.get({ id }) === 1;
  }

  /** The figures counted from the recipients themselves. */
  recount(id: string): Figures {
    const figures = this.#statements.recount.get({ id });
    if (figures === undefined) throw new Error('a count without a row');
    return figures;
  }
}

function toColumns({ id, name, lineId, sendsPerMinute, startAt, message1, message2, audience }: Plan) {
  return {
    id,
    name,
    lineId,
    sendsPerMinute,
    startAt,
    message1: JSON.stringify(message1),
    message2: JSON.stringify(message2),
    audience: JSON.stringify(audience),
  };
}

function toRow(row: StoredCampaign): CampaignRow {
  return {
    ...row,
    message1: JSON.parse(row.message1) as MessageTemplate,
    message2: JSON.parse(row.message2) as MessageTemplate,
    audience: JSON.parse(row.audience) as Audience,
    finalFigures: row.finalFigures === null ? null : (JSON.parse(row.finalFigures) as CampaignFigures),
  };
}
