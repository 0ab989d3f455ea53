import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { decodeCursor, toPage } from '../core/paging.ts';
import { createBackgroundSteps, type BackgroundSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import { toCategory, type CategoryRow, type CategoryStore } from './categoryStore.ts';

type CategoryDependencies = {
  database: Database;
  store: CategoryStore;
  clock: Clock;
  ids: Ids;
  notify: Notify;
  /** A category was hidden and is to be emptied. */
  hidden: () => void;
};

/** Contacts up to which a category goes within the call (API-5). */
const AT_ONCE = 500;
/** Contacts that leave a hidden category in one transaction. */
const STEP = 200;

/** Categories with their contact counts (CMP-2). Names are unique without regard to case. */
export function createCategories({
  database,
  store,
  clock,
  ids,
  notify,
  hidden,
}: CategoryDependencies): Services['categories'] {
  const find = (id: string): CategoryRow => {
    const row = store.byId(id);
    if (row === null) throw new VigieError('not_found');
    return row;
  };
  const checkName = (name: string, ownId: string | null): void => {
    const holder = store.byName(name);
    if (holder !== null && holder.id !== ownId)
      throw new VigieError('conflict', { detail: holder.name, id: holder.id });
  };

  return {
    list({ limit, cursor }) {
      const position = cursor === undefined ? [''] : decodeCursor(cursor, ['string'] as const);
      if (position === null) throw new VigieError('bad_request', { detail: 'cursor' });
      const rows = store.page(position[0] ?? '', limit + 1);
      return toPage(rows, limit, { item: toCategory, position: (row) => [row.name] });
    },

    create({ name, color }) {
      const category = inTransaction(database, () => {
        checkName(name, null);
        const id = ids.next();
        store.insert({ id, name, color: color ?? null, now: clock.now() });
        return toCategory(find(id));
      });
      notify.changed('categories');
      return category;
    },

    update({ id, name, color }) {
      const category = inTransaction(database, () => {
        const present = find(id);
        if (name !== undefined) checkName(name, id);
        const now = clock.now();
        store.update({ id, name: name ?? present.name, color: color === undefined ? present.color : color, now });
        return toCategory(find(id));
      });
      notify.changed('categories');
      return category;
    },

    remove(id) {
      const isHidden = inTransaction(database, () => {
        const { contactCount } = find(id);
        const isLong = contactCount > AT_ONCE || store.isInALaunch(id);
        if (isLong) store.hide(id, clock.now());
        else store.remove(id);
        return isLong;
      });
      if (isHidden) hidden();
      notify.changed('categories');
      notify.changed('contacts');
    },
  };
}

/** Takes the contacts out of categories that were removed, in short steps, and then the categories themselves. */
export function createCategoryRemoval(parts: {
  database: Database;
  store: CategoryStore;
  clock: Clock;
  logger: Logger;
}): BackgroundSteps {
  const { database, store } = parts;
  const step = (): number => {
    const id = store.nextHidden();
    if (id === null) return 0;
    inTransaction(database, () => {
      if (store.empty(id, STEP) === 0) store.remove(id);
    });
    return 1;
  };
  return createBackgroundSteps({ ...parts, name: 'category removal', step });
}
