import { createRouterClient } from '@orpc/server';
import { app, powerMonitor } from 'electron';
import path from 'node:path';
import type { Locale } from '../backend/contract/common.ts';
import type { Backend, BackendClient, Report } from './backend.ts';
import { createDesktopMemory, type DesktopMemory } from './desktopState.ts';
import { serveIpc } from './ipc.ts';
import { setApplicationMenu } from './menu.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { followStatus, UNKNOWN_STATUS, type Status } from './status.ts';
import { createTray } from './tray.ts';
import { createTrayActions } from './trayActions.ts';
import { createMainWindow, type MainWindow } from './window.ts';
import { words } from './words.ts';

/** Folders and files of the built app. */
export type Places = { preload: string; icons: string; tray: string; state: string };

export type Desktop = {
  /** Shows the window, at a page of the interface when one is named. */
  open(page?: string): void;
  /** Lets go of windows, tray and the backend's events; the backend is stopped by who started it. */
  stop(): void;
};

/** Puts window, tray and notifications around a backend that is started. Electron must be ready. */
export async function startDesktop(backend: Backend, places: Places, report: Report): Promise<Desktop> {
  const client: BackendClient = createRouterClient(backend.router, { context: { actor: 'desktop' } });
  const memory = createDesktopMemory(places.state, report);
  const icon = path.join(places.icons, 'icon.png');
  let status = UNKNOWN_STATUS;
  const locale = (): Locale => status.locale;

  setApplicationMenu();
  const ipc = serveIpc(backend.router, { actor: 'interface' }, report);
  const window = createMainWindow({
    ...{ preload: places.preload, icon, memory, ipc, report },
    onHidden: () => {
      tellHidden(memory, notifications, locale());
    },
  });
  const { open } = window;
  const notifications = createNotifications({ memory, icon, open });
  const actions = createTrayActions({ client, open: () => open(), notifications, locale, report });
  const tray = createTray(places.tray, actions, ({ icon: shown, state }) => {
    window.setOverlay(path.join(places.tray, `${shown}.png`), state);
  });

  followSystem(window, backend.resumed);
  open();
  const stopNotices = backend.events.on(notifications.onEvent);
  const onStatus = (changed: Status): void => {
    status = changed;
    tray.show(status);
    notifications.onStatus(status);
  };
  const stopStatus = await followStatus({ client, events: backend.events }, onStatus, report);
  return {
    open,
    stop() {
      stopNotices();
      stopStatus();
      ipc.stop();
      tray.destroy();
    },
  };
}

/** Quitting closes the window for good; a click in the dock opens it. */
function followSystem(window: MainWindow, resumed: () => void): void {
  app.on('before-quit', window.release);
  app.on('activate', () => {
    window.open();
  });
  powerMonitor.on('resume', resumed);
}

/** Says once, ever, that closing the window is not the end (DSK-2). */
function tellHidden(memory: DesktopMemory, notifications: Notifications, locale: Locale): void {
  if (memory.state.toldHidden) return;
  memory.remember({ toldHidden: true });
  notifications.show({
    title: words(locale, 'desktop.hidden'),
    body: words(locale, 'desktop.hidden.body'),
    page: '/',
  });
}
