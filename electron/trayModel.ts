import { words } from './words.ts';
import type { Status } from './status.ts';

/** One image per state, told apart by colour and by shape (DSK-2). */
export type TrayIcon = 'ok' | 'attention' | 'danger' | 'blocked' | 'paused' | 'offline';

/** What the tray shows, as values. */
export type TrayModel = {
  icon: TrayIcon;
  tooltip: string;
  /** Text beside the icon, on macOS. */
  title: string;
  /** The state in a word, for the overlay on Windows. */
  state: string;
  /** First lines of the menu: the figures in words. */
  figures: string[];
  canPause: boolean;
  canResume: boolean;
};

/** What the tray shows for a status. A line that is offline comes before a pause, a pause before the level. */
export function trayModel(status: Status): TrayModel {
  const { stats, locale, demo, problem } = status;
  const icon = trayIcon(status);
  const state = words(locale, stats || problem !== null ? STATE_WORDS[icon] : 'desktop.starting');
  const app = demo ? `Vigie (${words(locale, 'desktop.demo')})` : 'Vigie';
  if (!stats) {
    return { icon, tooltip: app, title: '', state, figures: [problem ?? state], canPause: false, canResume: false };
  }
  const today = { sent: stats.sent, limit: stats.limit };
  return {
    icon,
    tooltip: words(locale, 'desktop.tooltip', { app, state, ...today }),
    title: `${stats.sent}/${stats.limit}`,
    state,
    figures: figures(status, stats, state),
    canPause: !stats.paused,
    canResume: stats.paused,
  };
}

const STATE_WORDS = {
  ok: 'desktop.level.ok',
  attention: 'desktop.level.attention',
  danger: 'desktop.level.danger',
  blocked: 'desktop.level.blocked',
  paused: 'desktop.paused',
  offline: 'desktop.offline',
} as const satisfies Record<TrayIcon, string>;

function trayIcon({ stats, lineState }: Status): TrayIcon {
  if (!stats || lineState === 'offline') return 'offline';
  return stats.paused ? 'paused' : stats.alertLevel;
}

function figures({ locale, lineState }: Status, stats: NonNullable<Status['stats']>, state: string): string[] {
  const lines = [
    words(locale, 'desktop.menu.today', { state, sent: stats.sent, limit: stats.limit }),
    words(locale, 'desktop.menu.rolling', stats.rolling),
    words(locale, 'desktop.menu.capacity', { count: stats.remainingCapacity }),
  ];
  if (stats.blockedMessage !== '') lines.push(stats.blockedMessage);
  if (lineState === 'offline') lines.push(words(locale, 'desktop.menu.offline'));
  if (!stats.paused && stats.pauses.length > 0) lines.push(words(locale, 'desktop.menu.partlyPaused'));
  if (stats.toResolve > 0) lines.push(words(locale, 'desktop.menu.toResolve', { count: stats.toResolve }));
  return lines;
}
