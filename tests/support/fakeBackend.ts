import path from 'node:path';
import type { Campaign } from '../../backend/contract/campaigns.ts';
import type { Page, PageInput } from '../../backend/contract/common.ts';
import { VigieError } from '../../backend/contract/errors.ts';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import type { MonitoringStats } from '../../backend/contract/monitoring.ts';
import { createEmitter } from '../../backend/core/emitter.ts';
import type { Services } from '../../backend/services.ts';
import { startAdminHost, type AdminHost } from './adminHost.ts';
import type { Scene } from './interfaceScenes.ts';
import { stubServices } from './stubServices.ts';

export type FakeBackend = {
  address: string;
  scene: Scene;
  emit: (event: LiveEvent) => void;
  /** Changes the day's figures and tells them. */
  setStats: (change: Partial<MonitoringStats>) => void;
  host: AdminHost;
  stop: () => Promise<void>;
};

type FakeOptions = {
  folder?: string;
  password?: string | null;
  port?: number;
  services?: Parameters<typeof stubServices>[0];
};

/** The real admin port with the built interface, over a scene kept in memory: for states that are slow to come by. */
export async function startFakeBackend(scene: Scene, options: FakeOptions = {}): Promise<FakeBackend> {
  const events = createEmitter<LiveEvent>();
  const services = sceneServices(scene, events, options.services);
  const host = await startAdminHost({
    services,
    interfaceFolder: options.folder ?? path.resolve(import.meta.dirname, '../../out/renderer'),
    password: options.password ?? null,
    port: options.port ?? 0,
    locale: () => scene.settings.locale,
  });
  let stopped = false;
  return {
    address: host.address,
    scene,
    host,
    emit: events.emit,
    setStats: (change) => {
      scene.stats = { ...scene.stats, ...change };
      events.emit({ type: 'stats', stats: scene.stats });
    },
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await host.stop();
    },
  };
}

/** Page of a list; the cursor is the place of its first row. */
function pageOf<Item>(items: readonly Item[], { limit, cursor }: PageInput): Page<Item> {
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), nextCursor: end < items.length ? `${end}` : null };
}

function found<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new VigieError('not_found');
  return item;
}

const includes = (text: string, q: string | undefined): boolean => text.toLowerCase().includes((q ?? '').toLowerCase());

function sceneServices(
  scene: Scene,
  events: Services['live']['events'],
  overrides: Parameters<typeof stubServices>[0] = {},
): Services {
  const tell = (): void => events.emit({ type: 'stats', stats: scene.stats });
  const attemptOf = (id: string) => found(scene.attempts.find((attempt) => attempt.id === id));
  const setCampaign = (id: string, status: Campaign['status']): Campaign => {
    const campaign = found(scene.campaigns.find((candidate) => candidate.id === id));
    campaign.status = status;
    events.emit({ type: 'campaign', campaign });
    return campaign;
  };
  const active = () => scene.campaigns.filter(({ status }) => status === 'running' || status === 'paused');

  return stubServices({
    monitoring: {
      stats: () => scene.stats,
      history: (days) => scene.history.slice(-days),
      errors: (limit) => scene.errors.slice(0, limit),
      ...overrides.monitoring,
    },
    attempts: {
      list: ({ state, type, q, ...page }) =>
        pageOf(
          scene.attempts.filter(
            (attempt) =>
              (!state || attempt.state === state) && (!type || attempt.type === type) && includes(attempt.to, q),
          ),
          page,
        ),
      get: attemptOf,
      resolve: ({ id, outcome }) => {
        const attempt = attemptOf(id);
        Object.assign(attempt, { state: outcome === 'sent' ? 'sent' : 'failed_final', parkedAt: null });
        scene.stats = { ...scene.stats, toResolve: 0 };
        tell();
        return attempt;
      },
      ...overrides.attempts,
    },
    contacts: {
      list: ({ q, categoryId, ...page }) =>
        pageOf(
          scene.contacts.filter(
            ({ name, phone, categoryIds }) =>
              includes(`${name} ${phone}`, q) && (!categoryId || categoryIds.includes(categoryId)),
          ),
          page,
        ),
      get: (id) => found(scene.contacts.find((contact) => contact.id === id)),
      remove: (id) => {
        scene.contacts = scene.contacts.filter((contact) => contact.id !== id);
      },
      ...overrides.contacts,
    },
    imports: { ...overrides.imports },
    exports: { ...overrides.exports },
    relay: { ...overrides.relay },
    categories: { list: (page) => pageOf(scene.categories, page), ...overrides.categories },
    campaigns: {
      list: ({ status, ...page }) =>
        pageOf(
          scene.campaigns.filter((campaign) => !status || campaign.status === status),
          page,
        ),
      get: (id) => found(scene.campaigns.find((campaign) => campaign.id === id)),
      pause: (id) => setCampaign(id, 'paused'),
      resume: (id) => setCampaign(id, 'running'),
      cancel: (id) => setCampaign(id, 'cancelled'),
      recipients: ({ state, ...page }) =>
        pageOf(
          scene.recipients.filter((recipient) => !state || recipient.state === state),
          page,
        ),
      preview: ({ message1, message2 }) => ({
        eligible: 184,
        optedOut: 3,
        daysNeeded: 2,
        unknownVariables: [],
        samples: scene.contacts.slice(0, 3).map((contact) => ({
          contactId: contact.id,
          name: contact.name,
          message1: filled(message1.body, contact.attributes),
          message2: filled(message2.body, contact.attributes),
        })),
      }),
      ...overrides.campaigns,
    },
    webhookEvents: {
      list: ({ verdict, q, ...page }) =>
        pageOf(
          scene.webhooks.filter((event) => (!verdict || event.verdict === verdict) && includes(event.event, q)),
          page,
        ),
      get: (id) => found(scene.webhooks.find((event) => event.id === id)),
      ...overrides.webhookEvents,
    },
    sending: {
      pause: ({ scope, id = '' }) => {
        const pause = { scope, id, reason: 'operator', until: null, since: scene.stats.updatedAt };
        scene.stats = { ...scene.stats, paused: scope === 'all' || scene.stats.paused, pauses: [pause] };
        tell();
      },
      resume: () => {
        scene.stats = { ...scene.stats, paused: false, pauses: [] };
        tell();
      },
      ...overrides.sending,
    },
    settings: {
      get: () => scene.settings,
      update: (patch) => {
        const given = Object.entries(patch).filter(([, value]) => value !== undefined);
        scene.settings = { ...scene.settings, ...Object.fromEntries(given) };
        return scene.settings;
      },
      ...overrides.settings,
    },
    ...(overrides.backups && { backups: overrides.backups }),
    ...(overrides.sync && { sync: overrides.sync }),
    ...(overrides.protection && { protection: overrides.protection }),
    clock: { ...overrides.clock },
    lines: {
      list: () => scene.settings.lines,
      update: ({ id, warmupSteps, ...patch }) => {
        const line = found(scene.settings.lines.find((candidate) => candidate.id === id));
        const given = Object.entries(patch).filter(([, value]) => value !== undefined);
        Object.assign(line, Object.fromEntries(given));
        if (warmupSteps !== undefined) line.warmup = warmupSteps && { steps: warmupSteps, startedDay: null };
        return line;
      },
      ...overrides.lines,
    },
    audit: { list: (page) => pageOf(scene.audit, page) },
    suppressions: { list: (page) => pageOf(scene.suppressions, page), remove() {} },
    live: {
      events,
      snapshot: () => [
        { type: 'stats', stats: scene.stats },
        ...active().map((campaign): LiveEvent => ({ type: 'campaign', campaign })),
      ],
    },
  });
}

/** Enough of a template for a preview. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\{\{([^}|]*)\|?([^}]*)\}\}/g,
    (_all, name: string, fallback: string) => values[name] ?? fallback,
  );
}
