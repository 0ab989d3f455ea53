import type { Config, SavedSettings } from './config.ts';
import type { SettingsPatch } from './contract/workspace.ts';
import type { Clock } from './core/clock.ts';
import { DEFAULT_STOP_WORDS } from './domain/stopWords.ts';
import { inTransaction, type Database } from './storage/database.ts';

type Values = Required<SavedSettings>;

/** Settings in force: the environment's, else what the operator saved, else the default. */
export class Preferences {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #save;
  #saved: SavedSettings;

  constructor(dependencies: { config: Config; database: Database; clock: Clock }) {
    this.#config = dependencies.config;
    this.#clock = dependencies.clock;
    this.#database = dependencies.database;
    this.#save = this.#database.prepare<{ key: string; value: string; now: number }>(`
      INSERT INTO settings (key, value, updated_at) VALUES (@key, @value, @now)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`);
    const rows = this.#database.prepare<[], { key: string; value: string }>(`SELECT key, value FROM settings`).all();
    this.#saved = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
  }

  get values(): Values {
    const { fixed, defaults } = this.#config;
    const saved = this.#saved;
    return {
      locale: fixed.locale ?? saved.locale ?? defaults.locale,
      timeZone: fixed.timeZone ?? saved.timeZone ?? defaults.timeZone,
      defaultCountry: fixed.defaultCountry ?? saved.defaultCountry ?? defaults.defaultCountry,
      dailyLimit: fixed.dailyLimit ?? saved.dailyLimit ?? defaults.dailyLimit,
      rollingLimit: fixed.rollingLimit ?? saved.rollingLimit ?? defaults.rollingLimit,
      sendsPerMinute: fixed.sendsPerMinute ?? saved.sendsPerMinute ?? defaults.sendsPerMinute,
      countReactions: saved.countReactions ?? false,
      countStickers: saved.countStickers ?? false,
      stopWords: saved.stopWords ?? [...DEFAULT_STOP_WORDS],
    };
  }

  /** Saves what the operator changed; it is in force at once. */
  save(patch: SettingsPatch): void {
    const now = this.#clock.now();
    const changes = Object.entries(patch).filter(([, value]) => value !== undefined);
    inTransaction(this.#database, () => {
      for (const [key, value] of changes) this.#save.run({ key, value: JSON.stringify(value), now });
    });
    this.#saved = { ...this.#saved, ...(Object.fromEntries(changes) as SavedSettings) };
  }
}
