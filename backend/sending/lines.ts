import type { Line, ProviderName } from '../contract/workspace.ts';
import { VigieError } from '../contract/errors.ts';
import type { Database } from '../storage/database.ts';
import type { LineHealth, Provider } from './provider.ts';

/** A line with its client: the number's credentials are configured on this machine. */
export type ConfiguredLine = {
  id: string;
  label: string;
  provider: Provider;
  /** Unguessable part of its webhook path (WHK-3). */
  webhookToken: string;
};

export type LineOptions = {
  sendsPerMinute: number | null;
  gapMs: { min: number; max: number } | null;
  warmup: { steps: number[]; startedDay: string } | null;
  quietHours: { from: string; to: string } | null;
  absentPolicy: 'operator' | 'retry';
};

type OptionsRow = {
  sendsPerMinute: number | null;
  gapMinMs: number | null;
  gapMaxMs: number | null;
  warmupSteps: string | null;
  warmupStartedDay: string | null;
  quietHours: string | null;
  absentPolicy: LineOptions['absentPolicy'];
};

const WEBHOOK_PATHS: Record<ProviderName, (token: string) => string> = {
  wassenger: (token) => `/webhooks/wassenger/${token}`,
  simulator: (token) => `/webhooks/wassenger/${token}`,
  meta: () => '/webhooks/meta',
};

/** The lines that this machine can send on. The first configured one is the default (SND-12). */
export class Lines {
  readonly #configured: readonly ConfiguredLine[];
  readonly #health = new Map<string, LineHealth>();
  readonly #options;

  constructor(database: Database, configured: readonly ConfiguredLine[], now: number) {
    this.#configured = configured;
    this.#options = database.prepare<{ id: string }, OptionsRow>(`
      SELECT sends_per_minute AS sendsPerMinute, gap_min_ms AS gapMinMs, gap_max_ms AS gapMaxMs,
        warmup_steps AS warmupSteps, warmup_started_day AS warmupStartedDay, quiet_hours AS quietHours,
        absent_policy AS absentPolicy
      FROM lines WHERE id = @id`);
    const clearDefault = database.prepare(`UPDATE lines SET is_default = 0 WHERE is_default = 1`);
    const upsert = database.prepare(`
      INSERT INTO lines (id, provider, label, is_default, created_at) VALUES (@id, @provider, @label, @isDefault, @now)
      ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, label = excluded.label, is_default = excluded.is_default`);
    database
      .transaction(() => {
        clearDefault.run();
        for (const [index, { id, label, provider }] of configured.entries()) {
          upsert.run({ id, label, provider: provider.name, isDefault: index === 0 ? 1 : 0, now });
        }
      })
      .immediate();
  }

  all(): readonly ConfiguredLine[] {
    return this.#configured;
  }

  find(id: string): ConfiguredLine | null {
    return this.#configured.find((line) => line.id === id) ?? null;
  }

  /**
   * The line that a caller named, else the default one.
   * @throws VigieError `no_line` when there is none, `not_found` when the named one is not configured
   */
  choose(id?: string | null): ConfiguredLine {
    if (id !== undefined && id !== null) {
      const named = this.find(id);
      if (named === null) throw new VigieError('not_found', { detail: id });
      return named;
    }
    const [first] = this.#configured;
    if (first === undefined) throw new VigieError('no_line');
    return first;
  }

  /** Pace, warm-up and quiet hours of a line as stored. */
  options(id: string): LineOptions {
    const row = this.#options.get({ id });
    if (row === undefined) throw new VigieError('not_found', { detail: id });
    const { gapMinMs, gapMaxMs, warmupSteps, warmupStartedDay, quietHours } = row;
    return {
      sendsPerMinute: row.sendsPerMinute,
      gapMs: gapMinMs === null || gapMaxMs === null ? null : { min: gapMinMs, max: gapMaxMs },
      warmup:
        warmupSteps === null || warmupStartedDay === null
          ? null
          : { steps: JSON.parse(warmupSteps) as number[], startedDay: warmupStartedDay },
      quietHours: quietHours === null ? null : (JSON.parse(quietHours) as { from: string; to: string }),
      absentPolicy: row.absentPolicy,
    };
  }

  setHealth(id: string, health: LineHealth): void {
    this.#health.set(id, health);
  }

  /** The lines as shown to the operator. */
  list(): Line[] {
    return this.#configured.map(({ id, label, provider, webhookToken }, index) => ({
      id,
      provider: provider.name,
      label,
      isDefault: index === 0,
      state: this.#health.get(id)?.state ?? 'unknown',
      capabilities: provider.capabilities,
      webhookPath: WEBHOOK_PATHS[provider.name](webhookToken),
    }));
  }
}
