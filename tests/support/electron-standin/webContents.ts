import { readFileSync } from 'node:fs';
import { chromium, type Chromium } from './chromium.ts';
import { ipcMain } from './ipcMain.ts';
import { happened } from './observed.ts';
import { mainWorld } from './page/mainWorld.ts';
import { preloadWorld, type FromPage } from './page/preloadWorld.ts';
import { answer, fromChromium, OWN_PATTERN, toChromium } from './protocol.ts';
import { PreventableEvent, StrictEmitter, unsupported } from './strict.ts';
import { fromWire, toWire } from './wire.ts';

type WindowOpenHandler = (details: { url: string }) => { action: 'deny' | 'allow' };
type Frame = { url: string; parent: null };
type Context = { id: number; name: string; auxData?: { frameId?: string } };
type PausedRequest = {
  requestId: string;
  frameId: string;
  resourceType: string;
  request: { url: string; method: string };
};

// `will-redirect` and `will-attach-webview` never come: own pages do not redirect, and there is no <webview> here.
const EVENTS = [
  'destroyed',
  'did-finish-load',
  'render-process-gone',
  'will-attach-webview',
  'will-frame-navigate',
  'will-redirect',
];
const PRELOAD_WORLD = 'electron-preload';
const BINDING = '__vigieStandin';

/** A page of Chromium with the preload script in an isolated world, as Electron has it. */
export class WebContents extends StrictEmitter {
  static #count = 0;
  readonly id = (WebContents.#count += 1);
  readonly mainFrame: Frame = { url: '', parent: null };
  readonly #options: { preload: string; width: number; height: number };
  readonly #opened = Promise.withResolvers<void>();
  #browser: Chromium | null = null;
  #target = '';
  #session = '';
  #preloadContext = 0;
  #loading = '';
  #destroyed = false;
  #onWindowOpen: WindowOpenHandler = () => ({ action: 'allow' });

  constructor(options: { preload: string; width: number; height: number }) {
    super(EVENTS);
    this.#options = options;
  }

  send(channel: string, ...values: unknown[]): void {
    if (this.#destroyed) throw new Error('Object has been destroyed');
    const message = JSON.stringify(JSON.stringify({ channel, values: values.map(toWire) }));
    const expression = `globalThis.${BINDING}Receive(${message})`;
    // A page that is being replaced is no longer there to listen, in Electron too.
    this.#call('Runtime.evaluate', { expression, contextId: this.#preloadContext }).catch(() => {});
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#onWindowOpen = handler;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  reload(): void {
    void this.load(this.mainFrame.url);
  }

  /** Loads an address on behalf of the main process: nobody is asked. */
  async load(address: string): Promise<void> {
    await this.#opened.promise;
    this.#loading = toChromium(address);
    const { errorText } = await this.#call('Page.navigate', { url: this.#loading });
    if (typeof errorText === 'string') throw new Error(`${errorText} loading '${address}'`);
  }

  close(): void {
    this.#destroyed = true;
    this.emit('destroyed');
    void this.#browser?.send('Target.closeTarget', { targetId: this.#target });
  }

  /** Ends the page's process, as a crash does. */
  crash(): void {
    this.#call('Page.crash', {}).catch(() => {});
  }

  /** Makes the page; called once, after everybody had the chance to listen. */
  async open(): Promise<void> {
    const browser = (this.#browser = await chromium());
    const { width, height } = this.#options;
    const { targetId } = await browser.send('Target.createTarget', {
      url: 'about:blank',
      width,
      height,
      newWindow: true,
    });
    this.#target = String(targetId);
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = String(sessionId);
    this.#listen(browser);
    await Promise.all([
      this.#call('Page.enable'),
      this.#call('Runtime.enable'),
      this.#call('Inspector.enable'),
      this.#call('Runtime.addBinding', { name: BINDING, executionContextName: PRELOAD_WORLD }),
      this.#call('Fetch.enable', {
        patterns: [{ urlPattern: '*', resourceType: 'Document' }, { urlPattern: OWN_PATTERN }],
      }),
      browser.send('Target.setDiscoverTargets', { discover: true }),
    ]);
    await this.#call('Page.addScriptToEvaluateOnNewDocument', { source: `(${mainWorld.toString()})()` });
    await this.#call('Page.addScriptToEvaluateOnNewDocument', {
      worldName: PRELOAD_WORLD,
      source: this.#preloadSource(),
    });
    this.#opened.resolve();
  }

  #preloadSource(): string {
    const script = readFileSync(this.#options.preload, 'utf8');
    const setup = JSON.stringify({ binding: BINDING, platform: process.platform });
    return `(${preloadWorld.toString()})(${setup}, function ({ require, module, exports, process }) {${script}\n})`;
  }

  #listen(browser: Chromium): void {
    const on = (event: string, listener: (params: Record<string, unknown>) => void): void => {
      browser.on(this.#session, event, listener);
    };
    on('Runtime.executionContextCreated', ({ context }) => {
      const { id, name, auxData } = context as Context;
      if (name === PRELOAD_WORLD && auxData?.frameId === this.#target) this.#preloadContext = id;
    });
    on('Runtime.bindingCalled', ({ executionContextId, payload }) => {
      if (executionContextId === this.#preloadContext) this.#receive(JSON.parse(String(payload)) as FromPage);
    });
    on('Fetch.requestPaused', (params) => {
      this.#onRequest(params as PausedRequest).catch((error: unknown) => {
        happened.errors.push(String(error));
      });
    });
    on('Page.frameNavigated', ({ frame }) => {
      const { url, parentId } = frame as { url: string; parentId?: string };
      if (parentId === undefined) this.mainFrame.url = fromChromium(url);
    });
    on('Page.loadEventFired', () => {
      if (this.mainFrame.url !== 'about:blank') this.emit('did-finish-load');
    });
    on('Inspector.targetCrashed', () => {
      this.emit('render-process-gone', new PreventableEvent(), { reason: 'crashed', exitCode: 1 });
    });
    browser.on('', 'Target.targetCreated', ({ targetInfo }) => {
      const { targetId, openerId } = targetInfo as { targetId: string; openerId?: string };
      if (openerId === this.#target) throw unsupported(`a window that a page opened (${targetId})`);
    });
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'error':
        happened.errors.push(`preload: ${message.error}`);
        break;
      case 'open': {
        const { action } = this.#onWindowOpen({ url: fromChromium(message.url) });
        if (action !== 'deny') throw unsupported('a window opened by a page');
        break;
      }
      case 'send': {
        const event = { sender: this, senderFrame: { ...this.mainFrame } };
        ipcMain.emit(message.channel, event, ...message.values.map(fromWire));
      }
    }
  }

  /** A page that is asked for: the app may refuse it, and answers for its own scheme. */
  async #onRequest({ requestId, frameId, resourceType, request }: PausedRequest): Promise<void> {
    const address = fromChromium(request.url);
    if (resourceType === 'Document' && this.#isRefused(request.url, address, frameId === this.#target)) {
      await this.#call('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
    } else if (address === request.url) {
      await this.#call('Fetch.continueRequest', { requestId });
    } else {
      await this.#fulfil(requestId, await answer(address, request.method));
    }
  }

  #isRefused(url: string, address: string, isMainFrame: boolean): boolean {
    if (isMainFrame && url === this.#loading) {
      this.#loading = '';
      return false;
    }
    const event = Object.assign(new PreventableEvent(), { url: address, isMainFrame });
    this.emit('will-frame-navigate', event);
    return event.defaultPrevented;
  }

  async #fulfil(requestId: string, response: Response): Promise<void> {
    await this.#call('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  #call(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    if (!this.#browser) return Promise.reject(new Error('the page is not made yet'));
    return this.#browser.send(method, params, this.#session);
  }
}
