import type { MessageType } from '../contract/attempts.ts';
import { HOUR_MS } from '../core/days.ts';

/** Priorities of the two campaign messages: a follow-up goes to the front, before everything else (SND-3, CMP-6). */
export const MESSAGE_1_PRIORITY = 4;
export const MESSAGE_2_PRIORITY = 1;

/** Lower leaves first; of one priority a Message 1 comes last. The column `rank` of `attempts` computes the same. */
export function rankOf(priority: number, type: MessageType): number {
  return priority * 2 + (type === 'message_1' ? 1 : 0);
}

/** Of every Message 1. */
export const MESSAGE_1_RANK = rankOf(MESSAGE_1_PRIORITY, 'message_1');

/** First attempt of one of the queues that wait for a line. */
export type QueueHead = {
  id: string;
  type: MessageType;
  priority: number;
  /** priority x 2, plus 1 for a Message 1: lower leaves first. */
  rank: number;
  dueAt: number;
  createdAt: number;
};

/** An attempt that waits this long counts as one priority higher. From 5 to 1 takes 16 hours: it leaves within the day. */
export const AGEING_STEP_MS = 4 * HOUR_MS;
/** A Message 1 does not age past this: thousands wait for days in a large campaign, ahead of nobody who is waiting now. */
const HIGHEST_AGED_MESSAGE_1 = 4;

/**
 * The attempt that leaves next, or null when none is due (SND-3): by priority, a Message 1 last of its priority, then
 * by due time, then by age. Waiting lifts the priority, so that nothing starves; a Message 1 stays behind every due
 * Message 2 of its own priority or a higher one, however long it waits.
 */
export function pickHead<Head extends QueueHead>(heads: readonly Head[], now: number): Head | null {
  let first: Head | null = null;
  for (const head of heads) {
    if (head.dueAt <= now && (first === null || leavesBefore(head, first, now))) first = head;
  }
  return first;
}

function leavesBefore(head: QueueHead, other: QueueHead, now: number): boolean {
  const difference =
    agedRank(head, now) - agedRank(other, now) || head.dueAt - other.dueAt || head.createdAt - other.createdAt;
  return difference === 0 ? head.id < other.id : difference < 0;
}

/** The rank that an attempt has by now: two less, one priority, for each step of waiting. */
function agedRank(head: QueueHead, now: number): number {
  const steps = Math.floor((now - head.dueAt) / AGEING_STEP_MS);
  const highest = head.type === 'message_1' ? HIGHEST_AGED_MESSAGE_1 : 1;
  const lift = Math.min(steps, Math.max(0, head.priority - highest));
  return head.rank - 2 * lift;
}
