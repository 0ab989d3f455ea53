import { createHash } from 'node:crypto';
import type { CacheStats } from '../../contract/monitoring.ts';
import { SECOND_MS } from '../../core/days.ts';
import type { Ids } from '../../core/ids.ts';
import type { Logger } from '../../core/logger.ts';
import type { CacheStore } from './cacheStore.ts';
import { readExactly, writeExactly } from './exactJson.ts';

/** What is dropped together, and how long it is good for without that (CCH-2). */
const TTL_MS = { figures: 60 * SECOND_MS, categories: 120 * SECOND_MS, contacts: 60 * SECOND_MS };
export type CacheGroup = keyof typeof TTL_MS;

/** A longer answer is not worth its place. */
const LONGEST_TEXT = 1024 * 1024;
/** Reads that the warning looks at, and how many of them may miss (CCH-4). */
const WINDOW = 100;
const MISSES_ALLOWED = 50;

type CacheDependencies = {
  store: CacheStore;
  ids: Ids;
  logger: Logger;
  /** Keeps the workspaces that share a server apart. */
  workspaceId: string;
};

/**
 * Answers that are asked for often (CCH-1 to CCH-4). A change gives its group a new name, which is part of every key: what
 * lies under the old one is never read again, whether the store works at that moment or not, and what is still being
 * computed is stored where nobody looks. What fails, is slow or is full never shows: `load` answers.
 */
export class Cache {
  readonly #deps: CacheDependencies;
  /** New at every start: nothing from before a crash is believed. */
  readonly #names: Record<CacheGroup, string>;
  readonly #underWay = new Map<string, Promise<unknown>>();
  /** The last reads, true for a miss. */
  readonly #window: boolean[] = [];
  #hits = 0;
  #misses = 0;
  #warned = false;

  constructor(dependencies: CacheDependencies) {
    this.#deps = dependencies;
    const { ids } = dependencies;
    this.#names = { figures: ids.next(), categories: ids.next(), contacts: ids.next() };
  }

  /** The answer to a question: a stored one, else the one that `load` gives. The same question is worked on once at a time. */
  read<Value>(group: CacheGroup, question: unknown, load: () => Value | Promise<Value>): Promise<Value> {
    const key = this.#key(group, question);
    const underWay = this.#underWay.get(key) as Promise<Value> | undefined;
    if (underWay !== undefined) {
      this.#count(false);
      return underWay;
    }
    const answer = this.#readOrLoad(key, group, load).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer;
  }

  /** Forgets all that depends on what has changed. */
  drop(...groups: CacheGroup[]): void {
    for (const group of groups) this.#names[group] = this.#deps.ids.next();
  }

  stats(): CacheStats {
    const reads = this.#hits + this.#misses;
    return {
      hits: this.#hits,
      misses: this.#misses,
      hitRate: reads === 0 ? 0 : this.#hits / reads,
      warning: this.#missesTooOften(),
    };
  }

  close(): void {
    this.#deps.store.close();
  }

  #key(group: CacheGroup, question: unknown): string {
    const hash = createHash('sha256').update(JSON.stringify(question)).digest('base64url');
    return `cache:${this.#deps.workspaceId}:${group}:${this.#names[group]}:${hash}`;
  }

  async #readOrLoad<Value>(key: string, group: CacheGroup, load: () => Value | Promise<Value>): Promise<Value> {
    const stored = await this.#find<Value>(key);
    this.#count(stored === null);
    if (stored !== null) return stored.value;
    const value = await load();
    this.#keep(key, value, TTL_MS[group]);
    return value;
  }

  async #find<Value>(key: string): Promise<{ value: Value } | null> {
    try {
      const text = await this.#deps.store.get(key);
      return text === null ? null : { value: readExactly(text) as Value };
    } catch (error) {
      this.#deps.logger.debug({ reason: String(error) }, 'the cache did not answer');
      return null;
    }
  }

  /** Nobody waits for it. */
  #keep(key: string, value: unknown, ttlMs: number): void {
    const { store, logger } = this.#deps;
    try {
      const text = writeExactly(value);
      if (text.length > LONGEST_TEXT) return;
      store.set(key, text, ttlMs).catch((error: unknown) => {
        logger.debug({ reason: String(error) }, 'the cache did not take a value');
      });
    } catch (error) {
      logger.error({ reason: String(error) }, 'an answer cannot be cached');
    }
  }

  #count(missed: boolean): void {
    if (missed) this.#misses += 1;
    else this.#hits += 1;
    this.#window.push(missed);
    if (this.#window.length > WINDOW) this.#window.shift();
    const warning = this.#missesTooOften();
    if (warning && !this.#warned)
      this.#deps.logger.warn(this.stats(), 'more than half of the last reads missed the cache');
    this.#warned = warning;
  }

  #missesTooOften(): boolean {
    return this.#window.length === WINDOW && this.#window.filter(Boolean).length > MISSES_ALLOWED;
  }
}
