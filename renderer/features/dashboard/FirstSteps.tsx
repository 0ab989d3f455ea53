import { useQuery } from '@tanstack/react-query';
import { Plus, TriangleAlert, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { campaignsQuery, contactsQuery, settingsQuery } from '../../api/queries.ts';
import { useKeysetList } from '../../api/useKeysetList.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { Strip } from '../../components/Notices.tsx';
import { href } from '../../state/router.ts';

/** In a workspace without a campaign: the one next action (UI-9). Without a line: that nothing will leave. */
export function FirstSteps() {
  const { data: settings } = useQuery(settingsQuery());
  return (
    <>
      {settings?.lines.length === 0 && <NoLine />}
      <NextStep />
    </>
  );
}

function NoLine() {
  const { t } = useTranslation();
  return (
    <Strip tone="attention" icon={<TriangleAlert size={14} />}>
      {t('dashboard.start.noLine')}{' '}
      <a href={href(['settings', 'lines'])} className="font-semibold underline underline-offset-2">
        {t('dashboard.start.connect')}
      </a>
    </Strip>
  );
}

function NextStep() {
  const { t } = useTranslation();
  const campaigns = useKeysetList(campaignsQuery({}));
  const contacts = useKeysetList(contactsQuery({}));
  if (campaigns.waiting || campaigns.error || campaigns.rows.length > 0 || contacts.waiting) return null;
  const hasContacts = contacts.rows.length > 0;
  return (
    <section
      className="card flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-3"
      data-testid="first-steps"
    >
      <div>
        <h2 className="text-15 font-semibold">{t('dashboard.start.title')}</h2>
        <p className="text-soft">{hasContacts ? t('dashboard.start.campaign') : t('dashboard.start.contacts')}</p>
      </div>
      {hasContacts ? (
        <ButtonLink look="primary" icon={<Plus size={14} />} href={href(['campaigns', 'new'])}>
          {t('dashboard.campaigns.create')}
        </ButtonLink>
      ) : (
        <ButtonLink look="primary" icon={<Upload size={14} />} href={href(['contacts', 'import'])}>
          {t('dashboard.campaigns.import')}
        </ButtonLink>
      )}
    </section>
  );
}
