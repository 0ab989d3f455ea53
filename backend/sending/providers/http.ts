import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { DAY_MS, SECOND_MS } from '../../core/days.ts';

/** What became of one request, as far as it says whether the provider can have acted on it (SND-6). */
export type Exchange =
  /** A whole answer. `body` is undefined when it is not JSON. */
  | { kind: 'answer'; status: number; body: unknown; retryAfterMs: number | undefined }
  /** Nothing was written: connection refused, DNS or TLS failure, or no connection in time. */
  | { kind: 'not_sent'; detail: string }
  /** Something was written and no whole answer came. */
  | { kind: 'lost'; code: 'timeout' | 'connection_lost' | 'unreadable_answer'; detail: string };

export type ProviderHttp = {
  /** Sends once. It is never repeated, not even on a connection that turns out to be closed. */
  post(path: string, body: object): Promise<Exchange>;
  get(path: string, query?: Record<string, string>): Promise<Exchange>;
  close(): Promise<void>;
  /** Closes once the requests under way are answered; later ones are not sent. */
  retire(): Promise<void>;
};

export type ProviderHttpOptions = {
  baseUrl: string;
  headers: Record<string, string>;
  /** From the call to the end of the answer. */
  timeoutMs: number;
  clock: Clock;
  /** Called with what an answer's `Date` says, epoch ms. */
  seenDate?: ((at: number) => void) | undefined;
};

/** Larger answers are not ours. */
const LARGEST_ANSWER = 1024 * 1024;
/** A longer `Retry-After` is a mistake of the sender; a day later everything has changed anyway. */
export const LONGEST_RETRY_AFTER_MS = DAY_MS;

/** HTTP to a provider: no retries, no redirects, and an outcome that tells what surely did not leave. */
export function createProviderHttp(options: ProviderHttpOptions): ProviderHttp {
  const base = new URL(options.baseUrl);
  const basePath = base.pathname.replace(/\/+$/, '');
  // The deadline below covers the whole exchange, so undici's own, which are coarse, stay out of the way.
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
    connect: { timeout: options.timeoutMs },
  });

  function exchange(request: Pick<Dispatcher.DispatchOptions, 'method' | 'path' | 'body'>): Promise<Exchange> {
    return new Promise((resolve) => {
      const handler = new ExchangeHandler(options, resolve);
      handler.startDeadline(options.timeoutMs);
      const headers = { accept: 'application/json', 'content-type': 'application/json', ...options.headers };
      agent.dispatch({ origin: base.origin, headers, ...request, path: `${basePath}${request.path}` }, handler);
    });
  }

  return {
    post: (path, body) => exchange({ method: 'POST', path, body: JSON.stringify(body) }),
    get(path, query = {}) {
      const search = new URLSearchParams(query).toString();
      return exchange({ method: 'GET', path: search === '' ? path : `${path}?${search}` });
    },
    close: () => agent.destroy(),
    retire: () => agent.close(),
  };
}

/** Follows one request. undici calls `onRequestStart` right before the first byte is written, never earlier. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #seenDate: ProviderHttpOptions['seenDate'];
  readonly #resolve: (exchange: Exchange) => void;
  #cancelDeadline: () => void = () => {};
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  #status = 0;
  #retryAfter: string | undefined;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    { clock, seenDate }: Pick<ProviderHttpOptions, 'clock' | 'seenDate'>,
    resolve: (exchange: Exchange) => void,
  ) {
    this.#clock = clock;
    this.#seenDate = seenDate;
    this.#resolve = resolve;
  }

  startDeadline(timeoutMs: number): void {
    this.#cancelDeadline = this.#clock.after(timeoutMs, () => {
      this.#fail('timeout', `no answer within ${timeoutMs} ms`);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new Error('expired'));
    else this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.#status = status;
    const retryAfter = headers['retry-after'];
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : undefined;
    const { date } = headers;
    if (typeof date === 'string') this.#seenDate?.(Date.parse(date));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > LARGEST_ANSWER) this.#fail('unreadable_answer', 'answer too large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#settle({
      kind: 'answer',
      status: this.#status,
      body: parseJson(Buffer.concat(this.#chunks).toString('utf8')),
      retryAfterMs: readRetryAfter(this.#retryAfter, this.#clock.now()),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail('connection_lost', errorDetail(error));
  }

  #fail(code: 'timeout' | 'connection_lost' | 'unreadable_answer', detail: string): void {
    const controller = this.#controller;
    this.#settle(controller === null ? { kind: 'not_sent', detail } : { kind: 'lost', code, detail });
    controller?.abort(new Error(code));
  }

  #settle(exchange: Exchange): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#cancelDeadline();
    this.#resolve(exchange);
  }
}

/**
 * `Retry-After` in milliseconds, as seconds or as an HTTP date; undefined when it is neither or lies in the past.
 * Bounded by `LONGEST_RETRY_AFTER_MS`.
 */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * SECOND_MS;
  if (Number.isNaN(wait) || wait <= 0) return undefined;
  return Math.min(Math.ceil(wait), LONGEST_RETRY_AFTER_MS);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error's code where it has one: messages of system errors name addresses. */
function errorDetail(error: Error): string {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
