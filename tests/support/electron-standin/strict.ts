import { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;

/** An emitter that knows its events: listening to any other fails, so that a test cannot pass by never being told. */
export class StrictEmitter extends EventEmitter {
  readonly #events: ReadonlySet<string>;

  constructor(events: readonly string[]) {
    super();
    this.#events = new Set(events);
  }

  override on(event: string, listener: Listener): this {
    return super.on(this.#known(event), listener as (...args: unknown[]) => void);
  }

  override once(event: string, listener: Listener): this {
    return super.once(this.#known(event), listener as (...args: unknown[]) => void);
  }

  #known(event: string): string {
    if (!this.#events.has(event)) throw unsupported(`${this.constructor.name} event '${event}'`);
    return event;
  }
}

/** Refuses options that the stand-in does not know, rather than ignoring them. */
export function onlyKnown(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw unsupported(`${what} option '${key}'`);
  }
}

export function unsupported(what: string): Error {
  return new Error(`electron stand-in: ${what} is not supported`);
}

/** An event whose default can be prevented, as Electron gives them. */
export class PreventableEvent {
  defaultPrevented = false;

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}
