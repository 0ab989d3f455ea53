import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AttemptDetail } from '../../../backend/contract/attempts.ts';
import { attemptQuery } from '../../api/queries.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { SkeletonRows, Strip } from '../../components/Notices.tsx';
import { Facts, PanelSection, SidePanel } from '../../components/SidePanel.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href } from '../../state/router.ts';
import { AttemptActions } from './AttemptActions.tsx';
import { AttemptState } from './AttemptState.tsx';
import { Timeline } from './Timeline.tsx';

/** One message with everything that happened to it (SND-1). */
export function AttemptPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: attempt, error, refetch } = useQuery(attemptQuery(id));
  const link = new URL(href(['attempts', id]), window.location.href).toString();
  return (
    <SidePanel
      title={attempt ? readablePhone(attempt.to) : t('attempts.detail.title')}
      onClose={onClose}
      actions={<CopyButton text={link} label={t('attempts.action.copyLink')} />}
    >
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : attempt ? (
        <Detail attempt={attempt} />
      ) : (
        <SkeletonRows rows={6} label={t('common.loading')} />
      )}
    </SidePanel>
  );
}

function Detail({ attempt }: { attempt: AttemptDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  return (
    <div data-testid="attempt-detail">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-15 font-medium">
        <AttemptState state={attempt.state} />
        <span className="text-13 font-normal text-soft">{words.attempts.type[attempt.type]}</span>
      </div>
      {attempt.errorMessage && (
        <div className="mt-3">
          <Strip tone={attempt.state === 'failed_final' ? 'danger' : 'attention'}>
            <p>{attempt.errorMessage}</p>
            {attempt.errorCode && <code className="font-mono text-12">{attempt.errorCode}</code>}
          </Strip>
        </div>
      )}
      <AttemptActions attempt={attempt} />
      <PanelSection title={t('attempts.detail.message')}>
        {attempt.title && <p className="font-medium">{attempt.title}</p>}
        {attempt.body === null ? (
          <p className="text-soft">{t(attempt.unreadable ? 'attempts.detail.unreadable' : 'attempts.detail.noBody')}</p>
        ) : (
          <p className="rounded-card bg-fill px-3 py-2 break-words whitespace-pre-wrap">{attempt.body}</p>
        )}
        {attempt.media && (
          <p className="mt-1 truncate text-12 text-soft">
            {t('attempts.detail.media')} · {attempt.media.url}
          </p>
        )}
      </PanelSection>
      <PanelSection title={t('attempts.detail.timeline')}>
        <Timeline entries={attempt.timeline} />
        {format.zone && <p className="mt-2 text-12 text-faint">{t('attempts.detail.zone', { zone: format.zone })}</p>}
      </PanelSection>
      <PanelSection title={t('attempts.detail.facts')}>
        <AttemptFacts attempt={attempt} />
      </PanelSection>
    </div>
  );
}

function AttemptFacts({ attempt }: { attempt: AttemptDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const link = 'text-accent hover:underline';
  const facts: [string, ReactNode][] = [
    [t('attempts.detail.created'), format.dateTime(attempt.createdAt)],
    [t('attempts.detail.tries'), t('attempts.triesOf', { tries: attempt.tries, max: attempt.maxAttempts })],
    [t('attempts.detail.priority'), format.number(attempt.priority)],
    [t('attempts.detail.line'), attempt.line],
  ];
  if (attempt.nextAttemptAt) facts.push([t('attempts.detail.next'), format.dateTime(attempt.nextAttemptAt)]);
  if (attempt.expiresAt) facts.push([t('attempts.detail.expires'), format.dateTime(attempt.expiresAt)]);
  if (attempt.campaignId) {
    facts.push([
      t('attempts.detail.campaign'),
      <a href={href(['campaigns', attempt.campaignId])} className={link}>
        {t('attempts.detail.openCampaign')}
      </a>,
    ]);
  }
  if (attempt.contactId) {
    facts.push([
      t('attempts.detail.contact'),
      <a href={href(['contacts', attempt.contactId])} className={link}>
        {t('attempts.detail.openContact')}
      </a>,
    ]);
  }
  facts.push([
    t('attempts.detail.reference'),
    <code className="font-mono text-12 break-all">{attempt.reference}</code>,
  ]);
  if (attempt.providerIds.length > 0) {
    facts.push([
      t('attempts.detail.providerIds'),
      <code className="font-mono text-12 break-all">{attempt.providerIds.join(', ')}</code>,
    ]);
  }
  return <Facts facts={facts} />;
}
