import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { ContactLookup } from '../../components/ContactLookup.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';

/** Says whose answer it is, where the provider hides the sender (CMP-8). */
export function AssignAnswer({ eventId }: { eventId: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const assign = useMutation({
    mutationFn: (contactId: string) => api.webhookEvents.assign({ id: eventId, contactId }),
    onSuccess: ({ verdict }) =>
      toast({
        tone: verdict === 'applied' ? 'success' : 'info',
        title: t('webhooks.assign.done', { verdict: words.webhooks.verdict[verdict] }),
      }),
    onError: (error) => toast({ tone: 'failure', title: t('webhooks.assign.failed'), body: sentence(error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.webhooks }),
  });
  return (
    <div className="mb-5" data-testid="assign-answer">
      <ContactLookup
        label={t('webhooks.assign.label')}
        hint={t('webhooks.assign.hint')}
        choose={t('webhooks.assign.choose')}
        busy={assign.isPending}
        onChoose={({ id }) => assign.mutate(id)}
      />
    </div>
  );
}
