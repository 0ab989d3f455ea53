import { z } from 'zod';
import { attemptState } from './attempts.ts';
import { campaign } from './campaigns.ts';
import { id } from './common.ts';
import { contactImport } from './imports.ts';
import { alertLevel, messageError, monitoringStats } from './monitoring.ts';

/**
 * What the backend tells every open screen, within one second of the change (MON-11).
 * A subscription begins with the present `stats` and every active campaign, so that nothing is missed after a cut.
 */
export const liveEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stats'), stats: monitoringStats }),
  z.object({ type: z.literal('campaign'), campaign }),
  z.object({ type: z.literal('campaign_removed'), id }),
  z.object({ type: z.literal('attempt'), id, state: attemptState, campaignId: id.nullable() }),
  z.object({ type: z.literal('error'), error: messageError }),
  /** An import went on or ended. */
  z.object({ type: z.literal('import'), import: contactImport }),
  /** Lists of this kind changed; whoever shows one asks again. */
  z.object({
    type: z.literal('changed'),
    what: z.enum([
      'contacts',
      'categories',
      'campaigns',
      'attempts',
      'webhook_events',
      'settings',
      'suppressions',
      'sync',
      'relay',
    ]),
  }),
  /** Something the operator should know now; shown by the desktop as a native notification (DSK-3). */
  z.object({
    type: z.literal('notice'),
    kind: z.enum([
      'level',
      'unknown_outcome',
      'campaign_completed',
      'line_paused',
      'webhooks_silent',
      'backup_failed',
      'clock',
      'shared_counters',
      'frozen',
    ]),
    level: alertLevel.nullable(),
    title: z.string(),
    body: z.string(),
    /** Page to open, as a path of the interface. */
    page: z.string(),
  }),
]);
export type LiveEvent = z.infer<typeof liveEvent>;
