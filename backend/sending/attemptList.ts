import type { AttemptListInput } from '../contract/attempts.ts';
import { VigieError } from '../contract/errors.ts';
import { decodeCursor, encodeCursor } from '../core/paging.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Database } from '../storage/database.ts';
import type { AttemptRow } from './attempt.ts';
import { MARK } from '../storage/encryption/bodyCipher.ts';
import { ATTEMPT_COLUMNS } from './attemptStore.ts';

type Values = Record<string, string | number>;
type Condition = { sql: string; values: Values };
/** An index that holds the wanted rows in the order of the list. */
type Source = { index: string; condition: Condition | null };
type Position = { createdAt: number; id: string };

/** One answer looks at so many attempts: no search may hold up the application, and none may end before the last row. */
const SEARCHED_ROWS = 5_000;

/**
 * Pages of attempts, newest first (UI-7). Each filter has an index in the order of the list. What no index holds (a part
 * of a phone, a text, a second filter) is looked for among the next `SEARCHED_ROWS` rows: such a page may be short or
 * empty, and its cursor goes on where it stopped.
 */
export class AttemptList {
  readonly #database: Database;
  readonly #defaultCountry: () => string;
  readonly #searchedRows: number;
  /** One for each combination of filters that was asked for. */
  readonly #statements = new Map<string, ReturnType<Database['prepare']>>();

  constructor(dependencies: { database: Database; defaultCountry: () => string; searchedRows?: number }) {
    this.#database = dependencies.database;
    this.#defaultCountry = dependencies.defaultCountry;
    this.#searchedRows = dependencies.searchedRows ?? SEARCHED_ROWS;
  }

  /** @throws VigieError `bad_request` when the cursor is none */
  page(input: AttemptListInput): { rows: AttemptRow[]; nextCursor: string | null } {
    const { limit } = input;
    const after = readPosition(input.cursor);
    const { source, others } = this.#plan(input);
    const values = Object.assign({}, source.condition?.values, ...others.map((other) => other.values)) as Values;
    const stop = others.length === 0 ? null : this.#stop(source, after);
    const found = this.#rows({ source, others, after, stop, values, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : stop;
    return { rows, nextCursor: last == null ? null : encodeCursor([last.createdAt, last.id]) };
  }

  /** Which index leads, the narrowest first, and what is left to look for in its rows. */
  #plan({ phone, campaignId, parked, state, type, q }: AttemptListInput): { source: Source; others: Condition[] } {
    const country = this.#defaultCountry();
    const asked = phone === undefined ? null : parsePhone(phone, country);
    // Who searches for a whole phone wants its messages.
    const searched = q === undefined || phone !== undefined ? null : parsePhone(q, country);
    const whole = asked ?? searched;
    const by = (sql: string, values: Values = {}): Condition => ({ sql, values });
    const ofState = state === undefined ? null : by('state = @state', { state });
    const ofType = type === undefined ? null : by('type = @type', { type });
    const ofCampaign = campaignId === undefined ? null : by('campaign_id = @campaignId', { campaignId });
    const ofCampaignState = ofCampaign === null || ofState === null ? null : both(ofCampaign, ofState);
    const isParked = parked === true ? by('parked_at IS NOT NULL') : null;
    const toPhone = whole === null ? null : by('phone = @phone', { phone: whole });
    const sources: [string, Condition | null, (Condition | null)[]][] = [
      ['attempts_phone', toPhone, [isParked, ofCampaign, ofState, ofType]],
      ['attempts_parked', isParked, [ofCampaign, ofState, ofType]],
      ['attempts_campaign_state', ofCampaignState, [ofType]],
      ['attempts_campaign', ofCampaign, [ofType]],
      ['attempts_state', ofState, [ofType]],
      ['attempts_type', ofType, []],
    ];
    const [index, condition, rest] = sources.find(([, leading]) => leading !== null) ?? ['attempts_created', null, []];
    const text = [
      phone === undefined || asked !== null
        ? null
        : by(`phone LIKE @part ESCAPE '\\'`, { part: containing(nationalPart(phone)) }),
      q === undefined || searched !== null ? null : by(TEXT_CONDITION, { q: containing(q), id: q }),
    ];
    return { source: { index, condition }, others: [...rest, ...text].filter((other) => other !== null) };
  }

  /** Where a search over a source has looked at enough; null when it reaches the end before. */
  #stop(source: Source, after: Position): Position | null {
    const sql = `SELECT created_at AS createdAt, id FROM attempts INDEXED BY ${source.index}
      WHERE ${[source.condition?.sql, AFTER].filter(Boolean).join(' AND ')} ${NEWEST_FIRST} LIMIT 1 OFFSET ${this.#searchedRows - 1}`;
    const row = this.#statement<Position>(sql).get({ ...source.condition?.values, ...pageKey(after) });
    return row ?? null;
  }

  #rows(search: {
    source: Source;
    others: Condition[];
    after: Position;
    stop: Position | null;
    values: Values;
    limit: number;
  }): AttemptRow[] {
    const { source, others, after, stop, values, limit } = search;
    const conditions = [source.condition, ...others].flatMap((condition) => condition?.sql ?? []);
    const where = [...conditions, AFTER, ...(stop === null ? [] : [UNTIL])].join(' AND ');
    const sql = `SELECT ${ATTEMPT_COLUMNS} FROM attempts INDEXED BY ${source.index}
      WHERE ${where} ${NEWEST_FIRST} LIMIT @limit`;
    const until = stop === null ? {} : { stopCreatedAt: stop.createdAt, stopId: stop.id };
    return this.#statement<AttemptRow>(sql).all({ ...values, ...pageKey(after), ...until, limit });
  }

  #statement<Row>(sql: string) {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known as unknown as { get(values: Values): Row | undefined; all(values: Values): Row[] };
  }
}

const AFTER = '(created_at, id) < (@afterCreatedAt, @afterId)';
const UNTIL = '(created_at, id) >= (@stopCreatedAt, @stopId)';
const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC';
/** A title that is sealed cannot be searched. */
const TEXT_CONDITION = `(id = @id OR reference LIKE @q ESCAPE '\\'
  OR (title LIKE @q ESCAPE '\\' AND title NOT GLOB '${MARK}*') OR category LIKE @q ESCAPE '\\' OR phone LIKE @q ESCAPE '\\')`;

function both(one: Condition, other: Condition): Condition {
  return { sql: `${one.sql} AND ${other.sql}`, values: { ...one.values, ...other.values } };
}

function pageKey({ createdAt, id }: Position): Values {
  return { afterCreatedAt: createdAt, afterId: id };
}

function readPosition(cursor: string | undefined): Position {
  if (cursor === undefined) return { createdAt: Number.MAX_SAFE_INTEGER, id: '' };
  const position = decodeCursor(cursor, ['number', 'string'] as const);
  if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
  return { createdAt: position[0], id: position[1] };
}

/** Part of a phone as it is dialled at home: `06 12` is found in `+33612...`. */
function nationalPart(phone: string): string {
  return phone.replace(/[\s().-]/g, '').replace(/^0+/, '');
}

/** A LIKE pattern, whose escape character is a backslash, for what contains a text. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
