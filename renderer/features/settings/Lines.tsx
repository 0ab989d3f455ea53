import { Check, Minus, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Capabilities, Line } from '../../../backend/contract/lines.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { CopyButton } from '../../components/CopyButton.tsx';
import { LineHolds } from '../../components/LineHolds.tsx';
import { Empty } from '../../components/Notices.tsx';
import { useWords } from '../../locales/i18n.ts';
import { useLive } from '../../state/live.ts';
import { LineState } from '../shell/LineState.tsx';
import { LinePaceForm } from './LinePaceForm.tsx';

const CAPABILITIES = [
  'deliveryReports',
  'readReports',
  'reactions',
  'lookupByReference',
  'signsWebhooks',
  'needsTemplate',
] as const satisfies readonly (keyof Capabilities)[];

/** Numbers that send: state, webhook address, what they can do. */
export function Lines({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  if (settings.lines.length === 0) {
    return (
      <Empty
        compact
        icon={<Smartphone size={18} />}
        title={t('settings.lines.empty')}
        text={t('settings.lines.emptyText')}
      />
    );
  }
  return (
    <>
      <p className="mt-0.5 mb-3 text-soft">{t('settings.lines.text')}</p>
      <ul className="flex flex-col gap-3">
        {settings.lines.map((line) => (
          <LineCard key={line.id} line={line} settings={settings} />
        ))}
      </ul>
    </>
  );
}

function LineCard({ line, settings }: { line: Line; settings: Settings }) {
  const { t } = useTranslation();
  const words = useWords();
  const paused = useLive(
    (live) => live.stats?.pauses.some(({ scope, id }) => scope === 'line' && id === line.id) ?? false,
  );
  const standing = useLive((live) => live.stats?.lines.find(({ id }) => id === line.id));
  const { webhookAddress } = settings;
  const address = webhookAddress === null ? line.webhookPath : new URL(line.webhookPath, webhookAddress).toString();
  const hints: Record<Line['state'], string> = {
    online: words.line.onlineHint,
    offline: words.line.offlineHint,
    restricted: words.line.restrictedHint,
    unknown: words.line.unknownHint,
  };
  return (
    <li className="rounded-card border border-line p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-13 font-semibold">{line.label}</h3>
        <span className="text-soft">{words.settings.lines.provider[line.provider]}</span>
        {line.isDefault && (
          <span className="rounded-full bg-fill px-2 py-0.5 text-12 text-soft">{t('settings.lines.default')}</span>
        )}
        <span className="ml-auto">
          <LineState state={paused ? 'paused' : line.state} />
        </span>
      </div>
      <p className="mt-1 text-soft">{hints[line.state]}</p>
      {standing && (
        <p className="mt-1 flex flex-wrap gap-x-4 gap-y-1 empty:hidden">
          <LineHolds standing={standing} />
        </p>
      )}
      <p className="mt-3 text-12 font-medium text-soft">{t('settings.lines.webhook')}</p>
      <div className="mt-1 flex items-center justify-between gap-2 rounded-field border border-line bg-canvas py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 truncate font-mono text-12" title={address}>
          {address}
        </code>
        <CopyButton text={address} label={t('settings.lines.copyWebhook')} />
      </div>
      <p className="mt-1 text-12 text-soft">{t('settings.lines.webhookHint')}</p>
      <p className="mt-3 mb-1 text-12 font-medium text-soft">{t('settings.lines.capabilities')}</p>
      <ul className="grid grid-cols-2 gap-x-4 gap-y-1 mid:grid-cols-3">
        {CAPABILITIES.map((capability) => (
          <li
            key={capability}
            className={`flex items-center gap-1.5 ${line.capabilities[capability] ? '' : 'text-soft'}`}
          >
            {line.capabilities[capability] ? (
              <Check size={14} className="text-ok" role="img" aria-label={t('common.yes')} />
            ) : (
              <Minus size={14} className="text-faint" role="img" aria-label={t('common.no')} />
            )}
            {words.settings.lines[capability]}
          </li>
        ))}
      </ul>
      <p className="mt-4 mb-2 border-t border-line pt-3 text-12 font-medium text-soft">{t('settings.pace.title')}</p>
      <LinePaceForm line={line} settings={settings} />
    </li>
  );
}
