import { Notification } from 'electron';
import type { LiveEvent } from '../backend/contract/liveEvents.ts';
import { sentence } from '../backend/contract/messages/sentence.ts';
import type { MonitoringStats } from '../backend/contract/monitoring.ts';
import type { DesktopMemory } from './desktopState.ts';
import type { Status } from './status.ts';
import { thresholdToAnnounce, type Threshold } from './thresholds.ts';

/** A native notification; a click opens `page`, a path of the interface. */
export type Announcement = { title: string; body: string; page: string };

export type Notifications = {
  show(announcement: Announcement): void;
  /** Announces a threshold that these figures cross, once per level and day (DSK-3). */
  onStatus(status: Status): void;
  /** Shows what the backend wants the operator to know. */
  onEvent(event: LiveEvent): void;
};

const DASHBOARD = '/';

export function createNotifications(deps: {
  memory: DesktopMemory;
  icon: string;
  open: (page: string) => void;
}): Notifications {
  /** Kept until they are closed: a notification that is collected loses its click. */
  const shown = new Set<Notification>();

  const show = ({ title, body, page }: Announcement): void => {
    const notification = new Notification({ title, body, icon: deps.icon });
    shown.add(notification);
    notification.once('close', () => {
      shown.delete(notification);
    });
    notification.once('click', () => {
      shown.delete(notification);
      deps.open(page);
    });
    notification.show();
  };

  return {
    show,
    onStatus({ stats, locale }) {
      if (!stats) return;
      const threshold = thresholdToAnnounce(deps.memory.state.announced, stats);
      if (threshold === null) return;
      // Remembered first: a crash in between loses a notification rather than repeating it.
      deps.memory.remember({ announced: { day: stats.date, highest: threshold } });
      show(thresholdAnnouncement(locale, threshold, stats));
    },
    onEvent(event) {
      // Levels are announced from the figures, above: they need the memory of what was announced before a restart.
      if (event.type === 'notice' && event.kind !== 'level') show(event);
    },
  };
}

function thresholdAnnouncement(locale: Status['locale'], threshold: Threshold, stats: MonitoringStats): Announcement {
  const number = new Intl.NumberFormat(locale);
  const figures = {
    sent: number.format(stats.sent),
    limit: number.format(stats.limit),
    capacity: number.format(stats.remainingCapacity),
  };
  return {
    title: sentence(locale, `notice.level.${threshold}`),
    body: stats.blockedMessage || sentence(locale, 'notice.level.body', figures),
    page: DASHBOARD,
  };
}
