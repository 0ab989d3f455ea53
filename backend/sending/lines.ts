import type { LineAccount, Line, ProviderName } from '../contract/lines.ts';
import { VigieError } from '../contract/errors.ts';
import type { Pace, QuietHours } from '../domain/pace.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { StoredLine } from '../storage/secrets.ts';
import type { LineHealth, Provider } from './provider.ts';

/** A line with its client: the number's credentials are configured on this machine. */
export type ConfiguredLine = {
  id: string;
  label: string;
  provider: Provider;
  /** Unguessable part of its webhook path (WHK-3), or Meta's verify token. */
  webhookToken: string;
  /** Parts that the path had before, and until when (epoch ms) they are taken too. */
  formerTokens?: readonly { token: string; until: number }[];
  /** Who set it up; absent: the environment. */
  source?: Line['source'];
  /** What it is at the provider, as far as it is shown. */
  account?: LineAccount;
  /** What only hosts that send on this line know: what they hand each other is sealed with it. */
  commonKey?: string;
  /** Ends its connections at once. */
  close?(): Promise<void>;
  /** Ends its connections once the requests under way are answered. */
  retire?(): Promise<void>;
};

/** Makes the client of an account; nothing is connected yet. */
export type OpenLine = (id: string, account: StoredLine, source: 'app' | 'environment') => ConfiguredLine;

export type LineOptions = {
  sendsPerMinute: number | null;
  gapMs: { min: number; max: number } | null;
  /** `startedDay` is null until it sends its first message. */
  warmup: { steps: number[]; startedDay: string | null } | null;
  /** Without a zone of their own they are those of the settings' zone. */
  quietHours: (QuietHours & { timeZone: string | null }) | null;
  absentPolicy: 'operator' | 'retry';
  /** Sends nothing and takes nothing new; what comes in is still read. */
  disabled: boolean;
};
/** A line as the workspace remembers it, whether it is configured or not. */
export type KnownLine = {
  id: string;
  label: string;
  provider: ProviderName;
  source: Line['source'];
  isArchived: 0 | 1;
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
  disabledAt: number | null;
};

/** The lines that this machine can send on; they come and go while it runs (SND-12). */
export class Lines {
  #configured: readonly ConfiguredLine[] = [];
  readonly #health = new Map<string, LineHealth>();
  /** The provider says that a line is restricted, and did not say so before. */
  onRestricted: (id: string) => void = () => {};
  readonly #statements;

  constructor(database: Database, configured: readonly ConfiguredLine[], now: number) {
    this.#statements = prepareStatements(database);
    const archived = new Set(this.known().flatMap(({ id, isArchived }) => (isArchived ? [id] : [])));
    inTransaction(database, () => {
      // A removal that was cut short is completed: its line does not come back.
      for (const line of configured) if (line.source !== 'app' || !archived.has(line.id)) this.put(line, now);
    });
  }

  /** Takes a line in, or its new client in place of the former one. */
  put(line: ConfiguredLine, now: number): void {
    const { id, label, provider, source = 'environment' } = line;
    this.#statements.upsert.run({ id, label, provider: provider.name, source, now });
    this.#statements.setFirstDefault.run({ id });
    const others = this.#configured.filter((other) => other.id !== id);
    const place = this.#configured.findIndex((other) => other.id === id);
    this.#configured = place === -1 ? [...others, line] : this.#configured.with(place, line);
  }

  /** Part of the caller's transaction: only the history of the line is left, and what waits until it is moved or cancelled. */
  archive(id: string, movedTo: string | null, now: number): void {
    this.#statements.archive.run({ id, movedTo, now });
  }

  /** Forgets the client of a line. */
  drop(id: string): void {
    this.#configured = this.#configured.filter((line) => line.id !== id);
    this.#health.delete(id);
  }

  all(): readonly ConfiguredLine[] {
    return this.#configured;
  }

  find(id: string): ConfiguredLine | null {
    return this.#configured.find((line) => line.id === id) ?? null;
  }

  /** Every line that the workspace remembers, also those that are gone. */
  known(): KnownLine[] {
    return this.#statements.known.all();
  }

  /** A line that was set in the application and whose keys are not here, as after a restore without them. */
  lacksKeys(id: string): boolean {
    const known = this.#statements.one.get({ id });
    return known?.source === 'app' && known.isArchived === 0 && this.find(id) === null;
  }

  /** What a line is called, also one that is gone. */
  labelOf(id: string): string {
    return this.#statements.one.get({ id })?.label ?? id;
  }

  /** Its provider, also that of a line that is gone: its history is explained by the provider's words. */
  providerOf(id: string): ProviderName | null {
    return this.#statements.one.get({ id })?.provider ?? null;
  }

  /** The line of whatever names none: the one that the operator chose, else the first that is not disabled. */
  byDefault(): ConfiguredLine | null {
    const enabled = this.#configured.filter(({ id }) => !this.options(id).disabled);
    const chosen = this.#statements.chosen.get();
    return enabled.find(({ id }) => id === chosen) ?? enabled[0] ?? null;
  }

  /** Makes a line the default one; part of the caller's transaction. */
  chooseDefault(id: string): void {
    this.#statements.clearDefault.run();
    this.#statements.setDefault.run({ id });
  }

  /**
   * The line that a caller named, else the default one.
   * @throws VigieError `no_line` when there is none; `line_keys_missing`, `not_found` when the named one is not configured;
   *   `line_disabled`
   */
  choose(id?: string | null): ConfiguredLine {
    if (id !== undefined && id !== null) {
      const named = this.find(id);
      if (this.lacksKeys(id)) throw new VigieError('line_keys_missing', { line: this.labelOf(id), fields: [] });
      if (named === null) throw new VigieError('not_found', { detail: id });
      if (this.options(id).disabled) throw new VigieError('line_disabled', { line: named.label });
      return named;
    }
    const found = this.byDefault();
    if (found === null) throw new VigieError('no_line');
    return found;
  }

  /** Pace, warm-up and quiet hours of a line as stored. */
  options(id: string): LineOptions {
    const row = this.#statements.options.get({ id });
    if (row === undefined) throw new VigieError('not_found', { detail: id });
    const { gapMinMs, gapMaxMs, warmupSteps, warmupStartedDay, quietHours, absentPolicy } = row;
    return {
      sendsPerMinute: row.sendsPerMinute,
      gapMs: gapMinMs === null || gapMaxMs === null ? null : { min: gapMinMs, max: gapMaxMs },
      warmup:
        warmupSteps === null ? null : { steps: JSON.parse(warmupSteps) as number[], startedDay: warmupStartedDay },
      quietHours: quietHours === null ? null : { timeZone: null, ...(JSON.parse(quietHours) as StoredQuietHours) },
      absentPolicy,
      disabled: row.disabledAt !== null,
    };
  }

  /** How fast a line may send: its own pace, else the settings' (SND-13). */
  pace(id: string, shared: SharedPace): Pace {
    const { sendsPerMinute, gapMs } = this.options(id);
    return { sendsPerMinute: sendsPerMinute ?? shared.sendsPerMinute, gapMs: gapMs ?? shared.sendGapMs };
  }

  /** Messages that all lines together may start in a minute: how fast what is held for replies can be used up (CMP-12). */
  sendsPerMinute(shared: SharedPace): number {
    return this.#configured.reduce((sum, { id }) => {
      const own = this.options(id);
      return own.disabled ? sum : sum + (own.sendsPerMinute ?? shared.sendsPerMinute);
    }, 0);
  }

  /** Saves how a line sends; what is not named stays. Taking the warm-up away forgets when it began. */
  saveOptions(id: string, changes: Partial<LineOptions>): void {
    const { sendsPerMinute, gapMs, warmup, quietHours, absentPolicy } = { ...this.options(id), ...changes };
    this.#statements.saveOptions.run({
      ...{ id, sendsPerMinute, absentPolicy },
      gapMinMs: gapMs?.min ?? null,
      gapMaxMs: gapMs?.max ?? null,
      warmupSteps: warmup === null ? null : JSON.stringify(warmup.steps),
      warmupStartedDay: warmup?.startedDay ?? null,
      quietHours: quietHours === null ? null : JSON.stringify(quietHours),
    });
  }

  /** Part of the caller's transaction. */
  setDisabled(id: string, disabledAt: number | null): void {
    this.#statements.setDisabled.run({ id, disabledAt });
  }

  setHealth(id: string, health: LineHealth): void {
    if (this.find(id) === null) return;
    const isNews = health.state === 'restricted' && this.stateOf(id) !== 'restricted';
    this.#health.set(id, health);
    if (isNews) this.onRestricted(id);
  }

  stateOf(id: string): Line['state'] {
    return this.#health.get(id)?.state ?? 'unknown';
  }
}

function prepareStatements(database: Database) {
  const columns = 'id, label, provider, source, archived_at IS NOT NULL AS isArchived';
  return {
    known: database.prepare<[], KnownLine>(`SELECT ${columns} FROM lines ORDER BY created_at, id`),
    one: database.prepare<{ id: string }, KnownLine>(`SELECT ${columns} FROM lines WHERE id = @id`),
    options: database.prepare<{ id: string }, OptionsRow>(`
      SELECT sends_per_minute AS sendsPerMinute, gap_min_ms AS gapMinMs, gap_max_ms AS gapMaxMs,
        warmup_steps AS warmupSteps, warmup_started_day AS warmupStartedDay, quiet_hours AS quietHours,
        absent_policy AS absentPolicy, disabled_at AS disabledAt
      FROM lines WHERE id = @id`),
    saveOptions: database.prepare(`
      UPDATE lines SET sends_per_minute = @sendsPerMinute, gap_min_ms = @gapMinMs, gap_max_ms = @gapMaxMs,
        warmup_steps = @warmupSteps, warmup_started_day = @warmupStartedDay, quiet_hours = @quietHours,
        absent_policy = @absentPolicy
      WHERE id = @id`),
    setDisabled: database.prepare<{ id: string; disabledAt: number | null }>(
      `UPDATE lines SET disabled_at = @disabledAt WHERE id = @id`,
    ),
    chosen: database.prepare<[], string>(`SELECT id FROM lines WHERE is_default = 1`).pluck(),
    clearDefault: database.prepare(`UPDATE lines SET is_default = 0 WHERE is_default = 1`),
    setDefault: database.prepare<{ id: string }>(`UPDATE lines SET is_default = 1 WHERE id = @id`),
    setFirstDefault: database.prepare<{ id: string }>(
      `UPDATE lines SET is_default = 1 WHERE id = @id AND NOT EXISTS (SELECT 1 FROM lines WHERE is_default = 1)`,
    ),
    upsert: database.prepare(`
      INSERT INTO lines (id, provider, label, source, created_at) VALUES (@id, @provider, @label, @source, @now)
      ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, label = excluded.label, source = excluded.source,
        archived_at = NULL, moved_to = NULL`),
    archive: database.prepare<{ id: string; movedTo: string | null; now: number }>(
      `UPDATE lines SET archived_at = @now, moved_to = @movedTo, is_default = 0 WHERE id = @id`,
    ),
  };
}
