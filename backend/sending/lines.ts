import type { Line, ProviderName } from '../contract/lines.ts';
import { VigieError } from '../contract/errors.ts';
import type { Pace, QuietHours } from '../domain/pace.ts';
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
  /** `startedDay` is null until it sends its first message. */
  warmup: { steps: number[]; startedDay: string | null } | null;
  /** Without a zone of their own they are those of the settings' zone. */
  quietHours: (QuietHours & { timeZone: string | null }) | null;
  absentPolicy: 'operator' | 'retry';
};

type StoredQuietHours = QuietHours & { timeZone?: string | null };
type SharedPace = { sendsPerMinute: number; sendGapMs: Pace['gapMs'] };

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
  readonly #saveOptions;

  constructor(database: Database, configured: readonly ConfiguredLine[], now: number) {
    this.#configured = configured;
    this.#options = database.prepare<{ id: string }, OptionsRow>(`
      SELECT sends_per_minute AS sendsPerMinute, gap_min_ms AS gapMinMs, gap_max_ms AS gapMaxMs,
        warmup_steps AS warmupSteps, warmup_started_day AS warmupStartedDay, quiet_hours AS quietHours,
        absent_policy AS absentPolicy
      FROM lines WHERE id = @id`);
    this.#saveOptions = database.prepare(`
      UPDATE lines SET sends_per_minute = @sendsPerMinute, gap_min_ms = @gapMinMs, gap_max_ms = @gapMaxMs,
        warmup_steps = @warmupSteps, warmup_started_day = @warmupStartedDay, quiet_hours = @quietHours,
        absent_policy = @absentPolicy
      WHERE id = @id`);
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
        warmupSteps === null ? null : { steps: JSON.parse(warmupSteps) as number[], startedDay: warmupStartedDay },
      quietHours: quietHours === null ? null : { timeZone: null, ...(JSON.parse(quietHours) as StoredQuietHours) },
      absentPolicy: row.absentPolicy,
    };
  }

  /** How fast a line may send: its own pace, else the settings' (SND-13). */
  pace(id: string, shared: SharedPace): Pace {
    const { sendsPerMinute, gapMs } = this.options(id);
    return { sendsPerMinute: sendsPerMinute ?? shared.sendsPerMinute, gapMs: gapMs ?? shared.sendGapMs };
  }

  /** Messages that all lines together may start in a minute: how fast what is held for replies can be used up (CMP-12). */
  sendsPerMinute(shared: SharedPace): number {
    return this.#configured.reduce((sum, { id }) => sum + this.pace(id, shared).sendsPerMinute, 0);
  }

  /** Saves how a line sends; what is not named stays. Taking the warm-up away forgets when it began. */
  saveOptions(id: string, changes: Partial<LineOptions>): void {
    const { sendsPerMinute, gapMs, warmup, quietHours, absentPolicy } = { ...this.options(id), ...changes };
    this.#saveOptions.run({
      ...{ id, sendsPerMinute, absentPolicy },
      gapMinMs: gapMs?.min ?? null,
      gapMaxMs: gapMs?.max ?? null,
      warmupSteps: warmup === null ? null : JSON.stringify(warmup.steps),
      warmupStartedDay: warmup?.startedDay ?? null,
      quietHours: quietHours === null ? null : JSON.stringify(quietHours),
    });
  }

  setHealth(id: string, health: LineHealth): void {
    this.#health.set(id, health);
  }

  /** The lines as shown to the operator. */
  list(): Line[] {
    return this.#configured.map(({ id, label, provider, webhookToken }, index) => {
      const { sendsPerMinute, gapMs, warmup, quietHours } = this.options(id);
      return {
        id,
        provider: provider.name,
        label,
        isDefault: index === 0,
        state: this.#health.get(id)?.state ?? 'unknown',
        capabilities: provider.capabilities,
        webhookPath: WEBHOOK_PATHS[provider.name](webhookToken),
        ...{ sendsPerMinute, gapMs, warmup, quietHours },
      };
    });
  }
}
