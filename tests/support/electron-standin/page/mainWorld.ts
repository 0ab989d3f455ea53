import type { Described, Wired } from './preloadWorld.ts';

/**
 * Injected into the page: builds what the preload script exposed. Only text crosses between the two worlds, as the detail
 * of events on the document. The function stands alone: its source is what the page gets.
 */
export function mainWorld(): void {
  type Answer = { value?: Described; error?: string };
  const callbacks = new Map<number, (...values: (string | Uint8Array)[]) => void>();
  const answers = new Map<number, Answer>();
  let count = 0;

  const pack = (value: unknown): Wired => {
    if (typeof value === 'string') return { text: value };
    if (value instanceof Uint8Array)
      return { base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) };
    if (typeof value !== 'function')
      throw new Error('electron stand-in: only text, bytes and functions cross the bridge');
    count += 1;
    callbacks.set(count, value as () => void);
    return { callback: count };
  };

  const unpack = (value: Wired): string | Uint8Array => {
    if ('text' in value) return value.text;
    if ('base64' in value) return Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    throw new Error('electron stand-in: a function cannot come this way');
  };

  const call = (id: number, values: unknown[]): unknown => {
    count += 1;
    const number = count;
    const detail = JSON.stringify({ number, id, values: values.map(pack) });
    document.dispatchEvent(new CustomEvent('standin:call', { detail }));
    const answer = answers.get(number);
    answers.delete(number);
    if (answer?.error !== undefined) throw new Error(answer.error);
    return answer?.value === undefined ? undefined : build(answer.value);
  };

  const build = (described: Described): unknown => {
    if (described.type === 'text') return described.text;
    if (described.type === 'function') return (...values: unknown[]) => call(described.id, values);
    return Object.freeze(Object.fromEntries(described.entries.map(([key, value]) => [key, build(value)])));
  };

  const on = (name: string, handle: (message: never) => void): void => {
    document.addEventListener(`standin:${name}`, (event) => {
      handle(JSON.parse((event as CustomEvent<string>).detail) as never);
    });
  };
  /** Chromium would make a real window before anybody could refuse it: the app is asked ahead of that. */
  const askToOpen = (address: string): void => {
    const detail = JSON.stringify({ url: new URL(address, location.href).href });
    document.dispatchEvent(new CustomEvent('standin:open', { detail }));
  };
  window.open = (address = 'about:blank') => {
    askToOpen(String(address));
    return null;
  };
  window.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (event.defaultPrevented || !link || ['', '_self', '_parent', '_top'].includes(link.target)) return;
    event.preventDefault();
    askToOpen(link.href);
  });

  on('expose', ({ key, described }: { key: string; described: Described }) => {
    Object.defineProperty(window, key, { value: build(described), enumerable: true });
  });
  on('answer', ({ number, ...answer }: Answer & { number: number }) => {
    answers.set(number, answer);
  });
  on('callback', ({ id, values }: { id: number; values: Wired[] }) => {
    callbacks.get(id)?.(...values.map(unpack));
  });
}
