import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Category } from '../../../backend/contract/contacts.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

type Before = { before: Category[] | undefined };
export type CategoryValues = { name: string; color: string | null };

/** Creates, changes and deletes categories: shown at once, put back with an explanation when refused (UI-3). */
export function useCategoryChanges() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();

  const showAtOnce = async (change: (categories: Category[]) => Category[]): Promise<Before> => {
    await queryClient.cancelQueries({ queryKey: keys.categories });
    const before = queryClient.getQueryData<Category[]>(keys.categories);
    queryClient.setQueryData<Category[]>(keys.categories, (categories) => categories && change(categories));
    return { before };
  };
  const options = (failed: string) => ({
    onError: (error: Error, _input: unknown, shown: Before | undefined) => {
      queryClient.setQueryData(keys.categories, shown?.before);
      toast({ tone: 'failure', title: failed, body: sentence(error) });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.categories }),
  });

  const create = useMutation({
    mutationFn: ({ name, color }: CategoryValues) => api.categories.create(color ? { name, color } : { name }),
    onMutate: ({ name, color }) =>
      showAtOnce((categories) => [
        ...categories,
        { id: `unsaved-${name}`, name, color, contactCount: 0, createdAt: '', updatedAt: '' },
      ]),
    ...options(t('contacts.category.notSaved')),
  });
  const update = useMutation({
    mutationFn: ({ id, ...values }: CategoryValues & { id: string }) => api.categories.update({ id, ...values }),
    onMutate: ({ id, ...values }) =>
      showAtOnce((categories) =>
        categories.map((category) => (category.id === id ? { ...category, ...values } : category)),
      ),
    ...options(t('contacts.category.notSaved')),
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.categories.remove({ id }),
    onMutate: (id) => showAtOnce((categories) => categories.filter((category) => category.id !== id)),
    onSuccess: () => toast({ tone: 'success', title: t('contacts.category.removed') }),
    ...options(t('contacts.category.notRemoved')),
  });
  return { create, update, remove };
}
