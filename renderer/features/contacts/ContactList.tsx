import { useQuery } from '@tanstack/react-query';
import { Plus, Upload, Users } from 'lucide-react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact, ContactInput } from '../../../backend/contract/contacts.ts';
import { categoriesQuery, contactsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { DataTable } from '../../components/DataTable.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ListBody } from '../../components/ListBody.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { Empty } from '../../components/Notices.tsx';
import { PageFrame } from '../../components/PageFrame.tsx';
import { SearchInput } from '../../components/SearchInput.tsx';
import { href, navigate } from '../../state/router.ts';
import { CategoryColumn } from './CategoryColumn.tsx';
import { ContactForm, emptyContact } from './ContactForm.tsx';
import { ContactPanel } from './ContactPanel.tsx';
import { useContactColumns } from './useContactColumns.tsx';
import { isUnsaved, useContactChanges } from './useContactChanges.ts';

type ContactListProps = { id: string | undefined; query: Readonly<Record<string, string>> };

/** All contacts, or those of a category; one of them in a panel. */
export function ContactList({ id, query }: ContactListProps) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const changes = useContactChanges();
  const [refused, setRefused] = useState<{ input: ContactInput; reason: string } | null>(null);
  const { q = '', category } = query;
  const filters = { q: q || undefined, categoryId: category || undefined };
  const list = useKeysetList(contactsQuery(filters));
  const { data: categories } = useQuery(categoriesQuery());
  const columns = useContactColumns(categories ?? []);
  const place = useCallback((path: string[]) => href(['contacts', ...path], { q, category }), [q, category]);
  const search = useCallback(
    (text: string) => navigate(href(['contacts'], { q: text, category }), { replace: true }),
    [category],
  );
  const close = useCallback(() => navigate(place([])), [place]);

  const create = (input: ContactInput): void => {
    setRefused(null);
    close();
    changes.create.mutate(input, {
      // What was typed is not lost: the form comes back with it.
      onError: (error) => setRefused({ input, reason: sentence(error) }),
    });
  };

  return (
    <PageFrame
      title={t('contacts.title')}
      actions={
        <>
          <ButtonLink icon={<Upload size={14} />} href={href(['contacts', 'import'])}>
            {t('contacts.import')}
          </ButtonLink>
          <Button look="primary" icon={<Plus size={14} />} onClick={() => navigate(place(['new']))}>
            {t('contacts.create')}
          </Button>
        </>
      }
      panel={id && id !== 'new' && <ContactPanel key={id} id={id} onClose={close} />}
    >
      <div className="flex min-h-0 flex-1">
        <CategoryColumn chosen={category} q={q} />
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="px-6 pb-3">
            <SearchInput label={t('contacts.search')} value={q} onChange={search} className="w-full max-w-80" />
          </div>
          <ListBody list={list} empty={<NoContacts q={q} category={category} />}>
            <DataTable
              label={t('contacts.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(contact: Contact) => contact.id}
              rowHref={(contact) => place(isUnsaved(contact) ? [] : [contact.id])}
              selectedKey={id}
              onEnd={list.loadMore}
              loadingMore={list.loadingMore}
            />
          </ListBody>
        </div>
      </div>
      <Dialog
        open={id === 'new' || refused !== null}
        onClose={() => (refused ? setRefused(null) : close())}
        title={t('contacts.form.newTitle')}
      >
        <ContactForm
          initial={refused?.input ?? { ...emptyContact, categoryIds: category ? [category] : [] }}
          refusal={refused?.reason}
          submit={t('common.create')}
          onSubmit={create}
          onCancel={() => (refused ? setRefused(null) : close())}
        />
      </Dialog>
    </PageFrame>
  );
}

function NoContacts({ q, category }: { q: string; category: string | undefined }) {
  const { t } = useTranslation();
  if (q) return <Empty icon={<Users size={18} />} title={t('contacts.emptySearch')} />;
  return (
    <Empty
      icon={<Users size={18} />}
      title={category ? t('contacts.emptyCategory') : t('contacts.empty')}
      {...(category ? {} : { text: t('contacts.emptyText') })}
    >
      <ButtonLink look="primary" icon={<Upload size={14} />} href={href(['contacts', 'import'])}>
        {t('contacts.importer.title')}
      </ButtonLink>
    </Empty>
  );
}
