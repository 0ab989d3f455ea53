import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../backend/contract/contacts.ts';
import { api } from '../../api/client.ts';
import { keys } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { ContactLookup } from '../../components/ContactLookup.tsx';
import { Confirm, Dialog } from '../../components/Dialog.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { readablePhone } from '../../format/format.ts';
import { href, navigate } from '../../state/router.ts';
import { toast } from '../../state/toasts.ts';
import { MergePreview } from './MergePreview.tsx';

/** Two contacts of one person become one (CMP-1): the other one is found, what remains is shown, then it is asked. */
export function MergeContact({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const { t } = useTranslation();
  const [other, setOther] = useState<Contact | null>(null);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('contacts.merge.title')}
      text={t('contacts.merge.text')}
      wide={other !== null}
    >
      {other === null ? (
        <div className="min-h-64">
          <ContactLookup
            label={t('contacts.merge.other')}
            hint={t('contacts.merge.otherHint', { name: nameOf(contact) })}
            initial={contact.name}
            exceptId={contact.id}
            choose={t('contacts.merge.choose')}
            onChoose={setOther}
          />
        </div>
      ) : (
        <Both one={contact} other={other} onBack={() => setOther(null)} onClose={onClose} />
      )}
    </Dialog>
  );
}

type BothProps = { one: Contact; other: Contact; onBack: () => void; onClose: () => void };

function Both({ one, other, onBack, onClose }: BothProps) {
  const { t } = useTranslation();
  const [keptId, setKeptId] = useState(one.id);
  const [asked, setAsked] = useState(false);
  const [kept, gone] = keptId === one.id ? [one, other] : [other, one];
  const merge = useMerge(onClose);
  const pair = { id: kept.id, otherId: gone.id };
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.contact, 'merge', pair],
    queryFn: ({ signal }) => api.contacts.merge({ ...pair, dryRun: true }, { signal }),
    // What was changed meanwhile is asked anew.
    staleTime: 0,
  });
  return (
    <div className="flex flex-col gap-4">
      <fieldset>
        <legend className="mb-1.5 font-medium">{t('contacts.merge.keep')}</legend>
        {[one, other].map((candidate) => (
          <label key={candidate.id} className="flex cursor-pointer items-center gap-2 py-1 text-13">
            <input
              type="radio"
              name="kept"
              className="size-4 accent-accent-solid"
              checked={candidate.id === keptId}
              onChange={() => setKeptId(candidate.id)}
            />
            <span className="min-w-0 truncate">
              {candidate.name} <span className="text-soft">{readablePhone(candidate.phone)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : data ? (
        <MergePreview remaining={data} gone={gone} />
      ) : (
        <SkeletonRows rows={4} label={t('common.loading')} />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onBack}>{t('contacts.merge.back')}</Button>
        <Button look="primary" disabled={!data || merge.isPending} onClick={() => setAsked(true)}>
          {t('contacts.merge.title')}
        </Button>
      </div>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        danger
        title={t('contacts.merge.askTitle', { name: nameOf(kept) })}
        text={t('contacts.merge.askText', { phone: readablePhone(gone.phone) })}
        confirm={t('contacts.merge.confirm')}
        busy={merge.isPending}
        onConfirm={() => {
          setAsked(false);
          merge.mutate(pair);
        }}
      />
    </div>
  );
}

/** Not shown before it is done: it cannot be undone. */
function useMerge(onDone: () => void) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (pair: { id: string; otherId: string }) => api.contacts.merge(pair),
    onSuccess: (contact, { otherId }) => {
      queryClient.removeQueries({ queryKey: [...keys.contact, otherId] });
      queryClient.setQueryData([...keys.contact, contact.id], contact);
      toast({ tone: 'success', title: t('contacts.merge.done'), body: nameOf(contact) });
      onDone();
      navigate(href(['contacts', contact.id]));
    },
    onError: (error) => toast({ tone: 'failure', title: t('contacts.merge.failed'), body: sentence(error) }),
    onSettled: () => {
      for (const queryKey of [keys.contacts, keys.categories, keys.contactLookup])
        void queryClient.invalidateQueries({ queryKey });
    },
  });
}

const nameOf = ({ name, phone }: Contact): string => name || readablePhone(phone);
