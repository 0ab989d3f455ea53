import type { Locale, Page } from '../contract/common.ts';
import type { ErrorData } from '../contract/errors.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type {
  BlockedReason,
  ClockStanding,
  DayCounts,
  LineStanding,
  MessageError,
  MonitoringStats,
  Pause,
  SharedStanding,
} from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { lastDays, nextDayStart, toIso } from '../core/days.ts';
import { maskPhone } from '../core/masking.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import * as quota from '../domain/quota.ts';
import type { SharedBlock } from '../sending/sharedSlots.ts';
import type { Database } from '../storage/database.ts';
import type { Limits, QuotaLedger } from './quotaLedger.ts';

type MonitoringDependencies = {
  database: Database;
  ledger: QuotaLedger;
  clock: Clock;
  limits: () => Limits;
  locale: () => Locale;
  timeZone: () => string;
  pauses: () => Pause[];
  lines: () => LineStanding[];
  clockStanding: () => ClockStanding;
  /** Limits shared with other machines, and why they forbid the next message; null where they are not shared. */
  shared: () => { standing: SharedStanding; refusal: SharedBlock | null } | null;
  unknown: () => { unknown: number; parked: number };
  /** When today's quota will be used up, null when it will not (MON-10). */
  forecast: () => number | null;
  /** Slots that first messages must leave untouched now (CMP-12). */
  heldForReplies: () => number;
  /** Sentence of an error code on a line. */
  codeSentence: (code: string, lineId: string) => string;
};

type DayRow = { day: string; message1: number; message2: number; other: number; errors: number };
type ErrorRow = { id: number; attemptId: string; lineId: string; phone: string; code: string; occurredAt: number };
/** An error as it is exported. */
export type ListedError = {
  id: string;
  attemptId: string;
  campaignId: string | null;
  phone: string;
  line: string;
  code: string;
  message: string;
  occurredAt: string;
};
type Blocked = { code: Exclude<BlockedReason, ''>; data: ErrorData };

/** The figures of the day, of the last days, and the last errors (MON-2 to MON-10). */
export class Monitoring {
  readonly #deps: MonitoringDependencies;
  readonly #statements;

  constructor(dependencies: MonitoringDependencies) {
    this.#deps = dependencies;
    const { database } = dependencies;
    this.#statements = {
      since: database.prepare<{ day: string }, DayRow>(`
        SELECT day, message_1 AS message1, message_2 AS message2, other, errors FROM daily_stats WHERE day >= @day`),
      errors: database.prepare<{ limit: number }, ErrorRow>(`
        SELECT id, attempt_id AS attemptId, line_id AS lineId, phone, code, occurred_at AS occurredAt
        FROM message_errors ORDER BY occurred_at DESC, id DESC LIMIT @limit`),
      errorPage: database.prepare<
        { occurredAt: number; id: number; limit: number },
        ErrorRow & { campaignId: string | null }
      >(`
        SELECT e.id, attempt_id AS attemptId, attempts.campaign_id AS campaignId, e.line_id AS lineId, e.phone, code,
          occurred_at AS occurredAt
        FROM message_errors e LEFT JOIN attempts ON attempts.id = attempt_id
        WHERE (occurred_at, e.id) < (@occurredAt, @id) ORDER BY occurred_at DESC, e.id DESC LIMIT @limit`),
    };
  }

  stats(): MonitoringStats {
    const { clock, limits, ledger, locale, pauses, unknown, forecast } = this.#deps;
    const now = clock.now();
    const { dailyLimit, rollingLimit } = limits();
    const { day, rollingUsed } = ledger.usage(now);
    const counts = this.#days([day]).at(0) ?? emptyDay(day);
    const blocked = this.blocked();
    const shared = this.#deps.shared()?.standing ?? null;
    // How close the account is to its limit, whoever sent.
    const { sent, limit } = ofAll(shared, { sent: counts.sent, limit: dailyLimit });
    const interactionRate = quota.interactionRate(counts);
    const remainingCapacity = quota.remainingCapacity({ sent, limit, interactionRate });
    const errorRate = quota.errorRate(counts);
    const active = pauses();
    const { unknown: unknownCount, parked } = unknown();
    return {
      ...counts,
      limit: dailyLimit,
      canSend: blocked === null,
      blockedReason: blocked?.code ?? '',
      blockedMessage: blocked === null ? '' : sentence(locale(), `error.${blocked.code}`, blocked.data),
      alertLevel: quota.alertLevel(sent, limit),
      badge: quota.showsBadge(sent, limit),
      interactionRate,
      remainingCapacity,
      capacityWarning: remainingCapacity < quota.CAPACITY_WARNING_BELOW,
      // Of what is left: more cannot be held.
      heldForReplies: Math.min(this.#deps.heldForReplies(), Math.max(0, limit - sent)),
      errorRate,
      errorAlert: errorRate > quota.ERROR_ALERT_ABOVE,
      rolling: { sent: rollingUsed, limit: rollingLimit },
      forecast: { exhaustedAt: toIso(forecast()) },
      paused: active.some(({ scope }) => scope === 'all'),
      pauses: active,
      lines: this.#deps.lines(),
      clock: this.#deps.clockStanding(),
      shared,
      unknown: unknownCount,
      toResolve: parked,
      updatedAt: toIso(now),
    };
  }

  /** Why nothing may leave now, with the values of its sentence; null when sending is open (MON-2, MON-3). */
  blocked(): Blocked | null {
    const { clock, limits, ledger } = this.#deps;
    const now = clock.now();
    const { dailyLimit, rollingLimit } = limits();
    const { used, rollingUsed } = ledger.usage(now);
    const decision = quota.decideSend({ used, dailyLimit, rollingUsed, rollingLimit });
    if (decision.ok) return this.#blockedByOthers();
    const daily = decision.reason === 'daily_limit_reached';
    const resumesAt = daily
      ? nextDayStart(ledger.effectiveNow(now))
      : (ledger.rollingResumesAt(now, rollingLimit) ?? now);
    const reached = daily ? { sent: used, limit: dailyLimit } : { sent: rollingUsed, limit: rollingLimit };
    return { code: decision.reason, data: { ...reached, ...this.#resumption(resumesAt) } };
  }

  /** The same, where nothing is left to wait for but another hour: what is only unsure for a moment is not used up. */
  usedUp(): Blocked | null {
    const blocked = this.blocked();
    return blocked?.code === 'shared_counters_unavailable' ? null : blocked;
  }

  #blockedByOthers(): Blocked | null {
    const { clock, ledger } = this.#deps;
    const shared = this.#deps.shared();
    if (shared === null || shared.refusal === null) return null;
    const { sent, limit } = shared.standing;
    const isUsedUp = shared.refusal === 'shared_limit_reached' && sent >= limit;
    if (!isUsedUp) return { code: shared.refusal, data: { sent, limit } };
    const resumesAt = nextDayStart(ledger.effectiveNow(clock.now()));
    return { code: 'daily_limit_reached', data: { sent, limit, ...this.#resumption(resumesAt) } };
  }

  #resumption(at: number): ErrorData {
    return {
      resumesAt: toIso(at),
      resumeUtc: this.#timeOfDay(at, 'UTC'),
      resumeLocal: this.#timeOfDay(at, this.#deps.timeZone()),
    };
  }

  #timeOfDay(at: number, timeZone: string): string {
    const format = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat(this.#deps.locale(), format).format(at);
  }

  /** Oldest first, a row for every day, zeros where nothing happened (MON-7). */
  history(days: number): DayCounts[] {
    const { clock, ledger } = this.#deps;
    return this.#days(lastDays(ledger.effectiveNow(clock.now()), days));
  }

  #days(days: readonly string[]): DayCounts[] {
    const found = new Map(this.#statements.since.all({ day: days[0] ?? '' }).map((row) => [row.day, row]));
    return days.map((day) => {
      const row = found.get(day);
      if (row === undefined) return emptyDay(day);
      const { message1, message2, other, errors } = row;
      return { date: day, sent: message1 + message2 + other, message1, message2, other, errors };
    });
  }

  /** Newest first, with the sentence of each code (MON-7). */
  errors(limit: number): MessageError[] {
    return this.#statements.errors.all({ limit }).map((row) => ({
      id: String(row.id),
      attemptId: row.attemptId,
      code: row.code,
      message: this.#deps.codeSentence(row.code, row.lineId),
      phoneMasked: row.phone === '' ? '' : maskPhone(row.phone),
      occurredAt: toIso(row.occurredAt),
    }));
  }

  /** Errors with their whole phone, newest first, after the cursor of a page before (CMP-13). */
  errorPage({ limit, cursor }: { limit: number; cursor: string | undefined }): Page<ListedError> {
    const [occurredAt, id] =
      (cursor === undefined ? null : decodeCursor(cursor, ['number', 'number'] as const)) ?? NEWEST;
    const rows = this.#statements.errorPage.all({ occurredAt, id, limit: limit + 1 });
    return toPage(rows, limit, {
      item: ({ lineId, ...row }) => ({
        ...row,
        id: String(row.id),
        line: lineId,
        message: this.#deps.codeSentence(row.code, lineId),
        occurredAt: toIso(row.occurredAt),
      }),
      position: (row) => [row.occurredAt, row.id],
    });
  }
}

const NEWEST = [Number.MAX_SAFE_INTEGER, 0] as const;

/** What all machines sent today with the limit that holds for them, else what this one did. */
function ofAll(shared: SharedStanding | null, own: { sent: number; limit: number }): { sent: number; limit: number } {
  if (shared === null) return own;
  return { sent: Math.max(own.sent, shared.sent), limit: Math.min(own.limit, shared.limit) };
}

function emptyDay(day: string): DayCounts {
  return { date: day, sent: 0, message1: 0, message2: 0, other: 0, errors: 0 };
}
