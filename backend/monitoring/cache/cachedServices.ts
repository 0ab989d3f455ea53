import type { LiveEvent } from '../../contract/liveEvents.ts';
import type { AnsweringServices, Services } from '../../services.ts';
import type { Notify } from '../notify.ts';
import type { Cache, CacheGroup } from './cache.ts';

/** Backups are the application's: they are there when no workspace can be opened. */
type WorkspaceServices = Omit<Services, 'backups'>;
type AnsweringWorkspace = Omit<AnsweringServices, 'backups'>;
type Changed = Extract<LiveEvent, { type: 'changed' }>['what'];

/** What a change touches: contacts show their categories, categories count their contacts (CCH-2). */
const TOUCHED: Partial<Record<Changed, CacheGroup[]>> = {
  contacts: ['contacts', 'categories'],
  categories: ['contacts', 'categories'],
  suppressions: ['contacts'],
  campaigns: ['figures'],
  attempts: ['figures'],
};

/** Tells the cache of every change before anybody else: who asks because of it gets what is there now. */
export function droppingChanges(cache: Pick<Cache, 'drop'>, notify: Notify): Notify {
  return {
    changed(what) {
      cache.drop(...(TOUCHED[what] ?? []));
      notify.changed(what);
    },
    campaign(id) {
      cache.drop('figures');
      notify.campaign(id);
    },
    attempt(attempt) {
      cache.drop('figures');
      notify.attempt(attempt);
    },
    // Told after each transaction: its contacts are there before it is done.
    import(state) {
      cache.drop('contacts', 'categories');
      notify.import(state);
    },
    notice: (notice) => notify.notice(notice),
  };
}

/** The services with those answers cached that cost more than a look into the cache. */
export function withCache(cache: Pick<Cache, 'read'>, services: WorkspaceServices): AnsweringWorkspace {
  const { messages, categories, contacts } = services;
  return {
    ...services,
    // The same days are other days after midnight: then nothing lies under their key for longer than a minute.
    messages: { ...messages, stats: (days) => cache.read('figures', ['stats', days], () => messages.stats(days)) },
    categories: {
      ...categories,
      list: (input) => cache.read('categories', ['list', input], () => categories.list(input)),
    },
    contacts: { ...contacts, list: (input) => cache.read('contacts', ['list', input], () => contacts.list(input)) },
  };
}
