import { useQuery } from '@tanstack/react-query';
import { Pause, Search } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { settingsQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { LevelBadge } from '../../components/LevelBadge.tsx';
import { Skeleton } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { standingOf, useLive } from '../../state/live.ts';
import { openPalette } from '../../state/palette.ts';
import { LineState } from './LineState.tsx';

// Menus are not needed for the first picture: they come right after it, started with this module.
const pauseMenu = import('./PauseMenu.tsx');
const PauseMenu = lazy(() => pauseMenu.then((module) => ({ default: module.PauseMenu })));

/** The state of sending, on every page. */
export function TopLine() {
  const { t } = useTranslation();
  const { data: settings } = useQuery(settingsQuery());
  return (
    <div className="flex h-12 items-center gap-5 border-b border-line bg-surface px-6">
      <div role="group" aria-label={t('top.label')} className="flex min-w-0 items-center gap-5 text-13">
        <Figures />
        <DefaultLine settings={settings} />
      </div>
      <div className="ml-auto flex items-center gap-2">
        <button
          type="button"
          onClick={openPalette}
          title={t('top.palette')}
          className="flex h-8 items-center gap-2 rounded-field border border-line bg-canvas px-2.5 text-13 text-soft transition-colors hover:bg-fill"
        >
          <Search size={14} aria-hidden="true" />
          <span className="max-wide:sr-only">{t('common.search')}</span>
          <kbd className="rounded border border-line bg-surface px-1 font-sans text-12 text-soft">{SHORTCUT}</kbd>
        </button>
        <Suspense
          fallback={
            <Button icon={<Pause size={14} />} disabled>
              {t('pause.pause')}
            </Button>
          }
        >
          <PauseMenu />
        </Suspense>
      </div>
    </div>
  );
}

const SHORTCUT = /mac/i.test(navigator.platform) ? '⌘ K' : 'Ctrl K';

function Figures() {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const stats = useLive((live) => live.stats);
  const standing = useLive(standingOf);
  if (!stats || !standing)
    return standing ? (
      <LevelBadge standing={standing} word={words.level[standing]} />
    ) : (
      <Skeleton className="h-6 w-64" />
    );
  return (
    <>
      <LevelBadge
        standing={standing}
        word={words.level[standing]}
        label={t('level.label', { level: words.level[stats.alertLevel] })}
      />
      <span className="whitespace-nowrap" title={t('top.todayTitle', { sent: stats.sent, limit: stats.limit })}>
        <span className="sr-only">{t('top.today')} </span>
        <span className="font-semibold" data-testid="top-sent">
          {format.number(stats.sent)}
        </span>
        <span className="text-soft"> / {format.number(stats.limit)}</span>
      </span>
      <span
        className="whitespace-nowrap text-soft"
        title={t('top.rollingTitle', { sent: stats.rolling.sent, limit: stats.rolling.limit })}
      >
        {t('top.rolling')} <span className="font-medium text-ink">{format.number(stats.rolling.sent)}</span> /{' '}
        {format.number(stats.rolling.limit)}
      </span>
    </>
  );
}

function DefaultLine({ settings }: { settings: Settings | undefined }) {
  const { t } = useTranslation();
  const pauses = useLive((live) => live.stats?.pauses);
  const lost = useLive((live) => live.connection === 'lost');
  if (!settings) return null;
  const line = settings.lines.find((candidate) => candidate.isDefault) ?? settings.lines[0];
  if (!line) return <span className="text-soft">{t('line.none')}</span>;
  const paused = pauses?.some((pause) => pause.scope === 'line' && pause.id === line.id) ?? false;
  return (
    <span className="flex min-w-0 items-center gap-1.5 text-soft max-mid:hidden" title={line.label}>
      <span className="truncate">{line.label}</span>
      <LineState state={lost ? 'unknown' : paused ? 'paused' : line.state} />
    </span>
  );
}
