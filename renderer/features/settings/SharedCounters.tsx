import { useTranslation } from 'react-i18next';
import type { SharedStanding } from '../../../backend/contract/monitoring.ts';
import { Facts } from '../../components/SidePanel.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useLive } from '../../state/live.ts';

/** How this machine stands with the others that send on the same account (SYN-5). */
export function SharedCounters() {
  const { t } = useTranslation();
  const shared = useLive((live) => live.stats?.shared ?? null);
  return (
    <div className="mt-1">
      <p className="text-soft">{shared === null ? t('settings.shared.off') : t('settings.shared.text')}</p>
      {shared !== null && <Standing shared={shared} />}
    </div>
  );
}

function Standing({ shared }: { shared: SharedStanding }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, lostSince, canStillSend, sent, limit, rolling, machines, awaited } = shared;
  const states = {
    connected: t('settings.shared.connected'),
    waiting: awaited.length === 0 ? t('settings.shared.starting') : t('settings.shared.waiting'),
    lost: t('settings.shared.lost', { since: lostSince === null ? '' : format.dateTime(lostSince) }),
  };
  return (
    <div className="mt-3" data-testid="shared-standing">
      <Facts
        facts={[
          [t('settings.shared.state'), states[state]],
          [t('settings.shared.machines'), format.number(machines)],
          [t('settings.shared.sent'), t('settings.shared.of', { sent, limit })],
          [t('settings.shared.rolling'), format.number(rolling)],
          [t('settings.shared.canStillSend'), format.number(canStillSend)],
          ...(awaited.length === 0 ? [] : [[t('settings.shared.awaited'), awaited.join(', ')] as const]),
        ]}
      />
    </div>
  );
}
