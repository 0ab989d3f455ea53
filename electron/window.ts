import { app, BrowserWindow, nativeImage, screen, session, shell, type Rectangle, type WebContents } from 'electron';
import { APP_URL, isOwnAddress, mayOpenOutside } from './addresses.ts';
import type { Report } from './backend.ts';
import type { DesktopMemory, DesktopState } from './desktopState.ts';
import type { Ipc } from './ipc.ts';

const DEFAULT_SIZE = { width: 1280, height: 800 };
const MINIMUM_SIZE = { minWidth: 900, minHeight: 600 };

export type MainWindow = {
  /** Shows the window, made anew where it is gone, at a page of the interface. */
  open(page?: string): void;
  /** State in the task bar, on Windows (DSK-2). */
  setOverlay(image: string, description: string): void;
  /** From now on closing means closing: the app is ending. */
  release(): void;
};

/** The one window. Closing it hides it: Vigie goes on in the tray (DSK-2). */
export function createMainWindow(deps: {
  preload: string;
  icon: string;
  memory: DesktopMemory;
  ipc: Ipc;
  onHidden: () => void;
  report: Report;
}): MainWindow {
  let window: BrowserWindow | null = null;
  let released = false;
  let loaded = false;
  let pageWaiting: string | undefined;

  const navigate = (page: string): void => {
    if (window && loaded) deps.ipc.navigate(window.webContents, page);
    else pageWaiting = page;
  };

  const onLoaded = (): void => {
    loaded = true;
    if (pageWaiting !== undefined) navigate(pageWaiting);
    pageWaiting = undefined;
  };

  const make = (): BrowserWindow => {
    const made = new BrowserWindow(windowOptions(deps));
    const show = (): void => {
      made.show();
    };
    if (deps.memory.state.window?.maximized) made.maximize();
    loaded = false;
    deps.ipc.admit(made.webContents);
    made.webContents.on('did-finish-load', onLoaded);
    made.webContents.on('render-process-gone', (_event, { reason }) => {
      loaded = false;
      deps.report(`the page is gone (${reason}) and is loaded again`);
      made.webContents.reload();
    });
    made.on('close', (event) => {
      deps.memory.remember({ window: placeOf(made) });
      if (released) return;
      event.preventDefault();
      // Closed before its page was there: it stays closed.
      made.off('ready-to-show', show);
      made.hide();
      deps.onHidden();
    });
    made.once('closed', () => {
      window = null;
    });
    made.once('ready-to-show', show);
    made.loadURL(APP_URL).catch((error: unknown) => {
      deps.report('the interface could not be loaded', error);
    });
    return made;
  };

  return {
    open(page) {
      if (page !== undefined) navigate(page);
      if (!window) {
        window = make();
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    setOverlay(image, description) {
      if (process.platform === 'win32') window?.setOverlayIcon(nativeImage.createFromPath(image), description);
    },
    release() {
      released = true;
    },
  };
}

/** Permissions that our own page gets; all others are refused. */
const GRANTED = new Set(['clipboard-sanitized-write']);

/** Holds every page, whoever makes it, to Vigie's own interface (SEC-5). */
export function restrictPages(report: Report): void {
  const { defaultSession } = session;
  const isGranted = (permission: string, address = ''): boolean => GRANTED.has(permission) && isOwnAddress(address);
  defaultSession.setPermissionRequestHandler((_contents, permission, ...[decide, { requestingUrl }]) => {
    decide(isGranted(permission, requestingUrl));
  });
  defaultSession.setPermissionCheckHandler((_contents, permission, ...[, { requestingUrl }]) =>
    isGranted(permission, requestingUrl),
  );
  defaultSession.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_event, contents) => {
    restrict(contents, report);
  });
}

function restrict(contents: WebContents, report: Report): void {
  contents.on('will-frame-navigate', (event) => {
    if (event.isMainFrame && isOwnAddress(event.url)) return;
    event.preventDefault();
    report(`the page was kept from going to ${URL.parse(event.url)?.origin ?? 'a malformed address'}`);
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) {
      shell.openExternal(url).catch((error: unknown) => {
        report('a link could not be opened in the browser', error);
      });
    }
    return { action: 'deny' };
  });
}

function windowOptions({ preload, icon, memory }: { preload: string; icon: string; memory: DesktopMemory }) {
  return {
    ...DEFAULT_SIZE,
    ...visiblePlace(memory.state.window),
    ...MINIMUM_SIZE,
    ...pageOptions({ preload, icon }),
  };
}

/** What every window of ours has: a page without Node, shown once it is drawn (SEC-5). */
export function pageOptions({ preload, icon }: { preload: string; icon: string }) {
  return {
    show: false,
    title: 'Vigie',
    icon,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // The dictionaries of the spell checker come from the internet.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  };
}

function placeOf(window: BrowserWindow): DesktopState['window'] {
  return { ...window.getNormalBounds(), maximized: window.isMaximized() };
}

/** The place kept from last time, unless its screen is gone. */
function visiblePlace(place: DesktopState['window']): Partial<Rectangle> {
  if (!place) return {};
  const { x, y, width, height } = place;
  const isVisible = screen.getAllDisplays().some(({ workArea }) => {
    const overlapX = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    const overlapY = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y);
    return overlapX > 100 && overlapY > 100;
  });
  return isVisible ? { x, y, width, height } : { width, height };
}
