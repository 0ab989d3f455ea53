import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { settingsQuery } from '../../api/queries.ts';
import { retryConnection } from '../../api/startLive.ts';
import { Button } from '../../components/Button.tsx';
import { LevelShape } from '../../components/LevelShape.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useLive } from '../../state/live.ts';

const DemoHelp = lazy(() => import('./DemoHelp.tsx').then((module) => ({ default: module.DemoHelp })));

/** Says that the page no longer follows; what was there stays in view (UI-4). */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const lost = useLive((live) => live.connection === 'lost');
  const seenAt = useLive((live) => live.stats?.updatedAt);
  if (!lost) return null;
  return (
    <div
      role="alert"
      className="appear flex items-center gap-2.5 border-b border-line bg-paused-tint px-6 py-2 text-13 text-paused"
    >
      <LevelShape standing="offline" />
      <p className="min-w-0 flex-1 font-medium">
        {seenAt ? t('banner.lost', { time: format.timeWithSeconds(seenAt) }) : t('banner.lostNever')}
      </p>
      <Button size="small" onClick={retryConnection}>
        {t('banner.reconnect')}
      </Button>
    </div>
  );
}

/** Says that nothing is real, and how to work for real. */
export function DemoBanner() {
  const { t } = useTranslation();
  const { data: settings } = useQuery(settingsQuery());
  const [explained, setExplained] = useState(false);
  if (!settings?.demo) return null;
  return (
    <div
      role="note"
      data-testid="demo"
      className="flex items-center gap-2.5 border-b border-line bg-accent-tint px-6 py-1.5 text-13 text-accent"
    >
      <FlaskConical size={14} className="shrink-0" aria-hidden="true" />
      <p className="min-w-0 flex-1">
        {t('banner.demo')}{' '}
        <button type="button" className="font-semibold underline underline-offset-2" onClick={() => setExplained(true)}>
          {t('banner.demoLeave')}
        </button>
      </p>
      {explained && (
        <Suspense>
          <DemoHelp onClose={() => setExplained(false)} />
        </Suspense>
      )}
    </div>
  );
}
