import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Contact, ContactInput } from '../../../backend/contract/contacts.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';
import { withAdded, withChanged, withRemoved, type ContactPages } from './contactPages.ts';

type Snapshot = [QueryKey, ContactPages | undefined][];
/** Stands in for the id that the backend will give. */
const UNSAVED_ID = 'unsaved';

/** Creates, changes and deletes contacts: shown at once, put back with an explanation when refused (UI-3). */
export function useContactChanges() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();

  const showAtOnce = async (change: (data: ContactPages) => ContactPages): Promise<Snapshot> => {
    await queryClient.cancelQueries({ queryKey: keys.contacts });
    const before = queryClient.getQueriesData<ContactPages>({ queryKey: keys.contacts });
    queryClient.setQueriesData<ContactPages>({ queryKey: keys.contacts }, (data) => data && change(data));
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
    onMutate: (input) => showAtOnce((data) => withAdded(data, unsaved(input))),
    ...options({ done: t('contacts.done.created'), failed: t('contacts.done.notSaved') }),
  });
  const update = useMutation({
    mutationFn: ({ id, input }: { id: string; input: ContactInput }) => api.contacts.update({ id, ...input }),
    onMutate: ({ id, input }) => {
      queryClient.setQueryData<Contact>([...keys.contact, id], (contact) => contact && { ...contact, ...input });
      return showAtOnce((data) => withChanged(data, id, input));
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

function unsaved(input: ContactInput): Contact {
  return { ...input, id: UNSAVED_ID, optedOutAt: null, createdAt: '', updatedAt: '' };
}

/** A contact that the backend has not confirmed yet has no page of its own. */
export function isUnsaved(contact: Pick<Contact, 'id'>): boolean {
  return contact.id === UNSAVED_ID;
}
