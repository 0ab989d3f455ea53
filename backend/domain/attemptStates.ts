import type { AttemptState } from '../contract/attempts.ts';

/** What a provider reports about a message that it took. */
export type DeliveryStatus = 'sent' | 'delivered' | 'read' | 'failed';

/** Everything that can happen to an attempt; drawn in `docs/states.md`. */
export type AttemptEvent =
  /** Both quotas taken, the request is about to leave. */
  | 'claimed'
  /** The provider took it. */
  | 'accepted'
  /** The provider said no, and another try may help. */
  | 'refused_retry'
  /** The provider said no for good, or the tries are used up. */
  | 'refused_final'
  /** Nothing left this machine. */
  | 'not_sent_retry'
  /** It may have left: no usable answer, or a crash before the answer was recorded. */
  | 'outcome_unknown'
  /** The provider knows the reference. */
  | 'found'
  /** Two agreeing look-ups did not find it; the line's policy is to retry, or to give up. */
  | 'proved_absent_retry'
  | 'proved_absent_final'
  /** The operator's word on an unknown outcome. */
  | 'resolved_sent'
  | 'resolved_not_sent'
  /** The status that the whole history of delivery reports folds to (see `foldReports`). */
  | `report_${DeliveryStatus}`
  | 'cancelled'
  /** Its reply window closed before it left (CMP-6). */
  | 'expired'
  /** The operator wants it sent again. */
  | 'retried';

type Row = Partial<Record<AttemptEvent, AttemptState>>;

/** Proof that the provider took the message holds in every state: whatever we believed, it must never be sent again. */
const PROOF_OF_ACCEPTANCE = {
  accepted: 'sent',
  found: 'sent',
  report_sent: 'sent',
  report_delivered: 'delivered',
  report_read: 'read',
  report_failed: 'failed_final',
} as const satisfies Row;

/** What the answer to a request brings. Also in `unknown`: an answer may come after the attempt was given up on. */
const ANSWERS = {
  ...PROOF_OF_ACCEPTANCE,
  refused_retry: 'failed_retry',
  refused_final: 'failed_final',
  not_sent_retry: 'failed_retry',
} as const satisfies Row;

const WAITING = {
  ...PROOF_OF_ACCEPTANCE,
  claimed: 'sending',
  cancelled: 'cancelled',
  expired: 'failed_final',
} as const satisfies Row;

const TRANSITIONS: Record<AttemptState, Row> = {
  pending: WAITING,
  failed_retry: { ...WAITING, retried: 'pending' },
  sending: { ...ANSWERS, outcome_unknown: 'unknown' },
  unknown: {
    ...ANSWERS,
    proved_absent_retry: 'failed_retry',
    proved_absent_final: 'failed_final',
    resolved_sent: 'sent',
    resolved_not_sent: 'failed_final',
  },
  sent: { ...PROOF_OF_ACCEPTANCE, outcome_unknown: 'sent' },
  // Delivery is proof: neither an older report nor a failure takes it back.
  delivered: { ...each(PROOF_OF_ACCEPTANCE, 'delivered'), report_read: 'read', outcome_unknown: 'delivered' },
  read: { ...each(PROOF_OF_ACCEPTANCE, 'read'), outcome_unknown: 'read' },
  failed_final: { ...PROOF_OF_ACCEPTANCE, retried: 'pending' },
  cancelled: PROOF_OF_ACCEPTANCE,
};

function each(row: Row, state: AttemptState): Row {
  return Object.fromEntries(Object.keys(row).map((event) => [event, state]));
}

/**
 * State of an attempt after an event (SND-2); the same state when the event says nothing new; null when the event does
 * not belong to the state, and then nothing may change. Reports come folded: `report_${status}` of the whole history,
 * not of the last webhook, so that their order does not matter (WHK-4). After `accepted` and `found`, reports that
 * overtook the answer are folded again.
 */
export function nextAttemptState(state: AttemptState, event: AttemptEvent): AttemptState | null {
  return TRANSITIONS[state][event] ?? null;
}

const HOLDING: readonly AttemptState[] = ['sending', 'unknown', 'sent', 'delivered', 'read'];

/** Whether a unit of quota was taken for it and never given back (MON-1). */
export function holdsSlot(attempt: { state: AttemptState; sentAt: number | null }): boolean {
  return attempt.sentAt !== null || HOLDING.includes(attempt.state);
}

/** Whether the operator may have it sent again: it failed, and the provider never took it (SND-8, I4). */
export function isRetryable(attempt: { state: AttemptState; sentAt: number | null }): boolean {
  return attempt.sentAt === null && nextAttemptState(attempt.state, 'retried') !== null;
}

/** A delivery report as it is kept; `code` is empty unless it failed with one. */
export type DeliveryReport = { status: DeliveryStatus; at: number; code: string };

export type FoldedReports = {
  state: 'sent' | 'delivered' | 'read' | 'failed_final';
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  failedAt: number | null;
  /** Code of the failure, empty when the provider gave none; null unless it failed. */
  code: string | null;
};

/**
 * What all delivery reports of one message say together, whatever their order and repetition (WHK-4, I8).
 * Read implies delivered, delivered implies sent; delivery is proof, so that a failure next to it does not count;
 * a failure alone or next to `sent` does. Of equal reports the earliest gives the time.
 * @param acceptedAt when the provider's answer said that it took the message; null when that is not known
 */
export function foldReports(reports: readonly DeliveryReport[], acceptedAt: number | null): FoldedReports {
  const readAt = earliest(reports, ['read']);
  const deliveredAt = earliest(reports, ['read', 'delivered']);
  const times = { sentAt: acceptedAt ?? earliest(reports, ['read', 'delivered', 'sent']), deliveredAt, readAt };
  if (readAt !== null) return { state: 'read', ...times, failedAt: null, code: null };
  if (deliveredAt !== null) return { state: 'delivered', ...times, failedAt: null, code: null };
  const failure = firstFailure(reports);
  if (failure === null) return { state: 'sent', ...times, failedAt: null, code: null };
  return { state: 'failed_final', ...times, failedAt: failure.at, code: failure.code };
}

function earliest(reports: readonly DeliveryReport[], statuses: readonly DeliveryStatus[]): number | null {
  const times = reports.filter((report) => statuses.includes(report.status)).map((report) => report.at);
  return times.length === 0 ? null : Math.min(...times);
}

/** The earliest failure; of those at the same instant the one with a code, in alphabetical order. */
function firstFailure(reports: readonly DeliveryReport[]): DeliveryReport | null {
  let first: DeliveryReport | null = null;
  for (const report of reports) {
    if (report.status !== 'failed') continue;
    if (first === null || report.at < first.at || (report.at === first.at && codeBefore(report.code, first.code))) {
      first = report;
    }
  }
  return first;
}

function codeBefore(code: string, other: string): boolean {
  if (code === '' || other === '') return code !== '';
  return code < other;
}
