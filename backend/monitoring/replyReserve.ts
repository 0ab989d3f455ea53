import { DAY_MS, dayOf, dayStart } from '../core/days.ts';
import { heldBackSlots, WINDOW_GROUP_MS, type HeldBack, type QuotaNeed, type WindowGroup } from '../domain/holdBack.ts';
import { MESSAGE_1_RANK } from '../domain/pick.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { Database } from '../storage/database.ts';
import type { Limits } from './quotaLedger.ts';

/** Reply rates of this many finished days count. */
const HISTORY_DAYS = 7;
/** A burst is what this many minutes of the pace can hold. */
const BURST_MINUTES = 2;

/**
 * Counts what the reply guarantee needs to know (CMP-12): the windows that are open, the follow-ups that wait, and how
 * many contacts answered in the last days. A part of the claim's transaction, read from indexes that hold only what is
 * open; `INDEXED BY` keeps the planner from those that hold everything.
 */
export class ReplyReserve {
  readonly #statements;

  constructor(database: Database) {
    const counts = (oneLine: boolean) => windowCounts(database, oneLine);
    this.#statements = {
      all: counts(false),
      ofLine: counts(true),
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
      todayOfLine: database
        .prepare<{ lineId: string; day: string; since: number }, number>(
          `
          SELECT count(*) FROM quota_slots
          WHERE line_id = @lineId AND taken_at >= @since AND day = @day AND kind = 'message_1'`,
        )
        .pluck(),
      history: database.prepare<{ from: string; day: string }, { message1: number; message2: number }>(`
        SELECT coalesce(sum(message_1), 0) AS message1, coalesce(sum(message_2), 0) AS message2
        FROM daily_stats WHERE day >= @from AND day < @day`),
    };
  }

  /** Slots that each kind of campaign message must leave untouched now. */
  held(state: { lineId: string; now: number; used: number; limits: Limits; sendsPerMinute: number }): HeldBack {
    const { now, used, limits } = state;
    const { dailyLimit } = limits;
    const message1Today = this.#statements.today.get({ day: dayOf(now) }) ?? 0;
    const windows = this.#windows(this.#statements.all, { ...state, lineId: '' });
    return this.#heldBack(state, { ...windows, dailyLimit, tomorrowLimit: dailyLimit, used, message1Today });
  }

  /** The same within what the warm-up of a line allows, for its own windows alone (SND-13). */
  heldOnLine(state: {
    lineId: string;
    now: number;
    used: number;
    limit: number;
    tomorrow: number;
    sendsPerMinute: number;
  }): HeldBack {
    const { lineId, now, used, limit, tomorrow } = state;
    const day = dayOf(now);
    const message1Today = this.#statements.todayOfLine.get({ lineId, day, since: dayStart(day) }) ?? 0;
    const windows = this.#windows(this.#statements.ofLine, state);
    return this.#heldBack(state, { ...windows, dailyLimit: limit, tomorrowLimit: tomorrow, used, message1Today });
  }

  #windows({ open, inFlight, waiting }: WindowCounts, { lineId, now }: { lineId: string; now: number }): Windows {
    const since = now - DAY_MS;
    return {
      open: [...open.all({ lineId, since }), ...inFlight.all({ lineId, since })],
      waiting: waiting.all({ lineId, now }),
    };
  }

  #heldBack(
    { lineId, now, sendsPerMinute }: { lineId: string; now: number; sendsPerMinute: number },
    need: Windows & Pick<QuotaNeed, 'dailyLimit' | 'tomorrowLimit' | 'used' | 'message1Today'>,
  ): HeldBack {
    const { due, history } = this.#statements;
    const from = dayOf(now - HISTORY_DAYS * DAY_MS);
    return heldBackSlots({
      ...need,
      now,
      dueMessage1: () => due.get({ lineId, now, most: need.dailyLimit }) ?? 0,
      history: history.get({ day: dayOf(now), from }) ?? { message1: 0, message2: 0 },
      burst: Math.ceil(BURST_MINUTES * sendsPerMinute),
    });
  }
}

type Windows = Pick<QuotaNeed, 'open' | 'waiting'>;
type WindowCounts = ReturnType<typeof windowCounts>;

/** The windows that are open and the follow-ups that wait: of all lines, or of one. */
function windowCounts(database: Database, oneLine: boolean) {
  const group = (closesAt: string): string => `((${closesAt}) - 1) / ${WINDOW_GROUP_MS} * ${WINDOW_GROUP_MS}`;
  const ofLine = oneLine ? 'AND line_id = @lineId' : `AND @lineId = ''`;
  const inFlight = (index: string, state: string): string => `
    SELECT sending_at FROM attempts INDEXED BY ${index}
    WHERE state = '${state}' AND type = 'message_1' AND sending_at > @since ${ofLine}`;
  return {
    open: database.prepare<{ lineId: string; since: number }, WindowGroup>(`
      SELECT ${group(`message_1_sent_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
      FROM recipients INDEXED BY recipients_open_window
        ${oneLine ? 'JOIN campaigns ON campaigns.id = campaign_id' : ''}
      WHERE state = 'message_1_sent' AND message_1_sent_at > @since ${ofLine} GROUP BY closingGroup`),
    inFlight: database.prepare<{ lineId: string; since: number }, WindowGroup>(`
      SELECT ${group(`sending_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
      FROM (${inFlight('attempts_sending', 'sending')} UNION ALL ${inFlight('attempts_unknown', 'unknown')})
      GROUP BY closingGroup`),
    waiting: database.prepare<{ lineId: string; now: number }, WindowGroup>(`
      SELECT ${group('expires_at')} AS closingGroup, count(*) AS count
      FROM attempts INDEXED BY attempts_expiring
      WHERE state IN ('pending', 'failed_retry') AND expires_at > @now ${ofLine} GROUP BY closingGroup`),
  };
}
