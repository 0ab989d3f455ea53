import type { PageProps } from '../../state/router.ts';
import { ContactList } from './ContactList.tsx';
import { ImportPage } from './ImportPage.tsx';

/** `contacts`, `contacts/import`, `contacts/new`, `contacts/ID`. */
export function ContactsPage({ path, query }: PageProps) {
  const [id] = path;
  if (id === 'import') return <ImportPage id={query.id} />;
  return <ContactList id={id} query={query} />;
}
