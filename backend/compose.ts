import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { composeJobs } from './composeJobs.ts';
import { composeProtection } from './composeProtection.ts';
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
import { forWorkspace, openFolder, type Opened } from './openFolder.ts';
import { createRouter, type VigieRouter } from './http/router.ts';
import type { HostStatus } from './http/app.ts';
import { createAdminServer, type AdminServer } from './http/server.ts';
import { createTokens } from './http/tokens.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { configureLines, createLineOpener } from './sending/configureLines.ts';
import { createLineAccounts } from './sending/lineAccounts.ts';
import type { AnsweringServices } from './services.ts';
import { createDemoProvider, DEMO_DEVICE_ID } from './simulator/demo/demoProvider.ts';
import { createBackups, type Backups } from './storage/backups/backups.ts';
import { completeRestore, type WorkspaceFolders } from './storage/backups/restore.ts';
import { createAudit } from './storage/audit.ts';
import type { KeyMeans } from './storage/secretProtection.ts';
import { writeDurably } from './storage/secrets.ts';
import { demoFolder, HOST_FILE, lockFolder, type Store } from './storage/store.ts';
import { VERSION } from './version.ts';
import { createWebhookPort } from './webhooks/port.ts';

export { firstLanguage, loadConfig, type Flags } from './config.ts';

export type ComposeOptions = {
  config: Config;
  /** `command`: no ports and no sending, for one command on a folder that no host uses. */
  mode?: 'host' | 'command';
  clock?: Clock;
  random?: Random;
  logger?: Logger;
  /** Folder that holds `migrations` and `out/renderer`. */
  root?: string;
  /** Asked for when the application has to stop and be composed anew, as after a restore. */
  restart?: () => void;
} & Pick<KeyMeans, 'askPassphrase' | 'keyStore'>;

export type Application = Service & {
  readonly router: VigieRouter;
  readonly services: AnsweringServices;
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
export const MIGRATIONS = path.join(ROOT, 'migrations');

/**
 * Puts the application together: opens the folder, wires the services, and gives what can be started and called.
 * A damaged folder gives an application that is frozen: it answers, says why, and sends nothing (REL-2).
 * @throws VigieError `frozen` with reason `in_use` when another host has the folder
 */
export async function compose(options: ComposeOptions): Promise<Application> {
  const { mode = 'host', clock = systemClock, root = ROOT, restart = () => {} } = options;
  const { dataDir, logLevel } = options.config;
  const logger = options.logger ?? createLogger(logLevel);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const unlock = mode === 'host' ? lockFolder(dataDir) : () => {};
  const config = forWorkspace(options.config);
  let status: HostStatus = 'starting';
  const addresses: () => Addresses = () => ({
    admin: admin?.address() ?? null,
    webhooks: parts?.port.address() ?? null,
  });

  const migrationsDir = path.join(root, 'migrations');
  const folders: WorkspaceFolders = {
    folder: config.demo ? demoFolder(config.dataDir) : config.dataDir,
    secretsFolder: config.dataDir,
    demo: config.demo,
  };
  const means: KeyMeans = {
    ...{ passphrase: config.passphrase, dataKeys: config.dataKeys },
    ...{ keyStore: options.keyStore ?? null, askPassphrase: options.askPassphrase },
  };
  const opened = await openFolder(folders, { migrationsDir, clock, logger, mode, means });
  const frozenBy = opened.kind === 'frozen' ? opened.error : null;
  const backups = createBackups({
    ...{ ...folders, frozenBy, migrationsDir, clock, version: VERSION, restart },
    keys: { means, protection: opened.protection },
    opened: opened.kind === 'open' ? { store: opened.store, audit: createAudit(opened.store.main, clock) } : null,
  });
  // Commands cannot open what the operating system or a person opened here: they speak with a key of this run.
  const ownKey = randomBytes(TOKEN_KEY_BYTES);
  const hostFile = path.join(config.dataDir, HOST_FILE);
  const lendKey = (): void => {
    const adminUrl = admin?.address() ?? null;
    if (adminUrl === null) return;
    const isAsked = opened.protection?.kind === 'os' || opened.protection?.kind === 'passphrase';
    const key = isAsked ? { key: ownKey.toString('base64url') } : {};
    writeDurably(hostFile, JSON.stringify({ pid: process.pid, adminUrl, ...key }));
  };
  const parts =
    opened.kind === 'open'
      ? await composeParts({ ...options, config, clock, logger, restart, backups, lendKey }, opened, addresses)
      : null;
  const services = parts === null ? frozenServices(frozenBy, backups) : { ...parts.workspace.services, backups };
  const locale = () => parts?.workspace.preferences.values.locale ?? config.fixed.locale ?? config.defaults.locale;
  const router = createRouter(services, { locale, logger });
  const admin: AdminServer | null =
    mode === 'command'
      ? null
      : createAdminServer({
          ...{ host: config.adminHost, port: config.adminPort, password: config.adminPassword },
          ...{ router, clock, logger, locale, version: VERSION, status: () => status },
          tokens: createTokens({ secret: keyOf(config, opened), clock, alsoAccepts: ownKey }),
          interfaceFolder: path.join(root, 'out/renderer'),
          uploads: path.join(config.dataDir, 'uploads'),
        });
  /** In the order of starting; stopped in reverse. */
  const running: Service[] = mode === 'command' || parts === null ? [] : parts.running;

  return {
    router,
    services,
    events: services.live.events,
    addresses,
    status: () => status,
    frozenBy: () => frozenBy,
    resumed: () => {
      parts?.workspace.wake();
      parts?.workspace.relay.wake();
    },

    async start() {
      if (status === 'ok' || status === 'frozen') return;
      parts?.workspace.dispatcher.recoverInterrupted();
      for (const service of running) await service.start();
      await admin?.start();
      lendKey();
      if (mode === 'host' && config.demo && parts !== null) seedDemo({ ...parts, clock });
      status = opened.kind === 'frozen' ? 'frozen' : 'ok';
      if (opened.kind === 'frozen')
        logger.error({ error: opened.error, data: opened.error.data }, 'frozen: nothing is sent');
    },

    async stop() {
      if (status === 'stopping') return;
      status = 'stopping';
      if (mode === 'host') rmSync(hostFile, { force: true });
      backups.stop();
      await admin?.stop();
      for (const service of running.toReversed()) await service.stop();
      // A command has no services that run, and may have begun long work all the same.
      await parts?.workspace.campaigns.longWork.stop();
      await parts?.workspace.emptying.stop();
      await parts?.workspace.campaigns.imports.stop();
      for (const line of parts?.workspace.lines.all() ?? []) await line.close?.();
      parts?.workspace.cache.close();
      if (opened.kind === 'open') opened.store.close();
      if (mode === 'host') completeRestore(folders);
      unlock();
    },
  };
}

type Parts = {
  workspace: Workspace;
  store: Store;
  port: ReturnType<typeof createWebhookPort>;
  running: Service[];
};

async function composeParts(
  options: ComposeOptions & {
    clock: Clock;
    logger: Logger;
    restart: () => void;
    backups: Backups;
    lendKey: () => void;
  },
  { store, secrets, protection }: Extract<Opened, { kind: 'open' }>,
  addresses: () => Addresses,
): Promise<Parts> {
  const { config, clock, logger, restart, random = systemRandom, mode = 'host', backups } = options;
  const demo =
    config.demo && mode === 'host'
      ? createDemoProvider({ clock, logger, webhookUrl: () => addresses().webhooks, token: secrets.webhookToken })
      : null;
  const simulated = demo === null ? null : { url: await demo.listen(), deviceId: DEMO_DEVICE_ID };
  const accounts = createLineAccounts(config, protection);
  const open = createLineOpener({
    ...{ clock, timeoutMs: config.sendTimeoutMs, lines: () => workspace.lines.all() },
    seenDate: (at) => {
      workspace.clockWatch.observe(at);
    },
    lastIncomingAt: (lineId, phone) => workspace.processor.lastIncomingAt(lineId, phone),
  });
  const guarded = composeProtection({ config, store, secrets, protection, clock, logger, mode });
  const { cipher, sweep } = guarded;
  const workspace: Workspace = composeWorkspace({
    ...{ config, store, cipher, clock, random, logger, version: VERSION, addresses },
    configuredLines: configureLines({ config, clock, open, accounts, secrets, demo: simulated }),
    lineSetup: { accounts, open, restart },
  });
  workspace.services.protection = guarded.service({
    ...{ audit: workspace.audit, notify: workspace.live.notify, secretsKept: options.lendKey },
  });
  const port = createWebhookPort({
    ...{
      host: config.webhookHost,
      port: config.webhookPort,
      clock,
      logger,
      inbox: store.inbox,
      cipher,
      lines: workspace.lines,
    },
    stored: () => {
      workspace.processor.wake();
    },
  });
  const scheduler = new Scheduler({
    database: store.main,
    clock,
    logger,
    jobs: composeJobs(workspace, { clock, logger, backups, store }),
    audit: workspace.audit,
  });
  workspace.services.scheduler = scheduler;
  const { live, processor, reconciliation, deliverySweep, dispatcher, emptying, relay, shared, work } = workspace;
  const { imports, longWork } = workspace.campaigns;
  const running = [
    ...(demo === null ? [] : [demo]),
    ...[shared, work].filter((service) => service !== null),
    // Before anything is sent: a new file waits a moment for the day's figures (SYN-3).
    ...(workspace.sync === null ? [] : [workspace.sync]),
    ...[live, port, processor, relay, deliverySweep, scheduler, reconciliation, dispatcher],
    ...[imports, longWork, emptying, sweep],
  ];
  return { workspace, store, port, running };
}

/** Where the secrets cannot be opened nobody can sign in, and the host still says why. */
function keyOf(config: Config, opened: Opened): Uint8Array {
  if (config.jwtSecret !== null) return Buffer.from(config.jwtSecret, 'utf8');
  return opened.secrets === null ? randomBytes(TOKEN_KEY_BYTES) : Buffer.from(opened.secrets.jwtSecret, 'base64url');
}
const TOKEN_KEY_BYTES = 32;

/** Every call says that the application is frozen, and why; but for those that lead out of it. */
function frozenServices(error: VigieError | null, backups: Backups): AnsweringServices {
  const refuse = (): never => {
    throw error ?? new VigieError('frozen');
  };
  const group = new Proxy({}, { get: () => refuse });
  const live = { events: createEmitter<LiveEvent>(), snapshot: refuse };
  const open = { live, backups };
  const answer = (target: object, name: string | symbol): unknown => Reflect.get(target, name) ?? group;
  return new Proxy(open, { get: answer }) as unknown as AnsweringServices;
}
