import type { InfiniteData } from '@tanstack/react-query';
import type { Page } from '../../../backend/contract/common.ts';
import type { Contact } from '../../../backend/contract/contacts.ts';

export type ContactPages = InfiniteData<Page<Contact>>;

/** The lists as they will look once a change is accepted (UI-3). */
export function withAdded(data: ContactPages, contact: Contact): ContactPages {
  const [first, ...rest] = data.pages;
  if (!first) return data;
  return { ...data, pages: [{ ...first, items: [contact, ...first.items] }, ...rest] };
}

export function withChanged(data: ContactPages, id: string, change: Partial<Contact>): ContactPages {
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((contact) => (contact.id === id ? { ...contact, ...change } : contact)),
  }));
  return { ...data, pages };
}

export function withRemoved(data: ContactPages, id: string): ContactPages {
  const pages = data.pages.map((page) => ({ ...page, items: page.items.filter((contact) => contact.id !== id) }));
  return { ...data, pages };
}
