import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { composeWorkspace, type Workspace } from './composeWorkspace.ts';
import type { Config } from './config.ts';
import { VigieError } from './contract/errors.ts';
import type { LiveEvent } from './contract/liveEvents.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { createEmitter, type Emitter } from './core/emitter.ts';
import { createLogger, type Logger } from './core/logger.ts';
import { systemRandom, type Random } from './core/random.ts';
import type { Service } from './core/service.ts';
import { seedDemo } from './demoWorkspace.ts';
import { createRouter, type VigieRouter } from './http/router.ts';
import type { HostStatus } from './http/app.ts';
import { createAdminServer, type AdminServer } from './http/server.ts';
import { createTokens } from './http/tokens.ts';
import { Scheduler, type Job } from './scheduler/scheduler.ts';
import { configureLines, type ClosableLine } from './sending/configureLines.ts';
import type { Services } from './services.ts';
import { createDemoProvider, DEMO_DEVICE_ID } from './simulator/demo/demoProvider.ts';
import { loadSecrets, tokenKey, writeDurably, type Secrets } from './storage/secrets.ts';
import { demoFolder, HOST_FILE, lockFolder, openStore, type Store } from './storage/store.ts';
import { VERSION } from './version.ts';
import { createWebhookPort } from './webhooks/port.ts';

export { loadConfig, type Flags } from './config.ts';

export type ComposeOptions = {
  config: Config;
  /** `command`: no ports and no sending, for one command on a folder that no host uses. */
  mode?: 'host' | 'command';
  clock?: Clock;
  random?: Random;
  logger?: Logger;
  /** Folder that holds `migrations` and `out/renderer`. */
  root?: string;
};

export type Application = Service & {
  readonly router: VigieRouter;
  readonly services: Services;
  readonly events: Emitter<LiveEvent>;
  status(): HostStatus;
  /** Why nothing is sent (REL-2); null unless the status is `frozen`. */
  frozenBy(): VigieError | null;
  addresses(): Addresses;
  /** The machine woke from sleep: what is due is looked at now (DSK-5). */
  resumed(): void;
};
type Addresses = { admin: string | null; webhooks: string | null };

/** The source tree is one level below the root, a build in `out/main` two. */
const ROOT = path.resolve(import.meta.dirname, path.basename(import.meta.dirname) === 'main' ? '../..' : '..');

/**
 * Puts the application together: opens the folder, wires the services, and gives what can be started and called.
 * A damaged folder gives an application that is frozen: it answers, says why, and sends nothing (REL-2).
 * @throws VigieError `frozen` with reason `in_use` when another host has the folder
 */
export async function compose(options: ComposeOptions): Promise<Application> {
  const { config, mode = 'host', clock = systemClock, root = ROOT } = options;
  const logger = options.logger ?? createLogger(config.logLevel);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const unlock = mode === 'host' ? lockFolder(config.dataDir) : () => {};
  let status: HostStatus = 'starting';
  const addresses: () => Addresses = () => ({
    admin: admin?.address() ?? null,
    webhooks: parts?.port.address() ?? null,
  });

  const opened = openFolder(config, path.join(root, 'migrations'));
  const parts = opened.kind === 'open' ? await composeParts({ ...options, clock, logger }, opened, addresses) : null;
  const services = parts?.workspace.services ?? frozenServices(opened.kind === 'frozen' ? opened.error : null);
  const locale = () => parts?.workspace.preferences.values.locale ?? config.fixed.locale ?? config.defaults.locale;
  const router = createRouter(services, { locale, logger });
  const admin: AdminServer | null =
    mode === 'command'
      ? null
      : createAdminServer({
          ...{ host: config.adminHost, port: config.adminPort, password: config.adminPassword },
          ...{ router, clock, logger, locale, version: VERSION, status: () => status },
          tokens: createTokens({ secret: keyOf(config, opened), clock }),
          interfaceFolder: path.join(root, 'out/renderer'),
          uploads: path.join(config.dataDir, 'uploads'),
        });
  /** In the order of starting; stopped in reverse. */
  const running: Service[] = mode === 'command' || parts === null ? [] : parts.running;
  const hostFile = path.join(config.dataDir, HOST_FILE);

  return {
    router,
    services,
    events: services.live.events,
    addresses,
    status: () => status,
    frozenBy: () => (opened.kind === 'frozen' ? opened.error : null),
    resumed: () => parts?.workspace.wake(),

    async start() {
      if (status === 'ok' || status === 'frozen') return;
      parts?.workspace.dispatcher.recoverInterrupted();
      for (const service of running) await service.start();
      await admin?.start();
      if (mode === 'host') writeDurably(hostFile, JSON.stringify({ pid: process.pid, adminUrl: addresses().admin }));
      if (mode === 'host' && config.demo && parts !== null) seedDemo({ ...parts, clock });
      status = opened.kind === 'frozen' ? 'frozen' : 'ok';
      if (opened.kind === 'frozen')
        logger.error({ error: opened.error, data: opened.error.data }, 'frozen: nothing is sent');
    },

    async stop() {
      if (status === 'stopping') return;
      status = 'stopping';
      if (mode === 'host') rmSync(hostFile, { force: true });
      await admin?.stop();
      for (const service of running.toReversed()) await service.stop();
      // A command has no services that run, and may have begun an import all the same.
      await parts?.workspace.campaigns.imports.stop();
      for (const line of parts?.lines ?? []) await line.close();
      if (opened.kind === 'open') opened.store.close();
      unlock();
    },
  };
}

type Opened = { kind: 'open'; store: Store; secrets: Secrets } | { kind: 'frozen'; error: VigieError };

function openFolder(config: Config, migrations: string): Opened {
  try {
    const secrets = loadSecrets(config.dataDir);
    const folder = config.demo ? demoFolder(config.dataDir) : config.dataDir;
    return { kind: 'open', secrets, store: openStore(folder, migrations) };
  } catch (error) {
    if (error instanceof VigieError && error.code === 'frozen') return { kind: 'frozen', error };
    throw error;
  }
}

type Parts = {
  workspace: Workspace;
  store: Store;
  lines: readonly ClosableLine[];
  port: ReturnType<typeof createWebhookPort>;
  running: Service[];
};

async function composeParts(
  options: ComposeOptions & { clock: Clock; logger: Logger },
  { store, secrets }: Extract<Opened, { kind: 'open' }>,
  addresses: () => Addresses,
): Promise<Parts> {
  const { config, clock, logger, random = systemRandom, mode = 'host' } = options;
  const demo =
    config.demo && mode === 'host'
      ? createDemoProvider({ clock, logger, webhookUrl: () => addresses().webhooks, token: secrets.webhookToken })
      : null;
  const simulated = demo === null ? null : { url: await demo.listen(), deviceId: DEMO_DEVICE_ID };
  const lines = configureLines({
    ...{ config, clock, secrets, demo: simulated },
    lastIncomingAt: (lineId, phone) => workspace.processor.lastIncomingAt(lineId, phone),
  });
  const workspace: Workspace = composeWorkspace({
    ...{ config, store, clock, random, logger, version: VERSION, configuredLines: lines, addresses },
  });
  const port = createWebhookPort({
    ...{
      host: config.webhookHost,
      port: config.webhookPort,
      clock,
      logger,
      inbox: store.inbox,
      lines: workspace.lines,
    },
    stored: () => {
      workspace.processor.wake();
    },
  });
  const scheduler = new Scheduler({ database: store.main, clock, logger, jobs: jobsOf(workspace, clock) });
  const { live, processor, reconciliation, dispatcher } = workspace;
  const { imports } = workspace.campaigns;
  const running = [
    ...(demo === null ? [] : [demo]),
    ...[live, port, processor, scheduler, reconciliation, dispatcher, imports],
  ];
  return { workspace, store, lines, port, running };
}

/** Where the secrets are damaged nobody can sign in, and the host still says why. */
function keyOf(config: Config, opened: Opened): Uint8Array {
  const damaged = opened.kind === 'frozen' && opened.error.data?.['reason'] === 'secrets_damaged';
  return damaged && config.jwtSecret === null ? randomBytes(TOKEN_KEY_BYTES) : tokenKey(config);
}
const TOKEN_KEY_BYTES = 32;

/** Finished messages keep their text and phone for so long (SND-9). */
const CLEAN_AFTER_DAYS = 30;

/** What time alone brings about (OPS-7). */
function jobsOf({ campaigns, ledger, lines, processor, services, silence }: Workspace, clock: Clock): Job[] {
  return [
    { name: 'check-interactions', schedule: '0 * * * *', atStart: true, run: () => campaigns.closing.runOnce() },
    { name: 'start-campaigns', schedule: '* * * * *', atStart: true, run: () => campaigns.launch.startDue() },
    {
      name: 'health',
      schedule: '* * * * *',
      atStart: true,
      // Not waited for: a provider that hangs must not hold up a stop.
      run: () => {
        for (const { id, provider } of lines.all()) {
          void provider.health().then((health) => {
            lines.setHealth(id, health);
          });
        }
      },
    },
    { name: 'reset-day', schedule: '0 0 * * *', atStart: true, run: () => ledger.closeDays(clock.now()) },
    {
      name: 'cleanup',
      schedule: '0 2 * * *',
      run: () => {
        services.attempts.cleanup({ olderThanDays: CLEAN_AFTER_DAYS, dryRun: false }, 'vigie');
        ledger.prune(clock.now());
        processor.prune();
      },
    },
    { name: 'webhook-silence', schedule: '* * * * *', run: () => silence.check() },
  ];
}

/** Every call says that the application is frozen, and why. */
function frozenServices(error: VigieError | null): Services {
  const refuse = (): never => {
    throw error ?? new VigieError('frozen');
  };
  const group = new Proxy({}, { get: () => refuse });
  const live = { events: createEmitter<LiveEvent>(), snapshot: refuse };
  return new Proxy({}, { get: (_target, name) => (name === 'live' ? live : group) }) as Services;
}
