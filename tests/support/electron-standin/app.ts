import { tmpdir } from 'node:os';
import path from 'node:path';
import { startedChromium } from './chromium.ts';
import { SingleInstance } from './singleInstance.ts';
import { PreventableEvent, StrictEmitter, unsupported } from './strict.ts';

const EVENTS = ['activate', 'before-quit', 'second-instance', 'web-contents-created', 'will-quit', 'window-all-closed'];

/** What the app needs of the windows, which need the app. */
type ClosableWindow = { close(): void; isDestroyed(): boolean };

class App extends StrictEmitter {
  readonly isPackaged = false;
  readonly windows = new Set<ClosableWindow>();
  #userData = path.join(tmpdir(), 'vigie-standin-user-data');
  #instance: SingleInstance | null = null;
  #exiting = false;

  constructor() {
    super(EVENTS);
  }

  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  setPath(name: string, value: string): void {
    if (name !== 'userData') throw unsupported(`setPath('${name}')`);
    this.#userData = value;
  }

  requestSingleInstanceLock(): boolean {
    this.#instance ??= new SingleInstance(this.#userData);
    return this.#instance.acquire(({ argv, directory }) => {
      this.emit('second-instance', new PreventableEvent(), argv, directory);
    });
  }

  /** In Electron's order: before-quit, the windows' close, will-quit; each may stop it. */
  quit(): void {
    if (this.#isPrevented('before-quit')) return;
    for (const window of [...this.windows]) {
      window.close();
      if (!window.isDestroyed()) return;
    }
    if (!this.#isPrevented('will-quit')) this.exit(0);
  }

  exit(code: number): void {
    if (this.#exiting) return;
    this.#exiting = true;
    void this.#end(code);
  }

  /** Told by the last window that closed. */
  lastWindowClosed(): void {
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed');
    else this.quit();
  }

  #isPrevented(name: string): boolean {
    const event = new PreventableEvent();
    this.emit(name, event);
    return event.defaultPrevented;
  }

  async #end(code: number): Promise<void> {
    await this.#instance?.release();
    (await startedChromium())?.close();
    process.exit(code);
  }
}

export const app = new App();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    app.quit();
  });
}
