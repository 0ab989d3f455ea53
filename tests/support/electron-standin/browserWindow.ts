import { app } from './app.ts';
import { happened } from './observed.ts';
import { onlyKnown, PreventableEvent, StrictEmitter, unsupported } from './strict.ts';
import { WebContents } from './webContents.ts';

type Bounds = { x: number; y: number; width: number; height: number };
type WebPreferences = Record<string, unknown> & { preload: string };
type Options = Partial<Bounds> & { width: number; height: number; show: boolean; webPreferences: WebPreferences };

const EVENTS = ['close', 'closed', 'ready-to-show'];
const OPTIONS = 'x y width height minWidth minHeight show title icon autoHideMenuBar webPreferences'.split(' ');
const PREFERENCES = 'preload sandbox contextIsolation nodeIntegration webviewTag spellcheck devTools'.split(' ');

/** A window without a frame of its own: its page is a tab of the headless Chromium, its place and visibility are kept. */
export class BrowserWindow extends StrictEmitter {
  readonly webContents: WebContents;
  #bounds: Bounds;
  #visible: boolean;
  #minimized = false;
  #maximized = false;
  #destroyed = false;

  static getAllWindows(): BrowserWindow[] {
    return [...app.windows].filter((window) => window instanceof BrowserWindow);
  }

  constructor(options: Options) {
    super(EVENTS);
    onlyKnown('BrowserWindow', options, OPTIONS);
    onlyKnown('webPreferences', options.webPreferences, PREFERENCES);
    const { sandbox, contextIsolation, nodeIntegration, preload } = options.webPreferences;
    if (sandbox !== true || contextIsolation !== true || nodeIntegration !== false) {
      throw unsupported('a window without sandbox and context isolation, or with node integration');
    }
    this.#bounds = { x: 0, y: 0, ...pick(options) };
    this.#visible = options.show;
    this.webContents = new WebContents({ preload, width: options.width, height: options.height });
    this.webContents.once('did-finish-load', () => {
      this.emit('ready-to-show');
    });
    app.windows.add(this);
    app.emit('web-contents-created', new PreventableEvent(), this.webContents);
    this.webContents.open().catch((error: unknown) => {
      happened.errors.push(String(error));
    });
  }

  loadURL(address: string): Promise<void> {
    return this.webContents.load(address);
  }

  show(): void {
    this.#visible = true;
    this.#minimized = false;
  }

  hide(): void {
    this.#visible = false;
  }

  focus(): void {}

  restore(): void {
    this.#minimized = false;
  }

  maximize(): void {
    this.#maximized = true;
    this.show();
  }

  isVisible(): boolean {
    return this.#visible && !this.#minimized;
  }

  isMinimized(): boolean {
    return this.#minimized;
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  getNormalBounds(): Bounds {
    return { ...this.#bounds };
  }

  close(): void {
    if (this.#destroyed) return;
    const event = new PreventableEvent();
    this.emit('close', event);
    if (event.defaultPrevented) return;
    this.#destroyed = true;
    app.windows.delete(this);
    this.webContents.close();
    this.emit('closed');
    if (app.windows.size === 0) app.lastWindowClosed();
  }
}

function pick({ x, y, width, height }: Options): Partial<Bounds> & Pick<Bounds, 'width' | 'height'> {
  return { width, height, ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
}
