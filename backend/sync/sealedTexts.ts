import { inTransaction, type Database } from '../storage/database.ts';
import { MARK, SENSITIVE_TYPES } from '../storage/encryption/bodyCipher.ts';
import type { DataKey } from '../storage/encryption/dataKeys.ts';
import type { Remote } from './remote.ts';

/** Ids of keys are hexadecimal: nothing in here has a meaning of its own in a pattern. */
const HEAD = new RegExp(`${MARK}([0-9a-f]{8}):`, 'g');
/** A sealed text in a column of JSON stands in quotation marks; clear JSON there is an object. */
const IN_QUOTES = '_';
/**
 * Columns of the copy that can hold a sealed text. Timelines are not asked there: they have the most rows, and what is
 * sealed in them stands in the list of errors too. They are looked at once they are here.
 */
const SEALED_THERE = {
  messages: { body: '', title: '', error_detail: '', media: IN_QUOTES, template: IN_QUOTES, context: IN_QUOTES },
  message_errors: { message: '' },
} as const;
/** A question to Supabase is an address: it names the newest keys alone. A pull looks at the others once they are here. */
const MOST_NAMED = 4;

/**
 * Keys that texts of a machine in Supabase are sealed with and that are not at hand, by their ids: what is sealed says
 * which key it needs. Reads nothing else and changes nothing (SEC-3).
 */
export async function missingKeysThere(
  remote: Pick<Remote, 'anyRow'>,
  source: string,
  ring: readonly DataKey[],
): Promise<string[]> {
  const known = ring.slice(0, MOST_NAMED).map(({ id }) => id);
  const missing: string[] = [];
  for (const [entity, columns] of Object.entries(SEALED_THERE)) {
    for (;;) {
      const filter = sealedOtherwise(columns, [...known, ...missing]);
      const row = await remote.anyRow({ entity, source, columns: Object.keys(columns), filter });
      const found = row === null ? [] : keyIdsIn(JSON.stringify(row));
      const fresh = found.filter((id) => !missing.includes(id) && !ring.some((key) => key.id === id));
      if (fresh.length === 0) break;
      missing.push(...new Set(fresh));
    }
  }
  return missing.toSorted();
}

/** Rows with a text that none of these keys sealed, as PostgREST takes it. */
function sealedOtherwise(columns: Record<string, string>, keyIds: readonly string[]): string {
  const perColumn = Object.entries(columns).map(([column, before]) => {
    const others = keyIds.map((id) => `${column}.not.like."${before}${MARK}${id}:%"`);
    return `and(${[`${column}.like."${before}${MARK}%"`, ...others].join(',')})`;
  });
  return perColumn.join(',');
}

function keyIdsIn(text: string): string[] {
  return [...text.matchAll(HEAD)].map(([, id = '']) => id);
}

/** What a message says, without the quotation marks around what is sealed in a column of JSON. */
const CONTENT = [`body`, `title`, ...['media', 'template', 'context'].map((name) => `ltrim(${name}, '"')`)];
const IS_SEALED = `GLOB '${MARK}*'`;
const KEY_ID = (text: string): string => `substr(${text}, ${MARK.length + 1}, 8)`;

/**
 * Notes which keys the texts of a file that was made from the copy need, so that it opens with them alone, and that
 * every text is to be sealed when those of campaigns were: the copy holds neither.
 * @returns the keys that are at hand and needed, those that are missing, and how many messages that are still to leave
 *   need one of the latter
 */
export function noteSealedTexts(
  database: Database,
  { ring, now }: { ring: readonly DataKey[]; now: number },
): { usedKeys: string[]; missingKeys: string[]; unreadable: number } {
  const texts = [...CONTENT, 'error_detail'].map((text) => `SELECT ${text} AS text FROM attempts`);
  const all = [...texts, `SELECT detail ->> '$.detail' FROM attempt_events`, `SELECT detail FROM message_errors`].join(
    ' UNION ALL ',
  );
  return inTransaction(database, () => {
    const needed = database
      .prepare<[], string>(`SELECT DISTINCT ${KEY_ID('text')} FROM (${all}) WHERE text ${IS_SEALED} ORDER BY 1`)
      .pluck()
      .all();
    const known = ring.map(({ id }) => id).filter((id) => needed.includes(id));
    const use = database.prepare(`INSERT INTO sealing_keys (key_id, first_used_at) VALUES (@id, @now)`);
    for (const id of known) use.run({ id, now });
    const isSealed = CONTENT.map((text) => `${text} ${IS_SEALED}`).join(' OR ');
    database
      .prepare(
        `INSERT INTO meta (key, value) SELECT 'encrypt_all', '1' WHERE EXISTS (SELECT 1 FROM attempts
         WHERE type NOT IN (SELECT value FROM json_each(@sensitive)) AND (${isSealed}))`,
      )
      .run({ sensitive: JSON.stringify([...SENSITIVE_TYPES]) });
    const isForeign = CONTENT.map(
      (text) => `${text} ${IS_SEALED} AND ${KEY_ID(text)} NOT IN (SELECT value FROM json_each(@known))`,
    );
    const unreadable = database
      .prepare<{ known: string }, number>(
        `SELECT count(*) FROM attempts WHERE state IN ('pending', 'failed_retry') AND (${isForeign.join(' OR ')})`,
      )
      .pluck()
      .get({ known: JSON.stringify(known) });
    const missingKeys = needed.filter((id) => !known.includes(id));
    return { usedKeys: known, missingKeys, unreadable: unreadable ?? 0 };
  });
}
