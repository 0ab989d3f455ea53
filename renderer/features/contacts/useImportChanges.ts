import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ContactImport } from '../../../backend/contract/imports.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

/** Stops, continues and undoes an import. */
export function useImportChanges(id: string) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const options = {
    onSuccess: (state: ContactImport) => {
      queryClient.setQueryData([...keys.imports, id], state);
      for (const key of [keys.importList, keys.contacts, keys.categories, keys.contactLookup])
        void queryClient.invalidateQueries({ queryKey: key });
    },
    onError: (error: Error) =>
      toast({ tone: 'failure', title: t('contacts.importer.notChanged'), body: sentence(error) }),
  };
  return {
    cancel: useMutation({ mutationFn: () => api.imports.cancel({ id }), ...options }),
    resume: useMutation({ mutationFn: () => api.imports.resume({ id }), ...options }),
    undo: useMutation({ mutationFn: () => api.imports.undo({ id }), ...options }),
  };
}
