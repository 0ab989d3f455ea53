import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Contact, ContactInput } from '../../../backend/contract/contacts.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';
import { withAdded, withChanged, withRemoved, type ContactPages } from './contactPages.ts';

type Snapshot = [QueryKey, unknown][];
/** Stands before what stands in for the id that the backend will give. */
const UNSAVED = 'unsaved-';

/** Creates, changes and deletes contacts: shown at once, put back with an explanation when refused (UI-3). */
export function useContactChanges() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();

  const showAtOnce = async (change: (data: ContactPages, key: QueryKey) => ContactPages): Promise<Snapshot> => {
    await queryClient.cancelQueries({ queryKey: keys.contacts });
    const before = queryClient.getQueriesData<ContactPages>({ queryKey: keys.contacts });
    for (const [key, data] of before) if (data) queryClient.setQueryData(key, change(data, key));
    return before;
  };
  const putBack = (before: Snapshot | undefined): void => {
    for (const [key, data] of before ?? []) queryClient.setQueryData(key, data);
  };
  const refresh = (): void => {
    for (const key of [keys.contacts, keys.categories, keys.contactLookup])
      void queryClient.invalidateQueries({ queryKey: key });
  };
  const options = (said: { done: string; failed: string }) => ({
    onError: (error: Error, _input: unknown, before: Snapshot | undefined) => {
      putBack(before);
      toast({ tone: 'failure', title: said.failed, body: sentence(error) });
    },
    onSuccess: () => toast({ tone: 'success', title: said.done }),
    onSettled: refresh,
  });

  const create = useMutation({
    mutationFn: (input: ContactInput) => api.contacts.create(input),
    onMutate: (input) => showAtOnce((data, key) => (isListed(input, key) ? withAdded(data, unsaved(input)) : data)),
    ...options({ done: t('contacts.done.created'), failed: t('contacts.done.notSaved') }),
  });
  const update = useMutation({
    mutationFn: ({ id, input }: { id: string; input: ContactInput }) => api.contacts.update({ id, ...input }),
    onMutate: async ({ id, input }) => {
      const key = [...keys.contact, id];
      await queryClient.cancelQueries({ queryKey: key });
      const own: Snapshot = [[key, queryClient.getQueryData(key)]];
      queryClient.setQueryData<Contact>(key, (contact) => contact && { ...contact, ...input });
      return own.concat(await showAtOnce((data) => withChanged(data, id, input)));
    },
    ...options({ done: t('contacts.done.updated'), failed: t('contacts.done.notSaved') }),
    onSettled: (_contact, _error, { id }) => {
      refresh();
      void queryClient.invalidateQueries({ queryKey: [...keys.contact, id] });
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.contacts.remove({ id }),
    onMutate: (id) => showAtOnce((data) => withRemoved(data, id)),
    ...options({ done: t('contacts.done.removed'), failed: t('contacts.done.notRemoved') }),
  });
  return { create, update, remove };
}

/** Whether a list shows a new contact before the backend has said where it stands: not in another category, not found. */
function isListed({ categoryIds }: ContactInput, key: QueryKey): boolean {
  const { q, categoryId } = key.at(-1) as { q?: string; categoryId?: string };
  return q === undefined && (categoryId === undefined || categoryIds.includes(categoryId));
}

function unsaved(input: ContactInput): Contact {
  return { ...input, id: `${UNSAVED}${input.phone}`, optedOutAt: null, createdAt: '', updatedAt: '' };
}

/** A contact that the backend has not confirmed yet has no page of its own. */
export function isUnsaved(contact: Pick<Contact, 'id'>): boolean {
  return contact.id.startsWith(UNSAVED);
}
