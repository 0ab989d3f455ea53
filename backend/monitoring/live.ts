import type { Campaign } from '../contract/campaigns.ts';
import type { Locale } from '../contract/common.ts';
import type { ContactImport } from '../contract/imports.ts';
import type { LiveEvent } from '../contract/liveEvents.ts';
import { sentence } from '../contract/messages/sentence.ts';
import type { AlertLevel, MessageError, MonitoringStats } from '../contract/monitoring.ts';
import type { Clock } from '../core/clock.ts';
import { createEmitter, type Emitter } from '../core/emitter.ts';
import type { Logger } from '../core/logger.ts';
import type { Service } from '../core/service.ts';
import type { Notify } from './notify.ts';

/** Changes of this long are gathered and told once; well within the second of MON-11. */
const GATHER_MS = 100;
/** Figures that change by themselves (a new day, a pause that ends) are looked at this often. */
const TICK_MS = 1_000;

type LiveDependencies = {
  clock: Clock;
  logger: Logger;
  locale: () => Locale;
  stats: () => MonitoringStats;
  /** Newest first. */
  errors: (limit: number) => MessageError[];
  campaign: (id: string) => Campaign | null;
  activeCampaigns: () => Campaign[];
};

/** As many as the dashboard shows. */
const MOST_ERRORS = 10;
/** Attempts that are told one by one at a time. */
const MOST_ATTEMPTS = 200;
const LEVEL_ORDER: AlertLevel[] = ['ok', 'attention', 'danger', 'blocked'];

/**
 * Tells every open screen, the tray and REST clients what changed (MON-11). Services say only what was touched; the
 * figures are read again once for many changes. Says when a threshold of the quota is crossed upward.
 */
export class Live implements Service {
  readonly events: Emitter<LiveEvent>;
  readonly notify: Notify;
  readonly #deps: LiveDependencies;
  readonly #campaigns = new Set<string>();
  readonly #changed = new Set<Parameters<Notify['changed']>[0]>();
  readonly #attempts = new Map<string, Parameters<Notify['attempt']>[0]>();
  readonly #imports = new Map<string, ContactImport>();
  #cancelFlush: (() => void) | null = null;
  #cancelTick: (() => void) | null = null;
  #told: MonitoringStats | null = null;
  #started = false;

  constructor(dependencies: LiveDependencies) {
    this.#deps = dependencies;
    this.events = createEmitter((error) => {
      dependencies.logger.error({ error }, 'a listener of live events failed');
    });
    this.notify = {
      changed: (what) => {
        this.#changed.add(what);
        this.#schedule();
      },
      campaign: (id) => {
        this.#campaigns.add(id);
        this.#schedule();
      },
      attempt: (attempt) => {
        this.#attempts.set(attempt.id, attempt);
        if (attempt.campaignId !== null) this.#campaigns.add(attempt.campaignId);
        this.#schedule();
      },
      import: (state) => {
        this.#imports.set(state.id, state);
        this.#schedule();
      },
      notice: (notice) => {
        this.events.emit({ type: 'notice', ...notice });
      },
    };
  }

  start(): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      this.#told = this.#deps.stats();
      this.#tick();
    }
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#started = false;
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#cancelTick?.();
    return Promise.resolve();
  }

  /** What a new subscriber begins with. */
  snapshot(): LiveEvent[] {
    return [
      { type: 'stats', stats: this.#deps.stats() },
      ...this.#deps.activeCampaigns().map((campaign) => ({ type: 'campaign', campaign }) as const),
    ];
  }

  #tick(): void {
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => {
      if (!this.#started) return;
      this.#guarded(() => {
        this.#tellStats();
      });
      this.#tick();
    });
  }

  #schedule(): void {
    if (!this.#started || this.#cancelFlush !== null) return;
    this.#cancelFlush = this.#deps.clock.after(GATHER_MS, () => {
      this.#cancelFlush = null;
      this.#guarded(() => {
        this.#flush();
      });
    });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#deps.logger.error({ error }, 'live figures could not be read');
    }
  }

  #flush(): void {
    const { events } = this;
    this.#tellStats();
    // As while a big campaign is launched: whoever shows the list asks again.
    if (this.#attempts.size > MOST_ATTEMPTS) {
      this.#attempts.clear();
      this.#changed.add('attempts');
    }
    for (const attempt of this.#attempts.values()) {
      const { id, state, campaignId } = attempt;
      events.emit({ type: 'attempt', id, state, campaignId });
    }
    this.#attempts.clear();
    for (const id of this.#campaigns) {
      const campaign = this.#deps.campaign(id);
      events.emit(campaign === null ? { type: 'campaign_removed', id } : { type: 'campaign', campaign });
    }
    this.#campaigns.clear();
    for (const state of this.#imports.values()) events.emit({ type: 'import', import: state });
    this.#imports.clear();
    for (const what of this.#changed) events.emit({ type: 'changed', what });
    this.#changed.clear();
  }

  #tellStats(): void {
    const stats = this.#deps.stats();
    const before = this.#told;
    if (before !== null && sameFigures(before, stats)) return;
    this.#told = stats;
    this.events.emit({ type: 'stats', stats });
    if (before === null || before.date !== stats.date) return;
    this.#tellErrors(stats.errors - before.errors);
    this.#tellCrossing(before, stats);
  }

  /** Each new error once, the oldest first; of a flood the newest. */
  #tellErrors(count: number): void {
    if (count <= 0) return;
    const errors = this.#deps.errors(Math.min(count, MOST_ERRORS));
    for (const error of errors.toReversed()) this.events.emit({ type: 'error', error });
  }

  /** A level reached on the way up, or the limit itself (DSK-3). */
  #tellCrossing(before: MonitoringStats, stats: MonitoringStats): void {
    if (before.limit !== stats.limit) return;
    const reached = stats.sent >= stats.limit && before.sent < before.limit;
    const risen = LEVEL_ORDER.indexOf(stats.alertLevel) > LEVEL_ORDER.indexOf(before.alertLevel);
    if (!reached && !risen) return;
    const name =
      reached || stats.alertLevel === 'blocked' ? 'limit' : stats.alertLevel === 'danger' ? 'danger' : 'attention';
    const { limit, remainingCapacity: capacity } = stats;
    const sent = Math.max(stats.sent, stats.shared?.sent ?? 0);
    const locale = this.#deps.locale();
    this.notify.notice({
      kind: 'level',
      level: stats.alertLevel,
      title: sentence(locale, `notice.level.${name}`),
      body: sentence(locale, 'notice.level.body', { sent, limit, capacity }),
      page: '/',
    });
  }
}

function sameFigures(first: MonitoringStats, second: MonitoringStats): boolean {
  return JSON.stringify({ ...first, updatedAt: '' }) === JSON.stringify({ ...second, updatedAt: '' });
}
