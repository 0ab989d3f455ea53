import { DAY_MS, dayOf } from '../core/days.ts';
import { heldBackSlots, WINDOW_GROUP_MS, type HeldBack, type WindowGroup } from '../domain/holdBack.ts';
import { MESSAGE_1_PRIORITY, rankOf } from '../domain/pick.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { Database } from '../storage/database.ts';
import type { Limits } from './quotaLedger.ts';

/** Reply rates of this many finished days count. */
const HISTORY_DAYS = 7;
/** A burst is what this many minutes of the pace can hold. */
const BURST_MINUTES = 2;
const MESSAGE_1_RANK = rankOf(MESSAGE_1_PRIORITY, 'message_1');

/**
 * Counts what the reply guarantee needs to know (CMP-12): the windows that are open, the follow-ups that wait, and how
 * many contacts answered in the last days. A part of the claim's transaction, read from indexes that hold only what is
 * open; `INDEXED BY` keeps the planner from those that hold everything.
 */
export class ReplyReserve {
  readonly #statements;

  constructor(database: Database) {
    const group = (closesAt: string): string => `((${closesAt}) - 1) / ${WINDOW_GROUP_MS} * ${WINDOW_GROUP_MS}`;
    const inFlight = (index: string, state: string): string => `
      SELECT sending_at FROM attempts INDEXED BY ${index}
      WHERE state = '${state}' AND type = 'message_1' AND sending_at > @since`;
    this.#statements = {
      open: database.prepare<{ since: number }, WindowGroup>(`
        SELECT ${group(`message_1_sent_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
        FROM recipients INDEXED BY recipients_open_window
        WHERE state = 'message_1_sent' AND message_1_sent_at > @since GROUP BY closingGroup`),
      inFlight: database.prepare<{ since: number }, WindowGroup>(`
        SELECT ${group(`sending_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
        FROM (${inFlight('attempts_sending', 'sending')} UNION ALL ${inFlight('attempts_unknown', 'unknown')})
        GROUP BY closingGroup`),
      waiting: database.prepare<{ now: number }, WindowGroup>(`
        SELECT ${group('expires_at')} AS closingGroup, count(*) AS count
        FROM attempts INDEXED BY attempts_expiring
        WHERE state IN ('pending', 'failed_retry') AND expires_at > @now GROUP BY closingGroup`),
      due: database
        .prepare<{ lineId: string; now: number; most: number }, number>(
          `
          SELECT count(*) FROM (
            SELECT 1 FROM campaigns JOIN attempts INDEXED BY attempts_queue
              ON attempts.line_id = @lineId AND campaign_id = campaigns.id AND rank = ${MESSAGE_1_RANK}
              AND state IN ('pending', 'failed_retry') AND due_at <= @now
            WHERE status = 'running' LIMIT @most)`,
        )
        .pluck(),
      today: database.prepare<{ day: string }, number>(`SELECT message_1 FROM daily_stats WHERE day = @day`).pluck(),
      history: database.prepare<{ from: string; day: string }, { message1: number; message2: number }>(`
        SELECT coalesce(sum(message_1), 0) AS message1, coalesce(sum(message_2), 0) AS message2
        FROM daily_stats WHERE day >= @from AND day < @day`),
    };
  }

  /** Slots that each kind of campaign message must leave untouched now. */
  held(state: { lineId: string; now: number; used: number; limits: Limits; sendsPerMinute: number }): HeldBack {
    const { lineId, now, used, limits, sendsPerMinute } = state;
    const { open, inFlight, waiting, due, today, history } = this.#statements;
    const day = dayOf(now);
    const since = now - DAY_MS;
    return heldBackSlots({
      now,
      dailyLimit: limits.dailyLimit,
      tomorrowLimit: limits.dailyLimit,
      used,
      open: [...open.all({ since }), ...inFlight.all({ since })],
      waiting: waiting.all({ now }),
      dueMessage1: () => due.get({ lineId, now, most: limits.dailyLimit }) ?? 0,
      message1Today: today.get({ day }) ?? 0,
      history: history.get({ day, from: dayOf(now - HISTORY_DAYS * DAY_MS) }) ?? { message1: 0, message2: 0 },
      burst: Math.ceil(BURST_MINUTES * sendsPerMinute),
    });
  }
}
