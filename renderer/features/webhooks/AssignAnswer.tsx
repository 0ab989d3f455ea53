import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { Field, TextInput } from '../../components/Field.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { readablePhone } from '../../format/format.ts';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';

const MOST_SHOWN = 5;

/** Says whose answer it is, where the provider hides the sender (CMP-8). */
export function AssignAnswer({ eventId }: { eventId: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const q = typed.trim();
  const { data } = useQuery({
    queryKey: [...keys.contactLookup, 'assign', q],
    queryFn: ({ signal }) => api.contacts.list({ q, limit: MOST_SHOWN }, { signal }),
    enabled: q !== '',
  });
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
      <Field label={t('webhooks.assign.label')} hint={t('webhooks.assign.hint')}>
        {(described) => <TextInput {...described} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      {q !== '' && data && (
        <ul className="mt-2 flex flex-col gap-1">
          {data.items.map(({ id, name, phone }) => (
            <li key={id} className="flex items-center justify-between gap-2">
              <span className="min-w-0 truncate">
                {name} <span className="text-soft">{readablePhone(phone)}</span>
              </span>
              <Button size="small" disabled={assign.isPending} onClick={() => assign.mutate(id)}>
                {t('webhooks.assign.choose')}
                <span className="sr-only"> {name}</span>
              </Button>
            </li>
          ))}
          {data.items.length === 0 && <li className="text-soft">{t('webhooks.assign.none')}</li>}
        </ul>
      )}
    </div>
  );
}
