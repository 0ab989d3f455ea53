import type { Wire } from '../wire.ts';

/** What the preload script's world tells the main process. */
export type FromPage =
  { type: 'send'; channel: string; values: Wire[] } | { type: 'open'; url: string } | { type: 'error'; error: string };
/** A value on its way between the page and the preload script. */
export type Wired = { text: string } | { base64: string } | { callback: number };
/** What is exposed to the page. */
export type Described =
  | { type: 'text'; text: string }
  | { type: 'function'; id: number }
  | { type: 'object'; entries: [string, Described][] };

type Setup = { binding: string; platform: string };
type Scope = { require: (name: string) => unknown; module: { exports: object }; exports: object; process: object };
type Preload = (scope: Scope) => void;

/**
 * Injected into an isolated world of the page: what a sandboxed preload script finds in Electron, as far as Vigie needs it.
 * The function stands alone: its source is what the page gets.
 */
export function preloadWorld(setup: Setup, preload: Preload): void {
  // Electron runs preload scripts in the main frame only.
  if (window.top !== window) return;
  type Content = string | Uint8Array;
  type Listener = (event: object, ...values: Content[]) => void;
  const world = globalThis as unknown as Record<string, (text: string) => void>;
  const listeners = new Map<string, Listener[]>();
  const functions = new Map<number, (...values: unknown[]) => unknown>();
  let count = 0;

  const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const tellPage = (name: string, message: object): void => {
    document.dispatchEvent(new CustomEvent(`standin:${name}`, { detail: JSON.stringify(message) }));
  };
  const tellMain = (message: FromPage): void => {
    world[setup.binding]?.(JSON.stringify(message));
  };

  const wire = (value: unknown): Wire => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return { base64: toBase64(value) };
    throw new Error('electron stand-in: only text and bytes travel over IPC here');
  };
  const ipcRenderer = {
    send(channel: string, ...values: unknown[]): void {
      tellMain({ type: 'send', channel, values: values.map(wire) });
    },
    on(channel: string, listener: Listener): void {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    },
    off(channel: string, listener: Listener): void {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((other) => other !== listener),
      );
    },
  };
  world[`${setup.binding}Receive`] = (text) => {
    const { channel, values } = JSON.parse(text) as { channel: string; values: Wire[] };
    const contents = values.map((value) => (typeof value === 'string' ? value : fromBase64(value.base64)));
    for (const listener of listeners.get(channel) ?? []) listener({}, ...contents);
  };

  const describe = (value: unknown): Described => {
    if (typeof value === 'string') return { type: 'text', text: value };
    if (typeof value === 'object' && value !== null) {
      return { type: 'object', entries: Object.entries(value).map(([key, part]) => [key, describe(part)]) };
    }
    if (typeof value !== 'function') throw new Error('electron stand-in: only text, functions and objects are exposed');
    count += 1;
    functions.set(count, value as () => unknown);
    return { type: 'function', id: count };
  };
  const contextBridge = {
    exposeInMainWorld(key: string, api: unknown): void {
      tellPage('expose', { key, described: describe(api) });
    },
  };

  const pack = (value: Content): Wired => (typeof value === 'string' ? { text: value } : { base64: toBase64(value) });
  const unpack = (value: Wired): unknown => {
    if ('text' in value) return value.text;
    if ('base64' in value) return fromBase64(value.base64);
    return (...values: Content[]) => {
      tellPage('callback', { id: value.callback, values: values.map(pack) });
    };
  };
  document.addEventListener('standin:call', (event) => {
    type Call = { number: number; id: number; values: Wired[] };
    const { number, id, values } = JSON.parse((event as CustomEvent<string>).detail) as Call;
    try {
      const result = functions.get(id)?.(...values.map(unpack));
      tellPage('answer', { number, ...(result === undefined ? {} : { value: describe(result) }) });
    } catch (error) {
      tellPage('answer', { number, error: String(error) });
    }
  });

  document.addEventListener('standin:open', (event) => {
    const { url } = JSON.parse((event as CustomEvent<string>).detail) as { url: string };
    tellMain({ type: 'open', url });
  });

  const require = (name: string): unknown => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error(`module not found: ${name}`);
  };
  const module = { exports: {} };
  try {
    preload({ require, module, exports: module.exports, process: { platform: setup.platform } });
  } catch (error) {
    tellMain({ type: 'error', error: String(error) });
  }
}
