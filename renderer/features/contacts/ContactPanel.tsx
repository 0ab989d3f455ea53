import { useQuery } from '@tanstack/react-query';
import { Merge, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../backend/contract/contacts.ts';
import { categoriesQuery, contactQuery } from '../../api/queries.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Confirm, Dialog } from '../../components/Dialog.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { SkeletonRows, Strip } from '../../components/Notices.tsx';
import { Facts, PanelSection, SidePanel } from '../../components/SidePanel.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';
import { ContactForm, contactInputOf } from './ContactForm.tsx';
import { MergeContact } from './MergeContact.tsx';
import { useContactChanges } from './useContactChanges.ts';

/** One contact beside the list. */
export function ContactPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: contact, error, refetch } = useQuery(contactQuery(id));
  return (
    <SidePanel
      title={contact ? contact.name || readablePhone(contact.phone) : t('contacts.detail.title')}
      onClose={onClose}
    >
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : contact ? (
        <Detail contact={contact} onClose={onClose} />
      ) : (
        <SkeletonRows rows={4} label={t('common.loading')} />
      )}
    </SidePanel>
  );
}

function Detail({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const changes = useContactChanges();
  const [asked, setAsked] = useState<'edit' | 'merge' | 'remove' | null>(null);
  const { data: categories } = useQuery(categoriesQuery());
  const names = categories?.filter(({ id }) => contact.categoryIds.includes(id)).map(({ name }) => name) ?? [];
  const close = (): void => setAsked(null);
  return (
    <>
      {contact.optedOutAt && (
        <Strip tone="blocked">{t('contacts.optedOutAt', { at: format.dateTime(contact.optedOutAt) })}</Strip>
      )}
      <div className="mt-3 mb-5 flex flex-wrap gap-2 first:mt-0">
        <Button size="small" icon={<Pencil size={14} />} onClick={() => setAsked('edit')}>
          {t('common.edit')}
        </Button>
        <Button size="small" icon={<Merge size={14} />} onClick={() => setAsked('merge')}>
          {t('contacts.merge.title')}
        </Button>
        <ButtonLink
          size="small"
          href={href(['attempts'], { q: contact.phone })}
          aria-label={t('contacts.detail.attempts')}
        >
          {t('contacts.detail.messages')}
        </ButtonLink>
        <Button
          size="small"
          look="danger"
          icon={<Trash2 size={14} />}
          className="ml-auto"
          onClick={() => setAsked('remove')}
        >
          {t('common.remove')}
        </Button>
      </div>
      <Facts
        facts={[
          [t('contacts.columns.phone'), readablePhone(contact.phone)],
          [t('contacts.columns.categories'), names.join(', ') || t('common.none')],
        ]}
      />
      <PanelSection title={t('contacts.detail.attributes')}>
        {Object.keys(contact.attributes).length > 0 ? (
          <Facts facts={Object.entries(contact.attributes)} />
        ) : (
          <p className="text-soft">{t('contacts.detail.noAttributes')}</p>
        )}
      </PanelSection>
      <p className="mt-6 text-12 text-soft">{t('contacts.detail.added', { at: format.dateTime(contact.createdAt) })}</p>
      <Dialog open={asked === 'edit'} onClose={close} title={t('contacts.form.editTitle')}>
        <ContactForm
          initial={contactInputOf(contact)}
          submit={t('common.save')}
          onCancel={close}
          onSubmit={(input) => {
            close();
            changes.update.mutate({ id: contact.id, input });
          }}
        />
      </Dialog>
      {asked === 'merge' && <MergeContact contact={contact} onClose={close} />}
      <Confirm
        open={asked === 'remove'}
        onClose={close}
        danger
        title={t('contacts.detail.removeTitle', { name: contact.name || readablePhone(contact.phone) })}
        text={t('contacts.detail.removeText')}
        confirm={t('common.remove')}
        onConfirm={() => {
          onClose();
          changes.remove.mutate(contact.id);
        }}
      />
    </>
  );
}
