import type { Locale } from '../contract/common.ts';
import { sentence } from '../contract/messages/sentence.ts';
import { webhookVerdict } from '../contract/webhookEvents.ts';
import type { Clock } from '../core/clock.ts';
import { DAY_MS, MINUTE_MS } from '../core/days.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Database } from '../storage/database.ts';

/** Delivery reports come within seconds; this long without any while some are due means that none arrive. */
export const SILENCE_MS = 15 * MINUTE_MS;
/** Two checks further apart than this had a sleep between them, in which nothing could arrive. */
const SLEPT_MS = 5 * MINUTE_MS;
/** Messages older than this no longer say anything about the webhooks of today. */
const OUTSTANDING_MS = DAY_MS;

/** Of each verdict but `rejected`: strangers can send as many of those as they like, and none is walked through. */
const NEWEST_OF_EACH = webhookVerdict
  .exclude(['rejected'])
  .options.map((verdict) => `SELECT max(id) AS id FROM webhook_events WHERE verdict = '${verdict}'`)
  .join(' UNION ALL ');

export type Silence = {
  now: number;
  /** Newest webhook; null when none ever came. */
  lastEventAt: number | null;
  /** Acceptance of the oldest message that waits for its first report; null when none does. */
  outstandingSince: number | null;
  /** Since when this machine has been awake and listening. */
  listeningSince: number;
};

/** Whether webhooks are silent while messages are outstanding (WHK-6). */
export function isSilent({ now, lastEventAt, outstandingSince, listeningSince }: Silence): boolean {
  if (outstandingSince === null) return false;
  const quietSince = Math.max(listeningSince, lastEventAt ?? 0, outstandingSince);
  return now - quietSince >= SILENCE_MS;
}

/** Watches for silence; `check` is called about every minute. It tells once, and again only after something came. */
export function createSilenceWatch(dependencies: {
  database: Database;
  clock: Clock;
  notify: Notify;
  locale: () => Locale;
  /** Lines that report deliveries at all. */
  reportingLines: () => readonly string[];
}) {
  const { database, clock, notify, locale, reportingLines } = dependencies;
  const newest = database
    .prepare<[], number>(`SELECT received_at FROM webhook_events WHERE id = (SELECT max(id) FROM (${NEWEST_OF_EACH}))`)
    .pluck();
  const oldestOutstanding = database
    .prepare<{ lines: string; since: number }, number | null>(
      `SELECT min(sent_at) FROM attempts WHERE state = 'sent' AND created_at >= @since AND sent_at >= @since
       AND line_id IN (SELECT value FROM json_each(@lines))
       AND NOT EXISTS (SELECT 1 FROM delivery_reports WHERE attempt_id = attempts.id)`,
    )
    .pluck();
  let listeningSince: number | null = null;
  let checkedAt = 0;
  let told = false;

  return {
    /** True while webhooks are silent. */
    check(): boolean {
      const now = clock.now();
      if (listeningSince === null || Math.abs(now - checkedAt) > SLEPT_MS) listeningSince = now;
      checkedAt = now;
      const silence: Silence = {
        now,
        listeningSince,
        lastEventAt: newest.get() ?? null,
        outstandingSince:
          oldestOutstanding.get({ lines: JSON.stringify(reportingLines()), since: now - OUTSTANDING_MS }) ?? null,
      };
      const silent = isSilent(silence);
      if (silent && !told) {
        notify.notice({
          ...{ kind: 'webhooks_silent', level: null, page: '/webhooks' },
          title: sentence(locale(), 'notice.webhooks_silent'),
          body: sentence(locale(), 'notice.webhooks_silent.body', { minutes: SILENCE_MS / MINUTE_MS }),
        });
      }
      told = silent;
      return silent;
    },
  };
}
