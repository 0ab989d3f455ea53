import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SettingsPatch } from '../../../backend/contract/workspace.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

export function useSaveSettings() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (patch: SettingsPatch) => api.settings.update(patch),
    onSuccess: (settings) => {
      queryClient.setQueryData(keys.settings, settings);
      toast({ tone: 'success', title: t('settings.saved') });
    },
    onError: (error) => toast({ tone: 'failure', title: t('settings.notSaved'), body: sentence(error) }),
  });
}
