import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { _electron, type ElectronApplication } from 'playwright-core';
import type { Menu, Notification, Tray } from 'electron';
import { ROOT, type Desktop, type LaunchOptions } from './desktop.ts';

/** What `electronRecorder.cjs` keeps in the main process. */
type Recorder = {
  trays: { tray: Tray; icon: string; tooltip: string; menu: Menu | null }[];
  notifications: Notification[];
  opened: string[];
  errors: string[];
};
declare global {
  var vigieRecorder: Recorder;
}

const RECORDER = path.join(import.meta.dirname, 'electronRecorder.cjs');

/** Electron's program, where it was downloaded and has a display to show windows on. */
export function electronProgram(root: string): string | undefined {
  const folder = path.join(root, 'node_modules/electron');
  const pathFile = path.join(folder, 'path.txt');
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (!hasDisplay || !existsSync(pathFile)) return undefined;
  const program = path.join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(program) ? program : undefined;
}

/** The built app in Electron itself. */
export async function launchElectron(program: string, options: LaunchOptions): Promise<Desktop> {
  const { dataDir, environment, args = [] } = options;
  const isRoot = process.getuid?.() === 0;
  const electron = await _electron.launch({
    executablePath: program,
    args: ['-r', RECORDER, ...(isRoot ? ['--no-sandbox'] : []), ROOT, '--data-dir', dataDir, ...args],
    env: { ...(process.env as Record<string, string>), ...environment },
  });
  const child = electron.process();
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return {
    ...actions(electron),
    async exited() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
    kill: (signal) => {
      child.kill(signal);
    },
    output: () => output,
  };
}

/** Each function given to `evaluate` runs in Electron's main process. */
function actions(electron: ElectronApplication): Omit<Desktop, 'exited' | 'kill' | 'output'> {
  return {
    observe: () => observe(electron),
    async page() {
      const page = await electron.firstWindow();
      await page.waitForLoadState();
      return page;
    },
    clickTray: () => electron.evaluate(() => void vigieRecorder.trays[0]?.tray.emit('click')),
    clickTrayMenu: (label) =>
      electron.evaluate((_modules, wanted) => {
        const item = vigieRecorder.trays[0]?.menu?.items.find((candidate) => candidate.label === wanted);
        if (!item?.enabled) throw new Error(`no menu entry '${wanted}' that can be clicked`);
        (item.click as () => void)();
      }, label),
    clickNotification: (index) =>
      electron.evaluate((_modules, at) => void vigieRecorder.notifications[at]?.emit('click'), index),
    closeWindow: () => electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    crashPage: () =>
      electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()),
    wake: () => electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume')),
    quit: () =>
      electron.evaluate(({ app }) => {
        setImmediate(() => {
          app.quit();
        });
      }),
    forgeMessage: (forged) =>
      electron.evaluate(({ BrowserWindow, ipcMain }, { channel, url, isMainFrame, values }) => {
        const sender = BrowserWindow.getAllWindows()[0]?.webContents;
        ipcMain.emit(channel, { sender, senderFrame: { url, parent: isMainFrame ? null : {} } }, ...values);
      }, forged),
    async askPermission(permission) {
      const page = await electron.firstWindow();
      const name = permission === 'clipboard-sanitized-write' ? 'clipboard-write' : permission;
      const query = { name: name as PermissionName };
      const { state } = await page.evaluate(async (asked) => {
        const status = await navigator.permissions.query(asked);
        return { state: status.state };
      }, query);
      return state === 'granted';
    },
  };
}

function observe(electron: ElectronApplication): ReturnType<Desktop['observe']> {
  return electron.evaluate(({ BrowserWindow }) => {
    const { trays, notifications, opened, errors } = vigieRecorder;
    const [tray] = trays;
    return {
      windows: BrowserWindow.getAllWindows().map((window) => ({
        visible: window.isVisible(),
        url: window.webContents.getURL(),
      })),
      tray: tray
        ? {
            icon: tray.icon,
            tooltip: tray.tooltip,
            menu: (tray.menu?.items ?? [])
              .filter((item) => item.type !== 'separator')
              .map(({ label, enabled }) => ({ label, enabled })),
          }
        : null,
      notifications: notifications.map(({ title, body }) => ({ title, body })),
      opened,
      errors,
    };
  });
}
