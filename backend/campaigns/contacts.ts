import type { Contact, ContactInput, ContactListInput, ContactPatch } from '../contract/contacts.ts';
import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { maskPhone } from '../core/masking.ts';
import { decodeCursor, encodeCursor, toPage } from '../core/paging.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { mergeAttributes } from './attributes.ts';
import type { CategoryStore } from './categoryStore.ts';
import { toSearch } from './contactSearch.ts';
import { toContact, type ContactRow, type ContactStore } from './contactStore.ts';
import type { RecipientChanges } from './recipientChanges.ts';
import type { Suppressions } from './suppressions.ts';

type ContactDependencies = {
  database: Database;
  store: ContactStore;
  categories: CategoryStore;
  suppressions: Suppressions;
  recipients: RecipientChanges;
  audit: Pick<Audit, 'write'>;
  clock: Clock;
  ids: Ids;
  notify: Notify;
  settings: () => { defaultCountry: string };
};

/** Contacts by hand: create, search, change, delete (CMP-1). */
export function createContacts(dependencies: ContactDependencies): Omit<Services['contacts'], 'import'> {
  const { database, store, categories, suppressions, recipients, audit, clock, ids, notify, settings } = dependencies;

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
      if (categoryId !== undefined && categories.byId(categoryId) === null) return { items: [], nextCursor: null };
      const search = toSearch(q);
      const byId = search === null && categoryId !== undefined;
      const position = cursor === undefined ? [] : decodeCursor(cursor, [byId ? 'string' : 'number'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const [before] = position;
      const from = before === undefined ? {} : byId ? { beforeId: String(before) } : { before: Number(before) };
      if (search !== null) {
        const { rows, next } = store.searchPage({ ...from, limit }, { search, categoryId: categoryId ?? null });
        return { items: rows.map(toContact), nextCursor: next === null ? null : encodeCursor([next]) };
      }
      return toPage(store.page({ ...from, limit: limit + 1 }, categoryId ?? null), limit, {
        item: toContact,
        position: ({ id, number }) => [byId ? id : number],
      });
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
            ...{ id, phone, number: present.number },
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
        store.remove(contact);
        return contact.categoryIds;
      });
      announce(categoryIds.length > 0);
    },

    merge({ id, otherId, dryRun }, actor) {
      if (id === otherId) throw new VigieError('bad_request', { detail: 'otherId' });
      if (dryRun === true) return toContact(merged(find(id), find(otherId), clock.now()));
      const contact = inTransaction(database, (): Contact => {
        const [kept, other] = [find(id), find(otherId)];
        const remaining = merged(kept, other, clock.now());
        if (other.optedOutAt !== null) suppressions.add({ phone: kept.phone, reason: 'opted_out' });
        store.update(remaining, clock.now());
        store.setCategories(id, remaining.categoryIds);
        store.replaceInAudiences(otherId, id);
        recipients.forgetContact(other);
        store.remove(other);
        audit.write({ actor, action: 'contact.merge', target: id, detail: { other: otherId } });
        return toContact(find(id));
      });
      announce(true);
      return contact;
    },
  };
}

/** What remains of two contacts: the first one, with what it lacks. */
function merged(kept: ContactRow, other: ContactRow, now: number): ContactRow {
  return {
    ...kept,
    name: kept.name === '' ? other.name : kept.name,
    attributes: mergeAttributes(other.attributes, kept.attributes),
    categoryIds: [...new Set([...kept.categoryIds, ...other.categoryIds])].toSorted(),
    // Who opted out under one number wants nothing under the other either (SND-13).
    optedOutAt: kept.optedOutAt ?? (other.optedOutAt === null ? null : now),
    updatedAt: now,
  };
}
