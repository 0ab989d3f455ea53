import type { composeCampaigns } from './composeCampaigns.ts';
import type { Config } from './config.ts';
import type { Clock } from './core/clock.ts';
import type { Ids } from './core/ids.ts';
import type { Logger } from './core/logger.ts';
import type { AttemptJobs } from './sending/attemptJobs.ts';
import type { AttemptStore } from './sending/attemptStore.ts';
import type { Dispatcher } from './sending/dispatcher.ts';
import type { Lines } from './sending/lines.ts';
import type { Pauses } from './sending/pauses.ts';
import { inTransaction, type Database } from './storage/database.ts';
import { createLeaseBook } from './sync/shared/leaseBook.ts';
import type { Returned } from './sync/work/exchange.ts';
import { longestAnswerMs } from './sync/work/handOver.ts';
import { SharedWork } from './sync/work/sharedWork.ts';

/** Parts of the machine that are wired later than the lines. */
type LaterParts = {
  lines: Lines;
  pauses: Pauses;
  attempts: Pick<AttemptStore, 'withReference'>;
  jobs: Pick<AttemptJobs, 'settle'>;
  campaigns: Pick<ReturnType<typeof composeCampaigns>, 'suppressions' | 'endedMeanwhile' | 'stores'>;
  dispatcher: Pick<Dispatcher, 'wake'>;
};

type WorkParts = {
  config: Config;
  database: Database;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  later: () => LaterParts;
};

/** What sharing the work changes in the times of this machine, in ms; nothing where it is not shared. */
export function timesOf({ sendTimeoutMs, settlingMs, sharedWork }: Config): {
  sendTimeoutMs: number;
  settlingMs: number;
} {
  if (!sharedWork) return { sendTimeoutMs, settlingMs };
  const longest = longestAnswerMs(sendTimeoutMs);
  // A day does not close on what another host may still send, and nothing is proved absent before that is over.
  return { sendTimeoutMs: longest, settlingMs: Math.max(settlingMs, longest) };
}

/** Hosts that make each other's requests; null unless it is switched on (`VIGIE_SHARED_WORK`), and in the demo. */
export function composeWork({ config, database, clock, ids, logger, later }: WorkParts): SharedWork | null {
  if (!config.sharedWork || config.redisUrl === null || config.demo) return null;
  const isFree = (lineId: string): boolean => {
    const { lines, pauses } = later();
    return lines.find(lineId) !== null && !lines.options(lineId).disabled && pauses.heldBack(lineId) === 'nothing';
  };
  const mayLeave = (reference: string): boolean => {
    const { attempts, pauses, lines, campaigns } = later();
    const attempt = attempts.withReference(reference);
    if (attempt === null) return false;
    const { lineId, type, campaignId } = attempt;
    const heldBack = pauses.heldBack(lineId);
    if (heldBack === 'everything' || (heldBack === 'message_1' && type === 'message_1')) return false;
    if (lines.options(lineId).disabled || campaigns.endedMeanwhile(attempt) !== null) return false;
    return campaignId === null || campaigns.stores.campaigns.byId(campaignId)?.status === 'running';
  };
  /** Of a message that a later try has left behind, only that it was accepted still counts (I4). */
  const late = ({ reference, offeredAt, outcome }: Returned): void => {
    inTransaction(database, () => {
      const { attempts, jobs } = later();
      const attempt = attempts.withReference(reference);
      if (attempt === null) return;
      const isOfThisTry = attempt.state === 'unknown' && (attempt.sendingAt ?? Infinity) <= offeredAt;
      if (outcome.kind === 'accepted' || isOfThisTry) jobs.settle(attempt, outcome);
    });
  };
  const book = createLeaseBook(database);
  return new SharedWork({
    ...{ url: config.redisUrl, clock, logger, mayLeave, late },
    host: () => book.read().host,
    newId: () => ids.next(),
    sendTimeoutMs: config.sendTimeoutMs,
    sendsAtOnce: () => config.sendsAtOnce,
    mayTake: isFree,
    isConfigured: (lineId) => later().lines.find(lineId) !== null,
    isSuppressed: (phone) => later().campaigns.suppressions.has(phone),
    wake: () => {
      later().dispatcher.wake();
    },
  });
}
