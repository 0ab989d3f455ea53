import type { Locale } from '../backend/contract/common.ts';
import type { MonitoringStats } from '../backend/contract/monitoring.ts';
import type { Line } from '../backend/contract/lines.ts';
import type { Settings } from '../backend/contract/workspace.ts';
import type { Backend, BackendClient, Report } from './backend.ts';

/** What the tray and the notifications follow; figures are null until the backend answered. */
export type Status = {
  stats: MonitoringStats | null;
  locale: Locale;
  demo: boolean;
  lineState: Line['state'];
  /** Why there are no figures, in the operator's language: the backend is frozen (REL-2). */
  problem: string | null;
};

/** Before the backend answered: offline, in French. */
export const UNKNOWN_STATUS: Status = { stats: null, locale: 'fr', demo: false, lineState: 'unknown', problem: null };

/**
 * Asks for the present figures and settings, then follows the live events; tells `onChange` of every change (MON-11).
 * A backend that refuses to answer leaves a status that says why. Gives the function that ends it.
 */
export async function followStatus(
  { client, events }: { client: Pick<BackendClient, 'monitoring' | 'settings'>; events: Backend['events'] },
  onChange: (status: Status) => void,
  report: Report,
): Promise<() => void> {
  let status = UNKNOWN_STATUS;
  const change = (part: Partial<Status>): void => {
    status = { ...status, ...part };
    onChange(status);
  };
  const stop = events.on((event) => {
    if (event.type === 'stats') change({ stats: event.stats, problem: null });
    if (event.type !== 'changed' || event.what !== 'settings') return;
    client.settings.get().then(
      (settings) => {
        change(ofSettings(settings));
      },
      (error: unknown) => {
        report('settings could not be read again', error);
      },
    );
  });
  try {
    const [settings, stats] = await Promise.all([client.settings.get(), client.monitoring.stats()]);
    change({ ...ofSettings(settings), stats: newest(status.stats, stats) });
  } catch (error) {
    report('the backend gives no figures', error);
    change({ problem: error instanceof Error ? error.message : String(error) });
  }
  return stop;
}

function ofSettings(settings: Settings): Partial<Status> {
  const line = settings.lines.find((candidate) => candidate.isDefault) ?? settings.lines[0];
  return { locale: settings.locale, demo: settings.demo, lineState: line?.state ?? 'unknown' };
}

/** An event may overtake the answer to the first question. */
function newest(seen: MonitoringStats | null, answered: MonitoringStats): MonitoringStats {
  return seen && seen.updatedAt > answered.updatedAt ? seen : answered;
}
