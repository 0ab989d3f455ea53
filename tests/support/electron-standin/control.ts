import { app } from './app.ts';
import { BrowserWindow } from './browserWindow.ts';
import { startedChromium } from './chromium.ts';
import { ipcMain } from './ipcMain.ts';
import { happened, type Observed } from './observed.ts';
import { decidePermission, powerMonitor } from './system.ts';

/** What a test may do to the desktop app, over the channel between Node processes. */
export type Commands = {
  observe(): Observed;
  /** Address of Chromium's DevTools, null until there is a page. */
  browserAddress(): Promise<string | null>;
  clickTray(): void;
  clickTrayMenu(label: string): void;
  clickNotification(index: number): void;
  closeWindow(): void;
  crashPage(): void;
  quit(): void;
  wake(): void;
  /** A message on a channel that comes from a frame at `url`, of our own window. */
  forgeMessage(forged: { channel: string; url: string; isMainFrame: boolean; values: string[] }): void;
  askPermission(permission: string): boolean;
};
export type Command = keyof Commands;
export type Question = { id: number; command: Command; argument?: unknown };
export type Reply = { id: number; result?: unknown; error?: string };

const commands: Commands = {
  observe: () => ({
    windows: BrowserWindow.getAllWindows().map((window) => ({
      visible: window.isVisible(),
      url: window.webContents.mainFrame.url,
    })),
    tray: observeTray(),
    notifications: happened.notifications.map(({ title, body }) => ({ title, body })),
    opened: happened.opened,
    errors: happened.errors,
  }),
  browserAddress: async () => (await startedChromium())?.address ?? null,
  clickTray: () => {
    happened.trays[0]?.emit('click');
  },
  clickTrayMenu: (label) => happened.trays[0]?.menu?.click(label),
  clickNotification: (index) => {
    happened.notifications[index]?.emit('click');
  },
  closeWindow: () => BrowserWindow.getAllWindows()[0]?.close(),
  crashPage: () => BrowserWindow.getAllWindows()[0]?.webContents.crash(),
  quit: () => {
    app.quit();
  },
  wake: () => {
    powerMonitor.emit('resume');
  },
  forgeMessage({ channel, url, isMainFrame, values }) {
    const sender = BrowserWindow.getAllWindows()[0]?.webContents;
    const senderFrame = { url, parent: isMainFrame ? null : sender?.mainFrame };
    ipcMain.emit(channel, { sender, senderFrame }, ...values);
  },
  askPermission(permission) {
    const [window] = BrowserWindow.getAllWindows();
    return decidePermission(permission, window?.webContents.mainFrame.url ?? '');
  },
};

function observeTray(): Observed['tray'] {
  const [tray] = happened.trays;
  if (!tray) return null;
  const menu = tray.menu?.items.filter((item) => item.label !== undefined) ?? [];
  return {
    icon: tray.image.name,
    tooltip: tray.tooltip,
    menu: menu.map(({ label = '', enabled = true }) => ({ label, enabled })),
  };
}

async function reply({ id, command, argument }: Question): Promise<Reply> {
  try {
    const run = commands[command] as (argument: unknown) => unknown;
    return { id, result: await run(argument) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

process.on('message', (question: Question) => {
  void reply(question).then((answer) => process.send?.(answer));
});
// The test is gone: so is its app.
process.on('disconnect', () => {
  app.exit(0);
});
