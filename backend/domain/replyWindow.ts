import { DAY_MS } from '../core/days.ts';

/** How long after Message 1 an answer still brings Message 2 (CMP-6). */
export const REPLY_WINDOW_MS = DAY_MS;

/** First instant at which an answer is late, and after which no Message 2 leaves (CMP-6). */
export function windowClosesAt(message1SentAt: number): number {
  return message1SentAt + REPLY_WINDOW_MS;
}

/**
 * Whether an answer came less than 24 hours after Message 1; at exactly 24 hours it is late (CMP-6).
 * An answer stamped before the send is within: two clocks disagree, and nobody answers what was not sent.
 */
export function isWithinWindow(message1SentAt: number, answeredAt: number): boolean {
  return answeredAt < windowClosesAt(message1SentAt);
}
