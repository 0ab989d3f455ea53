import { DAY_MS, dayOf } from '../core/days.ts';
import { heldBackSlots, WINDOW_GROUP_MS, type HeldBack, type WindowGroup } from '../domain/holdBack.ts';
import { REPLY_WINDOW_MS } from '../domain/replyWindow.ts';
import type { Database } from '../storage/database.ts';
import type { Limits } from './quotaLedger.ts';

/** Reply rates of this many finished days count. */
const HISTORY_DAYS = 7;
/** A pace is a promise for a minute; a burst is what two of them can hold. */
const BURST_MINUTES = 2;

/**
 * Counts what the reply guarantee needs to know (CMP-12): the windows that are open, the follow-ups that wait, and how
 * many contacts answered in the last days. A part of the claim's transaction, from indexes alone.
 */
export class ReplyReserve {
  readonly #statements;

  constructor(database: Database) {
    const group = (closesAt: string): string => `(((${closesAt}) - 1) / ${WINDOW_GROUP_MS}) * ${WINDOW_GROUP_MS}`;
    this.#statements = {
      open: database.prepare<[], WindowGroup>(`
        SELECT ${group(`message_1_sent_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
        FROM recipients WHERE state = 'message_1_sent' GROUP BY closingGroup`),
      inFlight: database.prepare<[], WindowGroup>(`
        SELECT ${group(`sending_at + ${REPLY_WINDOW_MS}`)} AS closingGroup, count(*) AS count
        FROM attempts WHERE state IN ('sending', 'unknown') AND type = 'message_1' GROUP BY closingGroup`),
      waiting: database.prepare<[], WindowGroup>(`
        SELECT ${group('expires_at')} AS closingGroup, count(*) AS count FROM attempts
        WHERE state IN ('pending', 'failed_retry') AND expires_at IS NOT NULL GROUP BY closingGroup`),
      due: database
        .prepare<{ now: number; most: number }, number>(`
          SELECT count(*) FROM (SELECT 1 FROM attempts
            WHERE state IN ('pending', 'failed_retry') AND type = 'message_1' AND due_at <= @now LIMIT @most)`)
        .pluck(),
      today: database.prepare<{ day: string }, number>(`SELECT message_1 FROM daily_stats WHERE day = @day`).pluck(),
      history: database.prepare<{ from: string; day: string }, { message1: number; message2: number }>(`
        SELECT coalesce(sum(message_1), 0) AS message1, coalesce(sum(message_2), 0) AS message2
        FROM daily_stats WHERE day >= @from AND day < @day`),
    };
  }

  /** Slots that each kind of campaign message must leave untouched now. */
  held(state: { now: number; used: number; limits: Limits; sendsPerMinute: number }): HeldBack {
    const { now, used, limits, sendsPerMinute } = state;
    const day = dayOf(now);
    const statements = this.#statements;
    return heldBackSlots({
      now,
      dailyLimit: limits.dailyLimit,
      tomorrowLimit: limits.dailyLimit,
      used,
      open: [...statements.open.all(), ...statements.inFlight.all()],
      waiting: statements.waiting.all(),
      dueMessage1: () => statements.due.get({ now, most: limits.dailyLimit }) ?? 0,
      message1Today: statements.today.get({ day }) ?? 0,
      history: statements.history.get({ day, from: dayOf(now - HISTORY_DAYS * DAY_MS) }) ?? { message1: 0, message2: 0 },
      burst: Math.ceil(BURST_MINUTES * sendsPerMinute),
    });
  }
}

