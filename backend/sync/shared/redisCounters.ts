import { Redis } from 'ioredis';
import { SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import { SERVER_FACTS, type ServerFacts } from '../serverFacts.ts';
import { holdScript, releaseScript } from './followUpScripts.ts';
import { reportAnswer, type Report, type ReportAnswer } from './report.ts';
import { reportScript } from './reportScript.ts';

/** A follow-up of one contact in one campaign, by one machine. `token`: the same for every try of the same message. */
export type FollowUpStep = { campaignId: string; contactId: string; host: string; token: string };
export type Hold = 'held' | 'busy' | 'elsewhere';

/** The counters and locks that several machines share. Every call may fail, and then may or may not have had its effect. */
export type SharedStore = {
  /** Connects in the background. */
  open(): void;
  report(report: Report): Promise<ReportAnswer>;
  hold(step: FollowUpStep): Promise<Hold>;
  /** @param sent whether the message may have left: then nobody else ever sends it */
  release(step: FollowUpStep, sent: boolean): Promise<void>;
  close(): void;
};

/** An answer that takes longer is none. */
const CALL_TIMEOUT_MS = 2 * SECOND_MS;
const LONGEST_RECONNECT_MS = SECOND_MS;

/** The store on one Redis database. Nothing is queued while it is away: every call is made anew by its caller. */
export function createRedisCounters(options: {
  url: string;
  logger: Logger;
  callTimeoutMs?: number;
  facts?: ServerFacts;
}): SharedStore {
  const { url, logger, callTimeoutMs = CALL_TIMEOUT_MS, facts = SERVER_FACTS } = options;
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: callTimeoutMs,
    commandTimeout: callTimeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_RECONNECT_MS),
  });
  redis.on('error', (error: Error) => {
    logger.debug({ reason: error.message }, 'the shared counters cannot be reached');
  });
  const report = reportScript(facts);
  const call = (script: string, keys: string[], ...values: string[]): Promise<unknown> =>
    redis.eval(script, keys.length, ...keys, ...values);
  return {
    open() {
      // A failure is told by the event above, and tried again.
      redis.connect().catch(() => {});
    },
    async report(given) {
      const text = await call(report, [], JSON.stringify(given));
      return reportAnswer.parse(JSON.parse(String(text)));
    },
    async hold({ campaignId, contactId, host, token }) {
      const answer = await call(holdScript, keysOf(campaignId, contactId), host, token);
      if (answer === 'held' || answer === 'busy' || answer === 'elsewhere') return answer;
      throw new Error('a wrong answer about a follow-up');
    },
    async release({ campaignId, contactId, host, token }, sent) {
      await call(releaseScript, keysOf(campaignId, contactId), host, token, sent ? 'sent' : 'not_sent');
    },
    close() {
      redis.disconnect();
    },
  };
}

function keysOf(campaignId: string, contactId: string): string[] {
  return [`lock:message2:${campaignId}:${contactId}`, `whatsapp:message2:${campaignId}:${contactId}`];
}
