import { useQuery } from '@tanstack/react-query';
import { CloudDownload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Relay as RelayView } from '../../../backend/contract/relay.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { relayQuery } from '../../api/queries.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { Empty, Skeleton, Strip } from '../../components/Notices.tsx';
import { Facts } from '../../components/SidePanel.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';

type Shown = Exclude<RelayView['state'], 'off'>;

const SIGNS: Record<Shown, { text: string; dot: string }> = {
  live: { text: 'text-ok', dot: 'bg-current' },
  catching_up: { text: 'text-attention', dot: 'bg-current rounded-none rotate-45 scale-90' },
  connecting: { text: 'text-faint', dot: 'border-2 border-dashed border-current' },
  unreachable: { text: 'text-danger', dot: 'border-2 border-current' },
};

/** The relay that keeps webhooks while this machine sleeps: its state, and the addresses to declare (WHK-7). */
export function Relay({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const { data: relay, error, refetch } = useQuery(relayQuery());
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (relay === undefined) return <Skeleton className="mt-3 h-16" />;
  if (relay.state === 'off') {
    return (
      <Empty
        compact
        icon={<CloudDownload size={18} />}
        title={t('settings.relay.off')}
        text={t('settings.relay.offText')}
      />
    );
  }
  return (
    <>
      <p className="mt-0.5 mb-3 text-soft">{t('settings.relay.text')}</p>
      <Standing relay={relay} state={relay.state} />
      {relay.setAside > 0 && (
        <div className="mt-3">
          <Strip tone="attention">{t('settings.relay.setAside', { count: relay.setAside })}</Strip>
        </div>
      )}
      {relay.address !== null &&
        settings.lines.map(({ id, label, webhookPath }) => (
          <Address key={id} label={label} address={`${relay.address}${webhookPath}`} />
        ))}
    </>
  );
}

function Standing({ relay, state }: { relay: RelayView; state: Shown }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const { text, dot } = SIGNS[state];
  const facts: [string, string][] = [];
  if (relay.since !== null) facts.push([t('settings.relay.since'), format.dateTime(relay.since)]);
  if (relay.lastPulledAt !== null) facts.push([t('settings.relay.lastPulled'), format.dateTime(relay.lastPulledAt)]);
  if (relay.waiting > 0) facts.push([t('settings.relay.waiting'), format.number(relay.waiting)]);
  return (
    <div data-testid="relay" data-state={state}>
      <p className={`inline-flex items-center gap-1.5 font-medium ${text}`}>
        <span className={`size-2 shrink-0 rounded-full ${dot}`} aria-hidden="true" />
        {words.settings.relay.states[state]}
      </p>
      <p className="mt-1 mb-3 text-soft">{relay.message}</p>
      <Facts facts={facts} />
    </div>
  );
}

function Address({ label, address }: { label: string; address: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="mt-3 text-12 font-medium text-soft">{t('settings.relay.address', { line: label })}</p>
      <div className="mt-1 flex items-center justify-between gap-2 rounded-field border border-line bg-canvas py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 truncate font-mono text-12" title={address}>
          {address}
        </code>
        <CopyButton text={address} label={t('settings.relay.copy')} />
      </div>
    </>
  );
}
