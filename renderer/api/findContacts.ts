import type { Contact } from '../../backend/contract/contacts.ts';
import { api } from './client.ts';

/** The newest contacts that a search finds: a search through very many gives short pages that go on. */
export async function findContacts(q: string, limit: number, signal: AbortSignal): Promise<Contact[]> {
  const found: Contact[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.contacts.list({ q, limit: limit - found.length, cursor }, { signal });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < limit);
  return found;
}
