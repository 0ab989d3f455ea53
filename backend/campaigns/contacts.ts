import type { Contact, ContactInput, ContactListInput, ContactPatch } from '../contract/contacts.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { maskPhone } from '../core/masking.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { CategoryStore } from './categoryStore.ts';
import { searchable, toContact, type ContactRow, type ContactSearch, type ContactStore } from './contactStore.ts';
import type { RecipientChanges } from './recipientChanges.ts';
import type { Suppressions } from './suppressions.ts';

type ContactDependencies = {
  database: Database;
  store: ContactStore;
  categories: CategoryStore;
  suppressions: Suppressions;
  recipients: RecipientChanges;
  clock: Clock;
  ids: Ids;
  notify: Notify;
  settings: () => { defaultCountry: string };
};

/** Contacts by hand: create, search, change, delete (CMP-1). */
export function createContacts(dependencies: ContactDependencies): Omit<Services['contacts'], 'import'> {
  const { database, store, categories, suppressions, recipients, clock, ids, notify, settings } = dependencies;

  const find = (id: string): ContactRow => {
    const row = store.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };
  /** E.164, and nobody else's. */
  const freePhone = (text: string, ownId: string | null): string => {
    const phone = parsePhone(text, settings().defaultCountry);
    if (phone === null) throw new VigieError('invalid_phone', { value: text });
    const holder = store.byPhone(phone);
    if (holder !== null && holder.id !== ownId) {
      throw new VigieError('conflict', { detail: maskPhone(phone), id: holder.id });
    }
    return phone;
  };
  const checkCategories = (categoryIds: readonly string[]): void => {
    if (categoryIds.some((id) => categories.byId(id) === null)) throw new VigieError('not_found');
  };
  const announce = (touchesCategories: boolean): void => {
    notify.changed('contacts');
    if (touchesCategories) notify.changed('categories');
  };

  return {
    list({ limit, cursor, q, categoryId }: ContactListInput) {
      const position = cursor === undefined ? null : decodeCursor(cursor, ['number', 'string'] as const);
      if (cursor !== undefined && position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const [beforeCreatedAt, beforeId] = position ?? [Number.MAX_SAFE_INTEGER, ''];
      const rows = store.page(
        { beforeCreatedAt, beforeId, limit: limit + 1 },
        { search: toSearch(q), categoryId: categoryId ?? null },
      );
      return toPage(rows, limit, { item: toContact, position: (row) => [row.createdAt, row.id] });
    },

    get: (id) => toContact(find(id)),

    create({ name, phone: phoneOriginal, attributes, categoryIds }: ContactInput) {
      const contact = inTransaction(database, (): Contact => {
        const phone = freePhone(phoneOriginal, null);
        checkCategories(categoryIds);
        const id = ids.next();
        store.insert({ id, name: name.trim(), phone, phoneOriginal, attributes, now: clock.now() });
        store.setCategories(id, categoryIds);
        return toContact(find(id));
      });
      announce(categoryIds.length > 0);
      return contact;
    },

    update({ id, categoryIds, ...patch }: ContactPatch) {
      const contact = inTransaction(database, (): Contact => {
        const present = find(id);
        const phone = patch.phone === undefined ? present.phone : freePhone(patch.phone, id);
        // The person opted out, not the number: a new number does not bring the messages back (SND-13).
        if (present.optedOutAt !== null) suppressions.add({ phone, reason: 'opted_out' });
        store.update(
          {
            id,
            phone,
            name: patch.name?.trim() ?? present.name,
            attributes: patch.attributes ?? present.attributes,
          },
          clock.now(),
        );
        if (categoryIds !== undefined) {
          checkCategories(categoryIds);
          store.setCategories(id, categoryIds);
        }
        return toContact(find(id));
      });
      announce(categoryIds !== undefined);
      return contact;
    },

    remove(id) {
      const categoryIds = inTransaction(database, () => {
        const contact = find(id);
        recipients.forgetContact({ id, phone: contact.phone });
        store.remove(id);
        return contact.categoryIds;
      });
      announce(categoryIds.length > 0);
    },
  };
}

/** Part of a name, or of a phone as it is written or dialled at home (`06 12` finds `+33612...`). */
function toSearch(q: string | undefined): ContactSearch | null {
  const text = searchable(q ?? '').trim();
  if (text === '') return null;
  const containing = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const digits = /^[+\d\s().-]+$/.test(text) ? text.replace(/\D/g, '') : '';
  const national = digits.replace(/^0+/, '');
  const phones = [digits, national].filter((part) => part !== '');
  return { name: containing(text), phones: [...new Set(phones)].map(containing) };
}
