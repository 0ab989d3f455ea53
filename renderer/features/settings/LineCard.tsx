import { Check, ChevronRight, Minus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Capabilities, Line } from '../../../backend/contract/lines.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Button } from '../../components/Button.tsx';
import { CopyButton } from '../../components/CopyButton.tsx';
import { LineHolds } from '../../components/LineHolds.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { useLive } from '../../state/live.ts';
import { LineState } from '../shell/LineState.tsx';
import { LineActions } from './LineActions.tsx';
import { LinePaceForm } from './LinePaceForm.tsx';
import { RenewWebhook } from './RenewWebhook.tsx';

const CAPABILITIES = [
  'deliveryReports',
  'readReports',
  'reactions',
  'lookupByReference',
  'signsWebhooks',
  'needsTemplate',
] as const satisfies readonly (keyof Capabilities)[];

/** One number: its state, what to do with it, its webhook address, what it can do, its pace. */
export function LineCard({ line, settings }: { line: Line; settings: Settings }) {
  const { t } = useTranslation();
  const words = useWords();
  const paused = useLive(
    (live) => live.stats?.pauses.some(({ scope, id }) => scope === 'line' && id === line.id) ?? false,
  );
  const standing = useLive((live) => live.stats?.lines.find(({ id }) => id === line.id));
  const works = line.use === 'active' || line.use === 'disabled';
  const hints: Record<Line['state'], string> = {
    online: words.line.onlineHint,
    offline: words.line.offlineHint,
    restricted: words.line.restrictedHint,
    unknown: words.line.unknownHint,
  };
  return (
    <li className="rounded-card border border-line p-4" data-testid={`line-${line.id}`}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-13 font-semibold">{line.label}</h3>
        <span className="text-soft">{words.settings.lines.provider[line.provider]}</span>
        {line.isDefault && <Badge>{t('settings.lines.default')}</Badge>}
        {line.source === 'environment' && <Badge>{t('settings.lines.fromEnvironment')}</Badge>}
        {line.use !== 'active' && <Badge>{words.settings.lines.use[line.use]}</Badge>}
        {line.use === 'active' && (
          <span className="ml-auto">
            <LineState state={paused ? 'paused' : line.state} />
          </span>
        )}
      </div>
      <p className="mt-1 text-soft">
        {line.use === 'active' ? hints[line.state] : words.settings.lines.useHint[line.use]}
      </p>
      {line.account && (
        <p className="mt-1 truncate text-12 text-soft">
          <span className="font-mono">{line.account.sender}</span> · <span>{line.account.baseUrl}</span>
        </p>
      )}
      {standing && (
        <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1 empty:hidden">
          <LineHolds standing={standing} />
        </p>
      )}
      <LineActions line={line} settings={settings} />
      {line.webhookPath !== '' && <WebhookAddress line={line} base={settings.webhookAddress} />}
      {works && (
        <details className="group mt-3 border-t border-line pt-2" open={settings.lines.length === 1}>
          <summary className="-mx-1 flex cursor-pointer list-none items-center gap-1 rounded-field px-1 py-1 text-12 font-medium text-soft hover:text-ink">
            <ChevronRight size={14} aria-hidden="true" className="transition-transform group-open:rotate-90" />
            {t('settings.lines.more')}
          </summary>
          <p className="mt-2 mb-1 text-12 font-medium text-soft">{t('settings.lines.capabilities')}</p>
          <CapabilityList capabilities={line.capabilities} />
          <p className="mt-4 mb-2 border-t border-line pt-3 text-12 font-medium text-soft">
            {t('settings.pace.title')}
          </p>
          <LinePaceForm line={line} settings={settings} />
        </details>
      )}
    </li>
  );
}

function Badge({ children }: { children: ReactNode }) {
  return <span className="rounded-full bg-fill px-2 py-0.5 text-12 text-soft">{children}</span>;
}

function WebhookAddress({ line, base }: { line: Line; base: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [renewing, setRenewing] = useState(false);
  const address = base === null ? line.webhookPath : new URL(line.webhookPath, base).toString();
  const canRenew = line.source === 'app' && line.provider === 'wassenger' && line.use !== 'after_restart';
  return (
    <>
      <p className="mt-3 text-12 font-medium text-soft">{t('settings.lines.webhook')}</p>
      <div className="mt-1 flex items-center justify-between gap-2 rounded-field border border-line bg-canvas py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 truncate font-mono text-12" title={address}>
          {address}
        </code>
        {canRenew && (
          <Button size="small" look="quiet" onClick={() => setRenewing(true)}>
            {t('settings.lines.renew')}
          </Button>
        )}
        <CopyButton text={address} label={t('settings.lines.copyWebhook')} />
      </div>
      <p className="mt-1 text-12 text-soft">
        {line.formerWebhookUntil === null
          ? t(line.provider === 'meta' ? 'settings.lines.metaWebhookHint' : 'settings.lines.webhookHint')
          : t('settings.lines.formerUntil', { at: format.dateTime(line.formerWebhookUntil) })}
      </p>
      {renewing && <RenewWebhook line={line} onClose={() => setRenewing(false)} />}
    </>
  );
}

function CapabilityList({ capabilities }: { capabilities: Capabilities }) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <ul className="grid grid-cols-2 gap-x-4 gap-y-1 mid:grid-cols-3">
      {CAPABILITIES.map((capability) => (
        <li key={capability} className={`flex items-center gap-1.5 ${capabilities[capability] ? '' : 'text-soft'}`}>
          {capabilities[capability] ? (
            <Check size={14} className="text-ok" role="img" aria-label={t('common.yes')} />
          ) : (
            <Minus size={14} className="text-faint" role="img" aria-label={t('common.no')} />
          )}
          {words.settings.lines[capability]}
        </li>
      ))}
    </ul>
  );
}
