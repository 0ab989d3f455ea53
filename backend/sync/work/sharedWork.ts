import type { Clock } from '../../core/clock.ts';
import { SECOND_MS } from '../../core/days.ts';
import type { Logger } from '../../core/logger.ts';
import type { Service } from '../../core/service.ts';
import type { ConfiguredLine } from '../../sending/lines.ts';
import type { Provider } from '../../sending/provider.ts';
import { BullJobs } from './bullJobs.ts';
import type { Returned } from './exchange.ts';
import { HandOver } from './handOver.ts';
import { TakeOver } from './takeOver.ts';
import { createWorkSeal, type WorkSeal } from './workSeal.ts';

const INTERVAL_MS = SECOND_MS;

type WorkDependencies = {
  url: string;
  /** Name of this machine, the same after a restart. */
  host: () => string;
  clock: Clock;
  logger: Logger;
  newId: () => string;
  sendTimeoutMs: number;
  sendsAtOnce: () => number;
  /** Whether a line is there, and neither it nor this machine is paused. */
  mayTake: (lineId: string) => boolean;
  isConfigured: (lineId: string) => boolean;
  isSuppressed: (phone: string) => boolean;
  mayLeave: (reference: string) => boolean;
  late: (outcome: Returned) => void;
  /** More places are there than before. */
  wake: () => void;
};

/** A line whose work is shared. */
type Member = {
  provider: Provider;
  seal: WorkSeal;
  jobs: BullJobs;
  handOver: HandOver;
  takeOver: TakeOver;
  /** Requests of others that this host has a place for now. */
  free: () => number;
  /** Places that the others had, as it was heard last. */
  places: number;
  cancelTimer: () => void;
};

/**
 * Lets several hosts send what one of them has in its queue (`docs/decisions/several-hosts.md`). The host that has a
 * message chooses it, takes its slot and records what became of it, as if it were alone; others make the request.
 */
export class SharedWork implements Service {
  readonly #deps: WorkDependencies;
  readonly #members = new Map<string, Member>();
  #isRunning = false;

  constructor(dependencies: WorkDependencies) {
    this.#deps = dependencies;
  }

  /** The same line, whose messages go to whoever has a place. */
  share(line: ConfiguredLine): ConfiguredLine {
    const { provider, commonKey, account } = line;
    // Whether free text may leave depends there on what this very machine has heard.
    if (commonKey === undefined || account === undefined || provider.capabilities.needsTemplate) return line;
    const common = [provider.name, account.sender, account.baseUrl, String(this.#deps.sendTimeoutMs)];
    const seal = createWorkSeal(commonKey, common);
    const known = this.#members.get(line.id);
    if (known?.seal.name === seal.name) known.provider = provider;
    else {
      if (known !== undefined) void this.#leave(line.id, known);
      const member = this.#join(line.id, { provider, seal });
      this.#members.set(line.id, member);
      if (this.#isRunning) this.#begin(line.id, member);
    }
    return { ...line, provider: { ...provider, send: (message) => this.#send(line.id, message, provider) } };
  }

  /** Requests on a line that the others can take over now. */
  placesElsewhere(lineId: string): number {
    return this.#members.get(lineId)?.jobs.placesElsewhere() ?? 0;
  }

  /** Asks back what may no longer leave, as far as nobody has begun it. */
  recall(): void {
    for (const { handOver } of this.#members.values()) handOver.recall();
  }

  start(): Promise<void> {
    if (!this.#isRunning) {
      this.#isRunning = true;
      for (const [id, member] of this.#members) this.#begin(id, member);
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    await Promise.all([...this.#members].map(([id, member]) => this.#leave(id, member)));
  }

  #send(lineId: string, message: Parameters<Provider['send']>[0], provider: Provider): ReturnType<Provider['send']> {
    return this.#members.get(lineId)?.handOver.send(message) ?? provider.send(message);
  }

  #join(lineId: string, { provider, seal }: Pick<Member, 'provider' | 'seal'>): Member {
    const { url, host, clock, logger, newId, sendTimeoutMs, sendsAtOnce, mayTake, isSuppressed } = this.#deps;
    const { mayLeave, late } = this.#deps;
    const jobs = new BullJobs({ url, host, seal, clock, logger, newId });
    const send: Provider['send'] = (message) => member.provider.send(message);
    const free = (): number => (mayTake(lineId) ? handOver.free : 0);
    const handOver: HandOver = new HandOver({
      ...{ jobs, clock, logger, newId, sendTimeoutMs, mayLeave, late },
      ...{ placesHere: sendsAtOnce, sendHere: send },
    });
    const takeOver = new TakeOver({ jobs, clock, logger, free, send, isSuppressed });
    const member: Member = { provider, seal, jobs, handOver, takeOver, free, places: 0, cancelTimer: () => {} };
    return member;
  }

  #begin(lineId: string, member: Member): void {
    const { jobs, handOver, takeOver } = member;
    jobs.open(() => void this.#collect(handOver));
    takeOver.start();
    this.#attend(lineId, member);
  }

  /** Every second: this host is there, and who else is. */
  #attend(lineId: string, member: Member): void {
    const { clock, logger, isConfigured, wake } = this.#deps;
    const { jobs, handOver } = member;
    if (!isConfigured(lineId)) {
      if (this.#members.get(lineId) === member) this.#members.delete(lineId);
      void this.#leave(lineId, member);
      return;
    }
    void jobs
      .attend(member.free())
      .then(({ places: elsewhere, hosts }) => {
        if (elsewhere > member.places) wake();
        if ((member.places === 0) !== (elsewhere === 0))
          logger.info({ line: lineId, hosts, places: elsewhere }, 'shared work');
        member.places = elsewhere;
        return this.#collect(handOver);
      })
      .catch((error: unknown) => {
        logger.debug({ reason: String(error), line: lineId }, 'the other hosts cannot be heard');
        member.places = 0;
      })
      .finally(() => {
        if (this.#isRunning && this.#members.get(lineId) === member) {
          member.cancelTimer = clock.after(INTERVAL_MS, () => {
            this.#attend(lineId, member);
          });
        }
      });
  }

  async #collect(handOver: HandOver): Promise<void> {
    await handOver.collect().catch((error: unknown) => {
      this.#deps.logger.debug({ reason: String(error) }, 'outcomes could not be collected');
    });
  }

  async #leave(lineId: string, member: Member): Promise<void> {
    member.cancelTimer();
    await member.jobs.attend(0, 0).catch((error: unknown) => {
      this.#deps.logger.debug({ reason: String(error), line: lineId }, 'the other hosts could not be told');
    });
    await member.takeOver.stop();
    await member.jobs.close();
  }
}
