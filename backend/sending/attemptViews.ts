import type { Attempt, AttemptDetail, AttemptListInput } from '../contract/attempts.ts';
import type { Locale, Page } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import { isSentenceKey, sentence } from '../contract/messages/sentence.ts';
import { notBefore, toIso } from '../core/days.ts';
import type { Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import type { AttemptContent } from './attemptContent.ts';
import { AttemptList } from './attemptList.ts';
import type { AttemptStore } from './attemptStore.ts';
import type { Lines } from './lines.ts';

/** The sentence of an error code on a line: the provider's own, else a common one (SND-5). */
export function codeSentence(locale: Locale, code: string, provider: string | null): string {
  const candidates = [...(provider === null ? [] : [`provider.${provider}.${code}`]), `send.${code}`, `error.${code}`];
  const key = candidates.find(isSentenceKey);
  return key === undefined ? sentence(locale, 'send.unknown_code', { code }) : sentence(locale, key);
}

type ViewDependencies = {
  database: Database;
  store: AttemptStore;
  lines: Lines;
  locale: () => Locale;
  defaultCountry: () => string;
};

/** Attempts as the interface, REST and the command line show them. */
export class AttemptViews {
  readonly #deps: ViewDependencies;
  readonly #list: AttemptList;

  constructor(dependencies: ViewDependencies) {
    this.#deps = dependencies;
    this.#list = new AttemptList(dependencies);
  }

  /** The provider whose error table explains a line's codes. The simulator speaks Wassenger. */
  providerOf(lineId: string): string | null {
    const name = this.#deps.lines.providerOf(lineId);
    return name === 'simulator' ? 'wassenger' : name;
  }

  view(row: AttemptRow): Attempt {
    const { store, locale } = this.#deps;
    const waiting = row.state === 'pending' || row.state === 'failed_retry';
    return {
      id: row.id,
      to: row.phone,
      type: row.type,
      state: row.state,
      priority: row.priority,
      tries: row.tries,
      maxAttempts: row.maxAttempts,
      line: row.lineId,
      campaignId: row.campaignId,
      contactId: row.contactId,
      reference: row.reference,
      providerIds: store.providerIds(row.id),
      errorCode: row.errorCode,
      errorMessage: row.errorCode === null ? null : codeSentence(locale(), row.errorCode, this.providerOf(row.lineId)),
      category: row.category,
      title: store.title(row),
      createdAt: toIso(row.createdAt),
      sentAt: toIso(row.sentAt),
      deliveredAt: toIso(notBefore(row.sentAt, row.deliveredAt)),
      readAt: toIso(notBefore(row.sentAt, row.readAt)),
      nextAttemptAt: waiting ? toIso(row.dueAt) : null,
      expiresAt: toIso(row.expiresAt),
      parkedAt: toIso(row.parkedAt),
    };
  }

  /** @throws VigieError `not_found` */
  get(id: string): AttemptDetail {
    const row = this.#deps.store.get(id);
    if (row === null) throw new VigieError('not_found');
    const content = this.#content(row);
    return {
      ...this.view(row),
      body: content?.body ?? null,
      media: content?.media ?? null,
      context: (content?.context ?? null) as AttemptDetail['context'],
      unreadable: content === null,
      timeline: this.#deps.store.timeline(id),
    };
  }

  /** Null when what the message says was changed in the file, or its key is missing (SEC-3). */
  #content(row: AttemptRow): AttemptContent | null {
    try {
      return this.#deps.store.content(row);
    } catch (error) {
      if (error instanceof VigieError && error.code === 'body_unreadable') return null;
      throw error;
    }
  }

  /** Newest first; a search may give fewer than `limit` and still go on (see `AttemptList`). */
  list(input: AttemptListInput): Page<Attempt> {
    const { rows, nextCursor } = this.#list.page(input);
    return { items: rows.map((row) => this.view(row)), nextCursor };
  }
}
