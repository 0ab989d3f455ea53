import type { BlockedReason } from '../contract/monitoring.ts';
import { dayOf, nextDayStart } from '../core/days.ts';
import { nextAttemptState } from '../domain/attemptStates.ts';
import { isHeldBack } from '../domain/holdBack.ts';
import { warmupLimit } from '../domain/pace.ts';
import { MESSAGE_1_RANK, MESSAGE_2_PRIORITY, pickHead, rankOf } from '../domain/pick.ts';
import { closesTooSoon, slotKind } from '../domain/quota.ts';
import type { Limits, QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { ReplyReserve } from '../monitoring/replyReserve.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { LineOptions } from './lines.ts';
import type { HeldBack } from './pauses.ts';
import type { SharedRefusal, SharedSlots } from './sharedSlots.ts';
import { HEAD_COLUMNS, ZoneQueues, type HeadRow } from './zoneQueues.ts';

const PRIORITIES = [1, 2, 3, 4, 5] as const;
const CAMPAIGN_RANKS = [rankOf(MESSAGE_2_PRIORITY, 'message_2'), MESSAGE_1_RANK];
const OTHER_RANKS = PRIORITIES.map((priority) => rankOf(priority, 'notification'));

export type Claim =
  | { kind: 'claimed'; attempt: AttemptRow }
  /** Nothing is due; `nextDueAt` is when something will be. */
  | { kind: 'idle'; nextDueAt: number | null }
  /** Something is due and may not leave. */
  | { kind: 'blocked'; reason: Exclude<BlockedReason, ''> | SharedRefusal | 'warm_up' };

export type ClaimRequest = {
  lineId: string;
  now: number;
  limits: Limits;
  sendTimeoutMs: number;
  options: LineOptions;
  heldBack: HeldBack;
  /** Campaigns whose own pace holds their next Message 1 back. */
  slowedCampaigns: ReadonlySet<string>;
  /** Messages that all lines together may start in a minute: how fast the reserve for replies can be used up. */
  sendsPerMinute: number;
  /** Zone of quiet hours that name none. */
  timeZone: string;
};

/**
 * Chooses the next message of a line and takes its slot and its state in one transaction (MON-1, SND-3):
 * afterwards it is `sending` on disk, before anything leaves the machine.
 */
export class Claims {
  readonly #database: Database;
  readonly #store: AttemptStore;
  readonly #ledger: QuotaLedger;
  readonly #reserve: ReplyReserve;
  readonly #zones: ZoneQueues;
  readonly #shared: SharedSlots | null;
  readonly #statements;

  constructor(dependencies: {
    database: Database;
    store: AttemptStore;
    ledger: QuotaLedger;
    reserve: ReplyReserve;
    /** Null, and by default: this machine has the limits for itself. */
    shared?: SharedSlots | null;
  }) {
    this.#shared = dependencies.shared ?? null;
    this.#database = dependencies.database;
    this.#store = dependencies.store;
    this.#ledger = dependencies.ledger;
    this.#reserve = dependencies.reserve;
    this.#zones = new ZoneQueues(this.#database);
    // `+@`: see storage/database.ts.
    const where = (campaignId: string, rank: string): string =>
      `line_id = +@lineId AND campaign_id IS ${campaignId} AND rank = ${rank} AND state IN ('pending', 'failed_retry')`;
    this.#statements = {
      running: this.#database.prepare<[], string>(`SELECT id FROM campaigns WHERE status = 'running'`).pluck(),
      head: this.#database.prepare<{ lineId: string; campaignId: string; rank: number }, HeadRow>(`
        SELECT ${HEAD_COLUMNS} FROM attempts WHERE ${where('+@campaignId', '+@rank')} ORDER BY due_at, id LIMIT 1`),
      // The first of each priority, in one statement: asked for before every send.
      otherHeads: this.#database.prepare<{ lineId: string }, HeadRow>(
        OTHER_RANKS.map(
          (rank) => `
        SELECT * FROM (SELECT ${HEAD_COLUMNS} FROM attempts WHERE ${where('NULL', String(rank))} ORDER BY due_at, id LIMIT 1)`,
        ).join(' UNION ALL '),
      ),
      // What was reported before a try is about an earlier one: the failure of that says nothing about this.
      forgetReports: this.#database.prepare<{ id: string }>(`DELETE FROM delivery_reports WHERE attempt_id = @id`),
      beginWarmup: this.#database.prepare<{ lineId: string; day: string }>(`
        UPDATE lines SET warmup_started_day = @day
        WHERE id = @lineId AND warmup_steps IS NOT NULL AND warmup_started_day IS NULL`),
    };
  }

  next(request: ClaimRequest): Claim {
    return inTransaction(this.#database, () => this.#claim(request));
  }

  #claim(request: ClaimRequest): Claim {
    const { now, lineId, options } = request;
    const { heads, quietUntil } = this.#heads(request);
    const due = this.#withoutHeldBack(
      heads.filter((head) => head.dueAt <= now),
      request,
    );
    const head = pickHead(due, now);
    if (head === null) {
      const later = [...quietUntil, ...heads.map(({ dueAt }) => dueAt)].filter((at) => at > now);
      return { kind: 'idle', nextDueAt: later.length === 0 ? null : Math.min(...later) };
    }
    if (closesTooSoon(now, request.sendTimeoutMs)) return { kind: 'blocked', reason: 'day_is_closing' };
    const warmup = this.#warmup(request);
    if (warmup !== null && warmup.used >= warmup.limit) return { kind: 'blocked', reason: 'warm_up' };
    const attempt = this.#store.get(head.id);
    if (attempt === null) throw new Error(`attempt ${head.id} vanished inside its transaction`);
    const decision = this.#ledger.take({ attemptId: head.id, lineId, kind: slotKind(head.type), now }, request.limits);
    if (!decision.ok) return { kind: 'blocked', reason: decision.reason };
    const refusal = this.#shared?.take(now, request.sendTimeoutMs) ?? null;
    if (refusal !== null) {
      this.#ledger.release(head.id);
      return { kind: 'blocked', reason: refusal };
    }
    if (options.warmup?.startedDay === null) {
      this.#statements.beginWarmup.run({ lineId, day: dayOf(this.#ledger.effectiveNow(now)) });
    }
    const state = nextAttemptState(attempt.state, 'claimed');
    if (state === null) throw new Error(`attempt ${attempt.id} cannot be claimed in state ${attempt.state}`);
    if (attempt.tries > 0) this.#statements.forgetReports.run({ id: attempt.id });
    const claimed = this.#store.update(attempt, { state, sendingAt: now, tries: attempt.tries + 1 }, now);
    this.#store.addEvent(attempt.id, { at: now, event: 'sending', detail: { try: claimed.tries } });
    return { kind: 'claimed', attempt: claimed };
  }

  /** First of each queue that may leave: transactional messages by priority, then each running campaign's two steps. */
  #heads(request: ClaimRequest): { heads: HeadRow[]; quietUntil: number[] } {
    const { lineId, heldBack, slowedCampaigns } = request;
    if (heldBack === 'everything') return { heads: [], quietUntil: [] };
    const quietUntil: number[] = [];
    const first = (campaignId: string, rank: number): HeadRow[] => {
      const row = this.#statements.head.get({ lineId, campaignId, rank });
      return row === undefined ? [] : [row];
    };
    const firstAwake = (campaignId: string, rank: number): HeadRow[] => {
      const { quietHours } = request.options;
      if (quietHours === null) return first(campaignId, rank);
      const timeZone = quietHours.timeZone ?? request.timeZone;
      const found = this.#zones.heads({ lineId, campaignId, rank }, { now: request.now, timeZone, quietHours });
      quietUntil.push(...found.quietUntil);
      return found.heads;
    };
    const others = this.#statements.otherHeads.all({ lineId });
    const campaigns = this.#statements.running
      .all()
      .flatMap((id) =>
        CAMPAIGN_RANKS.filter((rank) => rank !== MESSAGE_1_RANK || !slowedCampaigns.has(id)).flatMap((rank) =>
          firstAwake(id, rank),
        ),
      );
    const mayFollowUp = this.#shared?.mayFollowUp() ?? true;
    const open = campaigns.filter(({ type }) => (type === 'message_1' ? heldBack !== 'message_1' : mayFollowUp));
    return { heads: [...others, ...open], quietUntil };
  }

  /** Without the campaign messages that would take what the open windows need (CMP-12). */
  #withoutHeldBack(heads: HeadRow[], request: ClaimRequest): HeadRow[] {
    const { lineId, now, sendsPerMinute } = request;
    if (!heads.some(({ type }) => type === 'message_1' || type === 'message_2')) return heads;
    const at = this.#ledger.effectiveNow(now);
    const { used, rollingUsed } = this.#ledger.usage(now);
    const limits = this.#withinReach(request, { used, rollingUsed });
    const held = this.#reserve.held({ lineId, now: at, used, limits, sendsPerMinute });
    const free = heads.filter((head) => !isHeldBack(head, { now: at, used, rollingUsed, ...limits }, held));
    const warmup = this.#warmup(request);
    if (warmup === null) return free;
    const own = this.#reserve.heldOnLine({ lineId, now: at, ...warmup, sendsPerMinute });
    const quota = { now: at, used: warmup.used, dailyLimit: warmup.limit, rollingUsed: 0, rollingLimit: Infinity };
    return free.filter((head) => !isHeldBack(head, quota, own));
  }

  /** The limits as far as this machine can use them: what the others have is not there to be held (SYN-5). */
  #withinReach({ limits, now }: ClaimRequest, { used, rollingUsed }: { used: number; rollingUsed: number }): Limits {
    if (this.#shared === null) return limits;
    const reach = this.#shared.withinReach(now);
    return {
      dailyLimit: Math.min(limits.dailyLimit, used + reach),
      rollingLimit: Math.min(limits.rollingLimit, rollingUsed + reach),
    };
  }

  /** What the line's warm-up allows today and tomorrow, and what it has sent today; null without one, or after it. */
  #warmup({ options, lineId, now, limits }: ClaimRequest): { limit: number; tomorrow: number; used: number } | null {
    if (options.warmup === null) return null;
    const at = this.#ledger.effectiveNow(now);
    const day = dayOf(at);
    const limit = warmupLimit({ ...options.warmup, day });
    if (limit === null) return null;
    // The line is in use from today on, whether or not it has sent yet.
    const startedDay = options.warmup.startedDay ?? day;
    const tomorrow = warmupLimit({ ...options.warmup, startedDay, day: dayOf(nextDayStart(at)) }) ?? limits.dailyLimit;
    return { limit, tomorrow, used: this.#ledger.sentOnLine(lineId, day) };
  }
}
