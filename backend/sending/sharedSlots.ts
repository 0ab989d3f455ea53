import type { AttemptRow } from './attempt.ts';

export type SharedBlock = 'shared_limit_reached' | 'shared_counters_unavailable';
export type SharedRefusal = SharedBlock | 'day_is_closing';

/** Whether a follow-up is this machine's to send. */
export type FollowUpHold =
  | { kind: 'held'; release: (sent: boolean) => void }
  /** Another machine is at it, or nobody can say: it is tried again. */
  | { kind: 'busy' }
  /** Another machine has sent it. */
  | { kind: 'elsewhere' };

/** Limits and follow-ups that several machines share (SYN-5, CMP-7). Without other machines there is none of this. */
export type SharedSlots = {
  /** Uses one of the slots that this machine was granted; null when that went well. Part of the claim's transaction. */
  take(now: number, sendTimeoutMs: number): SharedRefusal | null;
  /** Slots that this machine has or can get now. */
  withinReach(now: number): number;
  /** False while nobody can say whether another machine has sent a follow-up. */
  mayFollowUp(): boolean;
  hold(attempt: AttemptRow): Promise<FollowUpHold>;
};
