import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { composeJobs } from '../../../backend/composeJobs.ts';
import { composeWorkspace, type Workspace } from '../../../backend/composeWorkspace.ts';
import { loadConfig } from '../../../backend/config.ts';
import type { Logger } from '../../../backend/core/logger.ts';
import { seededRandom } from '../../../backend/core/random.ts';
import { Scheduler } from '../../../backend/scheduler/scheduler.ts';
import type { Provider } from '../../../backend/sending/provider.ts';
import { openStore, type Store } from '../../../backend/storage/store.ts';
import { createWebhookInbox } from '../../../backend/webhooks/inbox.ts';
import { createIntake, INTAKE_LIMITS } from '../../../backend/webhooks/intake.ts';
import { MIGRATIONS } from '../engine.ts';
import { MachineClocks, type Timeline } from './timeline.ts';

export const TIMEOUT_MS = 15_000;

/** One life of the application, from its start to its end. */
type Process = {
  number: number;
  store: Store;
  workspace: Workspace;
  receive: (body: string, signature: string) => Promise<'received' | 'refused'>;
};

type MachineParts = {
  timeline: Timeline;
  seed: number;
  environment: Record<string, string>;
  provider: (process: number) => Provider;
  /** The application logged an error. */
  errorLogged: (message: string, fields: object) => void;
};

/** Folder with both files made and migrated, copied for every machine. */
let prepared: string | null = null;

function freshFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'vigie-simulated-'));
  if (prepared === null) {
    prepared = mkdtempSync(path.join(tmpdir(), 'vigie-prepared-'));
    openStore(prepared, MIGRATIONS).close();
    const made = prepared;
    process.once('exit', () => {
      rmSync(made, { recursive: true, force: true });
    });
  }
  cpSync(prepared, folder, { recursive: true });
  return folder;
}

/** A computer with the whole application but its doors, which dies and starts again on the same files. */
export class Machine {
  readonly clocks: MachineClocks;
  readonly #parts: MachineParts;
  readonly #folder = freshFolder();
  #process: Process | null = null;
  #starts = 0;
  /** Answers that wait for a machine that sleeps. */
  #kept: { process: number; hand: () => void }[] = [];
  #isWanted = false;
  isDiskFull = false;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.clocks = new MachineClocks(parts.timeline);
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  /** The application as it runs. */
  get workspace(): Workspace {
    return this.#running().workspace;
  }

  get store(): Store {
    return this.#running().store;
  }

  #running(): Process {
    if (this.#process === null) throw new Error('the machine is off');
    return this.#process;
  }

  /** The machine is switched on again; `startIfWanted` starts it. */
  wantStart(): void {
    this.#isWanted = true;
  }

  async startIfWanted(): Promise<void> {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    if (!this.isRunning) await this.start();
  }

  /** Wires the application and starts it in the order of `compose.ts`. */
  async start(): Promise<void> {
    const { seed, environment, provider, errorLogged } = this.#parts;
    const number = ++this.#starts;
    const clock = this.clocks.forProcess();
    const store = openStore(this.#folder, MIGRATIONS);
    // What is lost with the power is not simulated here, and syncing is nine tenths of the time.
    for (const file of [store.main, store.inbox]) {
      for (const pragma of ['synchronous = OFF', 'locking_mode = EXCLUSIVE', 'wal_autocheckpoint = 100000']) {
        file.pragma(pragma);
      }
    }
    const error = (fields: object, message: string): void => {
      if (this.#process?.number === number && !this.isDiskFull) errorLogged(message, fields);
    };
    const logger: Logger = { debug() {}, info() {}, warn() {}, error };
    const workspace = composeWorkspace({
      config: loadConfig({ dataDir: this.#folder, demo: false }, { VIGIE_LOCALE: 'fr', ...environment }),
      ...{ store, clock, random: seededRandom(seed + number), logger, version: '0.0.0' },
      configuredLines: [{ id: 'line', label: 'Line', provider: provider(number), webhookToken: 'token' }],
      addresses: () => ({ admin: null, webhooks: null }),
    });
    const { dispatcher, processor, reconciliation, lines } = workspace;
    const inbox = createWebhookInbox(store.inbox);
    const intake = createIntake({ lines, inbox, clock, logger, limits: INTAKE_LIMITS });
    const receive: Process['receive'] = async (body, signature) => {
      const source = { lines: lines.all(), address: '127.0.0.1' };
      const answer = await intake.receive(source, { headers: { signature }, body: Buffer.from(body) });
      if (answer.kind === 'received') processor.wake();
      return answer.kind;
    };
    this.#process = { number, store, workspace, receive };
    // Backups are of real files and of real time: they have tests of their own.
    const backups = { create: () => Promise.reject(new Error('no backup is made of a simulated month')) };
    const jobs = composeJobs(workspace, { clock, logger, backups, store }).filter(({ name }) => name !== 'backup');
    const scheduler = new Scheduler({ database: store.main, clock, logger, jobs, audit: workspace.audit });
    dispatcher.recoverInterrupted();
    for (const service of [processor, scheduler, reconciliation, dispatcher]) await service.start();
  }

  /** The process is gone from one moment to the next; what was not committed is gone with it. */
  die(): void {
    if (this.#process === null) return;
    const { store } = this.#process;
    this.#process = null;
    this.clocks.dropTimers();
    store.close();
  }

  /** True time of the next timer that is more than a look. */
  nextTimerAt(): number {
    return this.isRunning && this.clocks.isAwake ? this.clocks.nextAt(false) : Infinity;
  }

  fireTimers(looks: boolean): void {
    if (this.isRunning && this.clocks.isAwake) this.clocks.fireDue(looks);
  }

  isAlive(process: number): boolean {
    return this.#process?.number === process;
  }

  answer(process: number, hand: () => void): void {
    if (!this.isAlive(process)) return;
    if (this.clocks.isAwake) hand();
    else this.#kept.push({ process, hand });
  }

  wakeUp(): void {
    this.clocks.wakeUp();
    for (const { process, hand } of this.#kept.splice(0)) this.answer(process, hand);
  }

  /** A request to the webhook port; `unreachable` where nobody answers. */
  async post(body: string, signature: string): Promise<'received' | 'refused' | 'unreachable'> {
    const process = this.#process;
    if (process === null || !this.clocks.isAwake) return 'unreachable';
    try {
      const answer = await process.receive(body, signature);
      return this.isAlive(process.number) ? answer : 'unreachable';
    } catch {
      return 'refused';
    }
  }

  /** @param pages pages that each file may still grow by; null when nothing at all can be written */
  fillDisk(pages: number | null): void {
    this.isDiskFull = true;
    for (const file of [this.store.main, this.store.inbox]) {
      if (pages === null) file.pragma('query_only = ON');
      else file.pragma(`max_page_count = ${Number(file.pragma('page_count', { simple: true })) + pages}`);
    }
  }

  freeDisk(): void {
    this.isDiskFull = false;
    if (!this.isRunning) return;
    for (const file of [this.store.main, this.store.inbox]) {
      file.pragma('query_only = OFF');
      file.pragma('max_page_count = 1000000');
    }
  }

  remove(): void {
    this.die();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
