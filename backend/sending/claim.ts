import type { MessageType } from '../contract/attempts.ts';
import type { BlockedReason } from '../contract/monitoring.ts';
import { dayOf, dayStart } from '../core/days.ts';
import { nextAttemptState } from '../domain/attemptStates.ts';
import { isHeldBack } from '../domain/holdBack.ts';
import { warmupLimit } from '../domain/pace.ts';
import { MESSAGE_1_PRIORITY, MESSAGE_2_PRIORITY, pickHead, rankOf } from '../domain/pick.ts';
import { closesTooSoon, slotKind } from '../domain/quota.ts';
import type { Limits, QuotaLedger } from '../monitoring/quotaLedger.ts';
import type { ReplyReserve } from '../monitoring/replyReserve.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { LineOptions } from './lines.ts';
import type { HeldBack } from './pauses.ts';

const PRIORITIES = [1, 2, 3, 4, 5] as const;
const CAMPAIGN_RANKS = [rankOf(MESSAGE_2_PRIORITY, 'message_2'), rankOf(MESSAGE_1_PRIORITY, 'message_1')];
const OTHER_RANKS = PRIORITIES.map((priority) => rankOf(priority, 'notification'));

export type Claim =
  | { kind: 'claimed'; attempt: AttemptRow }
  /** Nothing is due; `nextDueAt` is when something will be. */
  | { kind: 'idle'; nextDueAt: number | null }
  /** Something is due and may not leave. */
  | { kind: 'blocked'; reason: Exclude<BlockedReason, ''> | 'day_is_closing' | 'warm_up' };

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
};

type HeadRow = {
  id: string;
  type: MessageType;
  priority: number;
  rank: number;
  dueAt: number;
  createdAt: number;
  expiresAt: number | null;
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
  readonly #statements;

  constructor(dependencies: { database: Database; store: AttemptStore; ledger: QuotaLedger; reserve: ReplyReserve }) {
    this.#database = dependencies.database;
    this.#store = dependencies.store;
    this.#ledger = dependencies.ledger;
    this.#reserve = dependencies.reserve;
    // `+@`: see storage/database.ts.
    const where = `line_id = +@lineId AND campaign_id IS +@campaignId AND rank = +@rank AND state IN ('pending', 'failed_retry')`;
    this.#statements = {
      running: this.#database.prepare<[], string>(`SELECT id FROM campaigns WHERE status = 'running'`).pluck(),
      head: this.#database.prepare<{ lineId: string; campaignId: string | null; rank: number }, HeadRow>(`
        SELECT id, type, priority, rank, due_at AS dueAt, created_at AS createdAt,
          expires_at AS expiresAt
        FROM attempts
        WHERE ${where} ORDER BY due_at, id LIMIT 1`),
    };
  }

  next(request: ClaimRequest): Claim {
    return inTransaction(this.#database, () => this.#claim(request));
  }

  #claim(request: ClaimRequest): Claim {
    const { now, lineId } = request;
    const heads = this.#heads(request);
    const due = this.#withoutHeldBack(
      heads.filter((head) => head.dueAt <= now),
      request,
    );
    const head = pickHead(due, now);
    if (head === null) {
      const later = heads.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > now);
      return { kind: 'idle', nextDueAt: later.length === 0 ? null : Math.min(...later) };
    }
    if (closesTooSoon(now, request.sendTimeoutMs)) return { kind: 'blocked', reason: 'day_is_closing' };
    if (this.#warmUpReached(request)) return { kind: 'blocked', reason: 'warm_up' };
    const attempt = this.#store.get(head.id);
    if (attempt === null) throw new Error(`attempt ${head.id} vanished inside its transaction`);
    const decision = this.#ledger.take({ attemptId: head.id, lineId, kind: slotKind(head.type), now }, request.limits);
    if (!decision.ok) return { kind: 'blocked', reason: decision.reason };
    const state = nextAttemptState(attempt.state, 'claimed');
    if (state === null) throw new Error(`attempt ${attempt.id} cannot be claimed in state ${attempt.state}`);
    const claimed = this.#store.update(attempt, { state, sendingAt: now, tries: attempt.tries + 1 }, now);
    this.#store.addEvent(attempt.id, { at: now, event: 'sending', detail: { try: claimed.tries } });
    return { kind: 'claimed', attempt: claimed };
  }

  /** First of each queue that may leave: transactional messages by priority, then each running campaign's two steps. */
  #heads(request: ClaimRequest): HeadRow[] {
    const { lineId, heldBack, slowedCampaigns } = request;
    if (heldBack === 'everything') return [];
    const first = (campaignId: string | null, rank: number): HeadRow[] => {
      const row = this.#statements.head.get({ lineId, campaignId, rank });
      return row === undefined ? [] : [row];
    };
    const others = OTHER_RANKS.flatMap((rank) => first(null, rank));
    const campaigns = this.#statements.running
      .all()
      .flatMap((id) => CAMPAIGN_RANKS.flatMap((rank) => first(id, rank).map((head) => ({ ...head, campaignId: id }))));
    const open = campaigns.filter(
      ({ type, campaignId }) => type !== 'message_1' || (heldBack !== 'message_1' && !slowedCampaigns.has(campaignId)),
    );
    return [...others, ...open];
  }

  /** Without the campaign messages that would take what the open windows need (CMP-12). */
  #withoutHeldBack(heads: HeadRow[], request: ClaimRequest): HeadRow[] {
    const { lineId, now, limits, sendsPerMinute } = request;
    if (!heads.some(({ type }) => type === 'message_1' || type === 'message_2')) return heads;
    const at = this.#ledger.effectiveNow(now);
    const { used, rollingUsed } = this.#ledger.usage(now);
    const held = this.#reserve.held({ lineId, now: at, used, limits, sendsPerMinute });
    return heads.filter((head) => !isHeldBack(head, { now: at, used, rollingUsed, ...limits }, held));
  }

  #warmUpReached({ options, lineId, now }: ClaimRequest): boolean {
    if (options.warmup === null) return false;
    const day = dayOf(this.#ledger.effectiveNow(now));
    const limit = warmupLimit({ ...options.warmup, day });
    return limit !== null && this.#ledger.recentSends(lineId, dayStart(day) - 1).length >= limit;
  }
}
