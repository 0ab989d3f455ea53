import { VigieError } from '../contract/errors.ts';
import type { Database } from '../storage/database.ts';
import type { BodyCipher } from '../storage/encryption/bodyCipher.ts';
import type { SweptTable } from '../storage/encryption/bodySweep.ts';
import { inboxPlace } from './inbox.ts';

/** Bodies have up to 256 KiB. */
const STEP = 50;

/** Raw webhooks, in their own file (SEC-3). */
export function sweptInbox(
  database: Database,
  cipher: BodyCipher,
  unreadable: (table: string, row: string) => void,
): SweptTable {
  const rows = database.prepare<{ after: number; limit: number }, { id: number; body: Buffer }>(`
    SELECT id, body FROM webhook_inbox WHERE id > @after ORDER BY id LIMIT @limit`);
  const update = database.prepare<{ id: number; body: Buffer }>(`UPDATE webhook_inbox SET body = @body WHERE id = @id`);
  const end = database.prepare<[], number | null>(`SELECT max(id) FROM webhook_inbox`).pluck();

  const renew = database.transaction((found: { id: number; body: Buffer }[]): number => {
    let changed = 0;
    for (const { id, body } of found) {
      try {
        update.run({ id, body: cipher.sealBytes(cipher.openBytes(body, inboxPlace(id)), inboxPlace(id)) });
        changed += 1;
      } catch (error) {
        if (!(error instanceof VigieError) || error.code !== 'body_unreadable') throw error;
        unreadable('webhook_inbox', String(id));
      }
    }
    return changed;
  });
  return {
    name: 'webhook_inbox',
    end: () => end.get() ?? 0,
    step(after) {
      const found = rows.all({ after, limit: STEP });
      const last = found.at(-1);
      if (last === undefined) return null;
      const former = found.filter(({ body }) => !cipher.isCurrent(body));
      return { at: last.id, changed: former.length === 0 ? 0 : renew.immediate(former) };
    },
  };
}
