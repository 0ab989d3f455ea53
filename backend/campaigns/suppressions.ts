import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import { toIso } from '../core/days.ts';
import { maskPhone } from '../core/masking.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { RecipientChanges } from './recipientChanges.ts';
import type { SuppressionStore } from './suppressionStore.ts';

export type Suppressions = Services['suppressions'] & {
  /**
   * Puts a phone on the list (SND-13): its contact is opted out, what has not left for it is cancelled, and its open
   * recipients end as `opted_out`. Part of the caller's transaction. True when it was not on the list before.
   */
  add(suppression: { phone: string; reason: string }): boolean;
  /** Whether nothing may be sent to this phone any more. */
  has(phone: string): boolean;
};

type SuppressionDependencies = {
  database: Database;
  store: SuppressionStore;
  recipients: RecipientChanges;
  attempts: Pick<AttemptQueue, 'cancelToPhone' | 'cancelOfContact'>;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  notify: Notify;
  settings: () => { defaultCountry: string };
};

/** Phones that asked to receive nothing more. */
export function createSuppressions(dependencies: SuppressionDependencies): Suppressions {
  const { database, store, recipients, attempts, audit, clock, notify, settings } = dependencies;
  const announce = (): void => {
    notify.changed('suppressions');
    notify.changed('contacts');
  };

  return {
    list({ limit, cursor }) {
      const position = cursor === undefined ? null : decodeCursor(cursor, ['number', 'string'] as const);
      if (cursor !== undefined && position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const [beforeCreatedAt, beforePhone] = position ?? [Number.MAX_SAFE_INTEGER, ''];
      return toPage(store.page({ beforeCreatedAt, beforePhone, limit: limit + 1 }), limit, {
        item: (row) => ({ ...row, createdAt: toIso(row.createdAt) }),
        position: (row) => [row.createdAt, row.phone],
      });
    },

    add({ phone, reason }) {
      const isNew = inTransaction(database, () => {
        const now = clock.now();
        const inserted = store.insert({ phone, reason, now });
        const contactId = store.markContact(phone, now);
        recipients.optOut(phone, contactId);
        attempts.cancelToPhone(phone, 'opted_out');
        if (contactId !== null) attempts.cancelOfContact(contactId, 'opted_out');
        return inserted;
      });
      if (isNew) announce();
      return isNew;
    },

    has: (phone) => store.has(phone),

    remove(text, actor) {
      inTransaction(database, () => {
        const phone = parsePhone(text, settings().defaultCountry) ?? text;
        if (!store.remove(phone)) throw new VigieError('not_found');
        const contactId = store.unmarkContact(phone, clock.now());
        audit.write({ actor, action: 'suppression.removed', target: contactId ?? maskPhone(phone) });
      });
      announce();
    },
  };
}
