import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Facts } from '../../components/SidePanel.tsx';
import { useFormat } from '../../format/useFormat.ts';

const SECOND_MS = 1_000;

/** What comes from the environment, to be read only. */
export function Installation({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seconds = (durationMs: number): string => t('settings.system.seconds', { count: durationMs / SECOND_MS });
  return (
    <div className="mt-3">
      <Facts
        facts={[
          [t('settings.system.version'), settings.version],
          [t('settings.system.dataDir'), <code className="font-mono text-12 break-all">{settings.dataDir}</code>],
          [t('settings.system.adminAddress'), settings.adminAddress ?? t('settings.system.notServed')],
          [t('settings.system.webhookAddress'), settings.webhookAddress ?? t('settings.system.notServed')],
          [t('settings.system.sendTimeout'), seconds(settings.sendTimeoutMs)],
          [t('settings.system.retryBase'), seconds(settings.retryBaseMs)],
          [t('settings.system.maxAttempts'), format.number(settings.maxAttempts)],
          [t('settings.system.gap'), t('settings.system.gapValue', settings.sendGapMs)],
        ]}
      />
    </div>
  );
}
