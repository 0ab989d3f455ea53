import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { Locale } from '../../../backend/contract/common.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { useSentence } from '../../components/LoadFailed.tsx';
import { usePreferences, type Theme } from '../../state/preferences.ts';
import { toast } from '../../state/toasts.ts';

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  systemDark.addEventListener('change', listener);
  return () => systemDark.removeEventListener('change', listener);
}

/** Theme and language as they are, and how to change them. */
export function useAppearance() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const theme = usePreferences((preferences) => preferences.theme);
  const language = usePreferences((preferences) => preferences.language);
  const systemIsDark = useSyncExternalStore(subscribe, () => systemDark.matches);
  const dark = theme === 'dark' || (theme === 'system' && systemIsDark);

  // Sentences of errors and notifications are made by the backend: it has to know the language too.
  const tellBackend = useMutation({
    mutationFn: (locale: Locale) => api.settings.update({ locale }),
    onSuccess: (settings) => queryClient.setQueryData(keys.settings, settings),
    onError: (error) => toast({ tone: 'failure', title: t('settings.notSaved'), body: sentence(error) }),
  });

  return {
    theme,
    dark,
    language,
    chooseTheme: (next: Theme) => usePreferences.setState({ theme: next }),
    toggleTheme: () => usePreferences.setState({ theme: dark ? 'light' : 'dark' }),
    chooseLanguage: (next: Locale) => {
      usePreferences.setState({ language: next, languageChosen: true });
      tellBackend.mutate(next);
    },
  };
}
