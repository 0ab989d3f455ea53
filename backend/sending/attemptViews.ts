import type { Attempt, AttemptDetail, AttemptListInput } from '../contract/attempts.ts';
import type { Locale, Page } from '../contract/common.ts';
import { VigieError } from '../contract/errors.ts';
import { isSentenceKey, sentence } from '../contract/messages/sentence.ts';
import { toIso } from '../core/days.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import type { Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import { ATTEMPT_COLUMNS, toAttempt, type AttemptStore, type StoredAttempt } from './attemptStore.ts';
import type { Lines } from './lines.ts';

/** The sentence of an error code on a line: the provider's own, else a common one (SND-5). */
export function codeSentence(locale: Locale, code: string, provider: string | null): string {
  const candidates = [...(provider === null ? [] : [`provider.${provider}.${code}`]), `send.${code}`, `error.${code}`];
  const key = candidates.find(isSentenceKey);
  return key === undefined ? sentence(locale, 'send.unknown_code', { code }) : sentence(locale, key);
}

type ViewDependencies = { database: Database; store: AttemptStore; lines: Lines; locale: () => Locale };

/** Attempts as the interface, REST and the command line show them. */
export class AttemptViews {
  readonly #deps: ViewDependencies;

  constructor(dependencies: ViewDependencies) {
    this.#deps = dependencies;
  }

  /** The provider whose error table explains a line's codes. The simulator speaks Wassenger. */
  providerOf(lineId: string): string | null {
    const name = this.#deps.lines.find(lineId)?.provider.name ?? null;
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
      title: row.title,
      createdAt: toIso(row.createdAt),
      sentAt: toIso(row.sentAt),
      deliveredAt: toIso(row.deliveredAt),
      readAt: toIso(row.readAt),
      nextAttemptAt: waiting ? toIso(row.dueAt) : null,
      expiresAt: toIso(row.expiresAt),
      parkedAt: toIso(row.parkedAt),
    };
  }

  /** @throws VigieError `not_found` */
  get(id: string): AttemptDetail {
    const row = this.#deps.store.get(id);
    if (row === null) throw new VigieError('not_found');
    return {
      ...this.view(row),
      body: row.body,
      media: row.media,
      context: row.context as AttemptDetail['context'],
      timeline: this.#deps.store.timeline(id),
    };
  }

  /** Newest first. `q` looks for part of a reference, title or category; `phone` for the beginning or end of a phone. */
  list(input: AttemptListInput): Page<Attempt> {
    const position = input.cursor === undefined ? null : decodeCursor(input.cursor, ['number', 'string'] as const);
    if (input.cursor !== undefined && position === null) throw new VigieError('bad_request', { detail: 'cursor' });
    const conditions: string[] = [];
    const values: Record<string, string | number> = { limit: input.limit + 1 };
    const filter = (condition: string, named: Record<string, string | number>): void => {
      conditions.push(condition);
      Object.assign(values, named);
    };
    if (input.state !== undefined) filter('state = @state', { state: input.state });
    if (input.type !== undefined) filter('type = @type', { type: input.type });
    if (input.campaignId !== undefined) filter('campaign_id = @campaignId', { campaignId: input.campaignId });
    if (input.phone !== undefined) filter(`phone LIKE @phone ESCAPE '\\'`, { phone: `%${escapeLike(input.phone)}%` });
    if (input.parked === true) filter('parked_at IS NOT NULL', {});
    if (input.q !== undefined) {
      filter(
        `(reference LIKE @q ESCAPE '\\' OR title LIKE @q ESCAPE '\\' OR category LIKE @q ESCAPE '\\' OR phone LIKE @q ESCAPE '\\')`,
        {
          q: `%${escapeLike(input.q)}%`,
        },
      );
    }
    if (position !== null) filter('(created_at, id) < (@createdAt, @id)', { createdAt: position[0], id: position[1] });
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#deps.database
      .prepare<typeof values, StoredAttempt>(
        `SELECT ${ATTEMPT_COLUMNS} FROM attempts ${where} ORDER BY created_at DESC, id DESC LIMIT @limit`,
      )
      .all(values);
    return toPage(rows, input.limit, {
      item: (row) => this.view(toAttempt(row)),
      position: (row) => [row.createdAt, row.id],
    });
  }
}

/** Text as a literal inside a LIKE pattern whose escape character is a backslash. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
