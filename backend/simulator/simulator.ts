import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { systemClock, type Clock } from '../core/clock.ts';
import { dayOf } from '../core/days.ts';
import { silentLogger, type Logger } from '../core/logger.ts';
import { systemRandom, type Random } from '../core/random.ts';
import { createContactBook } from './contactBook.ts';
import { control, type Controls } from './controlApi.ts';
import { defaultDevice, type Device, type DevicePatch } from './device.ts';
import { createDraws, objectId } from './draws.ts';
import { createFaultQueue } from './faults.ts';
import { notFound, ProviderError, sendJson, type Call } from './http.ts';
import { createLedger, type LedgerQuery } from './ledger.ts';
import { createLine } from './line.ts';
import type { Message } from './message.ts';
import { createPublisher } from './publisher.ts';
import { createReadApi } from './readApi.ts';
import { REFUSALS } from './refusals.ts';
import { changedRules, createRules, type RulesPatch } from './rules.ts';
import { createSendApi } from './sendApi.ts';
import { createHttpServer } from './server.ts';
import { createSubscriptions, type WebhookUrl } from './subscriptions.ts';
import { createTimers } from './timers.ts';
import { sessionEvent } from './webhookEvents.ts';
import { createWebhookSender } from './webhookSender.ts';

/** Messages, requests and webhooks that are remembered unless told otherwise. */
const DEFAULT_MEMORY = 100_000;
/** Longest that `settled` waits, in real time. */
const SETTLE_MS = 1_000;
/** Turns of the loop without a request under way after which all is quiet. */
const QUIET_TURNS = 4;

export type SimulatorOptions = {
  clock?: Clock;
  /** The same seed brings the same course; else `random` chooses one. */
  seed?: number;
  random?: Random;
  host?: string;
  /** A free one by default. */
  port?: number;
  /** Where webhooks go; a function is asked before each delivery, and null means "not yet". */
  webhookUrl?: WebhookUrl;
  /** Signs webhooks when it is set. */
  webhookSecret?: string;
  device?: Partial<Device>;
  /** The only API key that is taken; any by default. */
  token?: string;
  rules?: RulesPatch;
  /** How many messages, requests and webhooks are remembered; the oldest are forgotten first. */
  memory?: number;
  logger?: Logger;
};

/** A WhatsApp provider over HTTP that speaks Wassenger's API, with contacts that answer. */
export type Simulator = Controls & {
  /** Listens. After a stop it goes on at the same port with the same ledger; what waited then is gone. */
  start(): Promise<{ url: string }>;
  stop(): Promise<void>;
  readonly seed: number;
  readonly device: Readonly<Device>;
  /** What it accepted, oldest first. */
  ledger(query?: LedgerQuery): Message[];
  /** Resolves when no webhook is under way; with a fake clock, between two of its steps. */
  settled(): Promise<void>;
};

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { clock = systemClock, random = systemRandom, logger = silentLogger, memory = DEFAULT_MEMORY } = options;
  const seed = options.seed ?? Math.floor(random.next() * 2 ** 32);
  const draws = createDraws(seed);
  let rules = createRules(options.rules);
  let device: Device = { ...defaultDevice, ...options.device };
  let running = new AbortController();
  let sessionChanges = 0;

  const timers = createTimers(clock);
  const contacts = createContactBook(memory);
  const ledger = createLedger(memory);
  const faults = createFaultQueue();
  const subscriptions = createSubscriptions(draws, {
    url: options.webhookUrl ?? null,
    secret: options.webhookSecret ?? null,
  });
  const sender = createWebhookSender({
    clock,
    random: draws.stream('webhook retries'),
    rules: () => rules.webhooks,
    limit: memory,
  });
  const publisher = createPublisher({ sender, targets: subscriptions.targets, timers, rules: () => rules.webhooks });
  const shared = { clock, draws, rules: () => rules, device: () => device };
  const line = createLine({ ...shared, contacts, publisher, timers });
  const sendApi = createSendApi({
    ...shared,
    faults,
    contacts,
    ledger,
    line,
    limit: memory,
    signal: () => running.signal,
  });
  const readApi = createReadApi({ ...shared, changeDevice, faults, ledger, subscriptions });
  const server = createHttpServer({ host: options.host ?? '127.0.0.1', port: options.port ?? 0, route, logger });

  function changeDevice(patch: DevicePatch): void {
    const before = device;
    const changes = Object.entries(patch).filter(([, value]) => value !== undefined);
    device = { ...device, ...(Object.fromEntries(changes) as Partial<Device>) };
    if (device.session !== before.session || device.status !== before.status) {
      const id = objectId(draws, clock.now(), 'session', sessionChanges++);
      void publisher.publish(sessionEvent({ id, at: clock.now(), device, rules }));
    }
    line.release();
  }

  function checkToken(call: Call): void {
    const isRight = options.token === undefined ? call.token : call.token === options.token;
    if (!isRight) throw new ProviderError(REFUSALS.unauthorized);
  }

  async function route(call: Call): Promise<void> {
    const [resource = '', id] = call.path;
    if (resource === 'control') return control(call, controls);
    const pattern = [resource, ...(id === undefined ? [] : [':id']), ...call.path.slice(2)].join('/');
    const name = `${call.method} ${pattern}`;
    if (name === 'GET ledger') return readApi.ledger(call);
    if (name === 'GET health') return sendJson(call.response, { body: { status: 'ok', seed } });
    checkToken(call);
    switch (name) {
      case 'POST messages':
        return sendApi.send(call);
      case 'GET messages':
        return readApi.messages(call);
      case 'GET messages/:id':
        return readApi.message(call, id ?? '');
      case 'GET devices/:id':
        return readApi.device(call, id ?? '');
      case 'POST devices/:id/queue':
        return readApi.queue(call, id ?? '');
      case 'GET webhooks':
      case 'POST webhooks':
        return readApi.webhooks(call);
      case 'DELETE webhooks/:id':
        return readApi.deleteWebhook(call, id ?? '');
      default:
        throw notFound(`No such route: ${call.method} /${call.path.join('/')}`);
    }
  }

  const controls: Controls = {
    rules: () => rules,
    changeRules(patch) {
      rules = changedRules(rules, patch);
    },
    addFaults: faults.add,
    clearFaults: faults.clear,
    answer({ delayMs = 0, ...request }) {
      return line.answer(request, delayMs);
    },
    sendRaw: publisher.publishRaw,
    changeDevice,
    setWebhook: subscriptions.configure,
    goDown(forMs) {
      void server.close();
      timers.after(forMs, () => {
        server.listen().catch((error: unknown) => {
          logger.error({ error }, 'simulator: cannot listen again');
        });
      });
    },
    counts: () => ({
      requests: sendApi.counts(),
      accepted: ledger.accepted(),
      acceptedToday: ledger.acceptedOn(dayOf(clock.now())),
      forgotten: ledger.forgotten(),
      faultsWaiting: faults.waiting(),
      held: line.held(),
      answers: line.answered(),
      webhooks: { ...publisher.counts(), ...sender.counts(), waiting: sender.waiting(), inFlight: sender.inFlight() },
      timers: timers.size(),
    }),
    deliveries: sender.deliveries,
    requests: sendApi.requests,
  };

  return {
    ...controls,
    seed,
    get device() {
      return device;
    },
    async start() {
      if (running.signal.aborted) running = new AbortController();
      const port = await server.listen();
      return { url: `http://${options.host ?? '127.0.0.1'}:${port}/v1` };
    },
    async stop() {
      running.abort();
      timers.cancelAll();
      publisher.clear();
      await Promise.all([server.close(), sender.cancelAll()]);
    },
    ledger: ledger.find,
    async settled() {
      const deadline = systemClock.monotonic() + SETTLE_MS;
      for (let quiet = 0; quiet < QUIET_TURNS && systemClock.monotonic() < deadline;) {
        await turnOfTheLoop();
        quiet = sender.inFlight() > 0 ? 0 : quiet + 1;
      }
    },
  };
}
