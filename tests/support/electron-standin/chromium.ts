import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAM = process.env['VIGIE_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-startup-window',
  // Nothing leaves this machine, whatever a page asks for.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

type Parameters = Record<string, unknown>;
type Message = {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Parameters;
  result?: Parameters;
  error?: { message: string };
};
type Pending = { method: string; resolve: (result: Parameters) => void; reject: (error: Error) => void };

/** A Chromium driven over its pipe, with which it also ends; `address` lets a test attach to the same pages. */
export class Chromium {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #pending = new Map<number, Pending>();
  readonly #events = new EventEmitter({ captureRejections: false });
  #count = 0;
  #rest = '';

  static async start(): Promise<Chromium> {
    const profile = mkdtempSync(path.join(tmpdir(), 'vigie-standin-'));
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const flags = [
      ...FLAGS,
      ...sandbox,
      `--user-data-dir=${profile}`,
      '--remote-debugging-pipe',
      '--remote-debugging-port=0',
    ];
    const chromium = spawn(PROGRAM, flags, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
    return new Chromium(chromium, profile, await listeningAddress(chromium));
  }

  private constructor(chromium: ChildProcess, profile: string, address: string) {
    this.#process = chromium;
    this.#profile = profile;
    this.address = address;
    this.#events.setMaxListeners(0);
    const output = chromium.stdio[4] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => {
      this.#receive(text);
    });
  }

  /** Calls a method of the DevTools protocol, of one page when `sessionId` is given. */
  send(method: string, params: Parameters = {}, sessionId?: string): Promise<Parameters> {
    return new Promise((resolve, reject) => {
      this.#count += 1;
      this.#pending.set(this.#count, { method, resolve, reject });
      const message = JSON.stringify({ id: this.#count, method, params, sessionId });
      (this.#process.stdio[3] as Writable).write(`${message}\0`);
    });
  }

  /** Listens to an event of one page, or of the browser when `sessionId` is empty. */
  on(sessionId: string, event: string, listener: (params: Parameters) => void): void {
    this.#events.on(`${sessionId} ${event}`, listener);
  }

  close(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  #receive(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) this.#handle(JSON.parse(message) as Message);
  }

  #handle({ id, sessionId, method, params, result, error }: Message): void {
    if (id === undefined) {
      this.#events.emit(`${sessionId ?? ''} ${method ?? ''}`, params ?? {});
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(`${pending.method}: ${error.message}`));
    else pending?.resolve(result ?? {});
  }
}

function listeningAddress(chromium: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    chromium.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    chromium.once('error', reject);
    chromium.once('exit', (code) => {
      reject(new Error(`Chromium ended with code ${String(code)}: ${said.slice(-400)}`));
    });
  });
}

let running: Promise<Chromium> | null = null;

/** The one Chromium of this process, started when it is first needed. */
export function chromium(): Promise<Chromium> {
  running ??= Chromium.start();
  return running;
}

/** The Chromium that was started, or null. */
export async function startedChromium(): Promise<Chromium | null> {
  return running;
}
