import type { Database } from '../storage/database.ts';
import { isSealed, type BodyCipher, type Place } from '../storage/encryption/bodyCipher.ts';
import type { SweptTable } from '../storage/encryption/bodySweep.ts';
import { VigieError } from '../contract/errors.ts';
import { renewContent, type StoredContent } from './attemptContent.ts';

/** Rows of one transaction: sealing all of them takes some milliseconds. */
const STEP = 100;
/** Timelines have many rows and few texts. */
const SPARSE_STEP = 1_000;

type AttemptTexts = StoredContent & {
  row: number;
  id: string;
  type: string;
  errorDetail: string | null;
  contentHash: string | null;
};
type DetailRow = { id: number; attemptId: string; name: string; detail: string };
type Unreadable = (table: string, row: string) => void;

/** What messages say, what is said of their failures, and what stands for them under their keys (SEC-3). */
export function sweptAttempts(database: Database, cipher: BodyCipher, unreadable: Unreadable): SweptTable[] {
  return [
    contents(database, cipher, unreadable),
    details(database, { cipher, unreadable, table: 'attempt_events' }),
    details(database, { cipher, unreadable, table: 'message_errors' }),
  ];
}

function contents(database: Database, cipher: BodyCipher, unreadable: Unreadable): SweptTable {
  const rows = database.prepare<{ after: number; limit: number }, AttemptTexts>(`
    SELECT rowid AS row, id, type, body, media, template, title, context, error_detail AS errorDetail,
      content_hash AS contentHash
    FROM attempts WHERE rowid > @after ORDER BY rowid LIMIT @limit`);
  const update = database.prepare<AttemptTexts>(`
    UPDATE attempts SET body = @body, media = @media, template = @template, title = @title, context = @context,
      error_detail = @errorDetail, content_hash = @contentHash
    WHERE rowid = @row`);
  const end = database.prepare<[], number | null>(`SELECT max(rowid) FROM attempts`).pluck();

  const renew = (row: AttemptTexts): AttemptTexts | null => {
    const { contentHash, errorDetail } = row;
    const content = renewContent(cipher, row);
    const hash = contentHash === null ? null : cipher.renewFingerprint(contentHash);
    const detail = renewText(cipher, errorDetail, ['attempts', row.id, 'error_detail']);
    if (content === null && hash === contentHash && detail === errorDetail) return null;
    return { ...row, ...content, contentHash: hash, errorDetail: detail };
  };
  return {
    name: 'attempts',
    end: () => end.get() ?? 0,
    step(after) {
      const found = rows.all({ after, limit: STEP });
      let changed = 0;
      for (const row of found) {
        const renewed = readable(
          () => renew(row),
          () => unreadable('attempts', row.id),
        );
        if (renewed === null) continue;
        update.run(renewed);
        changed += 1;
      }
      const last = found.at(-1);
      return last === undefined ? null : { at: last.row, changed };
    },
  };
}

/** The free text of timelines and of the list of errors. */
function details(
  database: Database,
  {
    cipher,
    unreadable,
    table,
  }: { cipher: BodyCipher; unreadable: Unreadable; table: 'attempt_events' | 'message_errors' },
): SweptTable {
  const [name, text, replaced] =
    table === 'attempt_events'
      ? ['event', `detail ->> '$.detail'`, `json_set(detail, '$.detail', @detail)`]
      : ['code', 'detail', '@detail'];
  const rows = database.prepare<{ after: number; upTo: number }, DetailRow>(`
    SELECT id, attempt_id AS attemptId, ${name} AS name, ${text} AS detail FROM ${table}
    WHERE id > @after AND id <= @upTo AND ${text} <> ''`);
  const update = database.prepare<{ id: number; detail: string }>(`
    UPDATE ${table} SET detail = ${replaced} WHERE id = @id`);
  const end = database.prepare<[], number | null>(`SELECT max(id) FROM ${table}`).pluck();
  return {
    name: table,
    end: () => end.get() ?? 0,
    step(after) {
      if (after >= (end.get() ?? 0)) return null;
      const upTo = after + SPARSE_STEP;
      let changed = 0;
      for (const { id, attemptId, name: of, detail } of rows.all({ after, upTo })) {
        const renewed = readable(
          () => renewText(cipher, detail, [table, attemptId, of]),
          () => unreadable(table, String(id)),
        );
        if (renewed === null || renewed === detail) continue;
        update.run({ id, detail: renewed });
        changed += 1;
      }
      return { at: upTo, changed };
    },
  };
}

function renewText(cipher: BodyCipher, text: string | null, place: Place): string | null {
  if (text === null || text === '' || cipher.isCurrent(text)) return text;
  return cipher.seal(isSealed(text) ? cipher.open(text, place) : text, place);
}

/** A row that cannot be opened stays as it is, and holds up no other. */
function readable<Value>(work: () => Value | null, otherwise: () => void): Value | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof VigieError) || error.code !== 'body_unreadable') throw error;
    otherwise();
    return null;
  }
}
