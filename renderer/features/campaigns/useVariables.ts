import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { usePreferences } from '../../state/preferences.ts';

/** Contacts whose information is looked at, and variables offered at most. */
const CONTACTS_READ = 50;
const MOST_OFFERED = 12;

/** Variables that can stand in a message: the contact's name, and what contacts of the chosen categories are known by. */
export function useVariables(categoryIds: readonly string[]): string[] {
  const language = usePreferences((preferences) => preferences.language);
  const [categoryId] = categoryIds;
  const { data } = useQuery({
    queryKey: [...keys.contactLookup, 'variables', categoryId ?? ''],
    queryFn: ({ signal }) => api.contacts.list({ categoryId, limit: CONTACTS_READ }, { signal }),
  });
  const known = data?.items.flatMap((contact) => Object.keys(contact.attributes)) ?? [];
  return [...new Set([language === 'fr' ? 'nom' : 'name', ...known])].slice(0, MOST_OFFERED);
}
