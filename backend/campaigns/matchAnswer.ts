import { MINUTE_MS, DAY_MS } from '../core/days.ts';
import { isWithinWindow } from '../domain/replyWindow.ts';
import type { Candidate } from './recipientStore.ts';

/** An answer's own stamp may lie this much before Message 1, by two clocks that disagree. */
export const CLOCK_SKEW_MS = 5 * MINUTE_MS;
/** An answer's own stamp may lie this much after its receipt: then it is our clock that is behind. */
export const LARGEST_LAG_MS = 7 * DAY_MS;

export type AnswerTimes = { at: number; receivedAt: number };
export type Match = { recipient: Candidate; answeredAt: number };

/**
 * When a contact answered. The provider's stamp counts: it is right when a webhook comes late, and when the clock of
 * this machine is off. Only a stamp that cannot be an answer to this Message 1 gives way to the time of receipt: one
 * from well before Message 1, or from so far in the future that it is nonsense and not a lag of ours.
 */
export function answerTime({ at, receivedAt }: AnswerTimes, message1At: number | null): number {
  return isPlausible({ at, receivedAt }, message1At) ? at : receivedAt;
}

function isPlausible({ at, receivedAt }: AnswerTimes, message1At: number | null): boolean {
  return at >= (message1At ?? receivedAt - LARGEST_LAG_MS) - CLOCK_SKEW_MS && at <= receivedAt + LARGEST_LAG_MS;
}

/**
 * Whose answer it is (CMP-8): the recipient of the quoted message, else the latest Message 1 within its window among
 * the campaigns that are running or paused, else the latest Message 1 of all, as a late answer. Null when nobody with
 * this phone was written to.
 */
export function matchAnswer(
  candidates: readonly Candidate[],
  quoted: Candidate | null,
  times: AnswerTimes,
): Match | null {
  if (quoted !== null) return { recipient: quoted, answeredAt: answerTime(times, quoted.message1At) };
  const written = candidates
    .filter(({ message1At }) => message1At !== null)
    .map((recipient) => ({ recipient, answeredAt: answerTime(times, recipient.message1At) }));
  const open = written.filter(
    ({ recipient, answeredAt }) =>
      (recipient.campaignStatus === 'running' || recipient.campaignStatus === 'paused') &&
      isWithinWindow(recipient.message1At ?? 0, answeredAt),
  );
  // What was written before Message 1 was sent answers an earlier one, where there is an earlier one.
  const stamped = open.filter(({ recipient }) => isPlausible(times, recipient.message1At));
  return latest(stamped) ?? latest(open) ?? latest(written);
}

function latest(matches: readonly Match[]): Match | null {
  let found: Match | null = null;
  for (const match of matches) {
    const [at, id] = [match.recipient.message1At ?? 0, match.recipient.id];
    const [foundAt, foundId] = [found?.recipient.message1At ?? -1, found?.recipient.id ?? -1];
    if (at > foundAt || (at === foundAt && id > foundId)) found = match;
  }
  return found;
}
