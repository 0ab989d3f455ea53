import { app } from 'electron';
import type { Locale } from '../backend/contract/common.ts';
import type { BackendClient, Report } from './backend.ts';
import type { Notifications } from './notifications.ts';
import type { TrayActions } from './tray.ts';
import { words } from './words.ts';

/** What the tray's menu does. A refusal is shown as a notification: there may be no window to show it in. */
export function createTrayActions(deps: {
  client: Pick<BackendClient, 'sending'>;
  open: () => void;
  notifications: Notifications;
  locale: () => Locale;
  report: Report;
}): TrayActions {
  const { client, open, notifications, locale, report } = deps;
  const run = (call: Promise<unknown>): void => {
    call.catch((error: unknown) => {
      report('an action of the tray failed', error);
      const body = error instanceof Error ? error.message : String(error);
      notifications.show({ title: words(locale(), 'desktop.actionFailed'), body, page: '/' });
    });
  };
  return {
    open,
    pause() {
      run(client.sending.pause({ scope: 'all' }));
    },
    resume() {
      run(client.sending.resume({ scope: 'all' }));
    },
    quit() {
      app.quit();
    },
  };
}
