import { useQuery } from '@tanstack/react-query';
import { useEffect, type ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { settingsQuery } from '../../api/queries.ts';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { useWords } from '../../locales/i18n.ts';
import { href, type PageProps } from '../../state/router.ts';
import { AnswerSettings } from './AnswerSettings.tsx';
import { Appearance } from './Appearance.tsx';
import { AuditLog } from './AuditLog.tsx';
import { Backups } from './Backups.tsx';
import { DataProtection } from './DataProtection.tsx';
import { Installation } from './Installation.tsx';
import { LimitSettings } from './LimitSettings.tsx';
import { Lines } from './Lines.tsx';
import { RegionSettings } from './RegionSettings.tsx';
import { Relay } from './Relay.tsx';
import { SharedCounters } from './SharedCounters.tsx';
import { Suppressions } from './Suppressions.tsx';
import { Sync } from './Sync.tsx';

type SectionName =
  | 'appearance'
  | 'limits'
  | 'answers'
  | 'region'
  | 'lines'
  | 'relay'
  | 'shared'
  | 'suppressions'
  | 'protection'
  | 'backups'
  | 'sync'
  | 'audit'
  | 'system';
type Section = { name: SectionName; content: ComponentType<{ settings: Settings }> };

const SECTIONS: readonly Section[] = [
  { name: 'appearance', content: Appearance },
  { name: 'limits', content: LimitSettings },
  { name: 'answers', content: AnswerSettings },
  { name: 'region', content: RegionSettings },
  { name: 'lines', content: Lines },
  { name: 'relay', content: Relay },
  { name: 'shared', content: SharedCounters },
  { name: 'suppressions', content: Suppressions },
  { name: 'protection', content: DataProtection },
  { name: 'backups', content: Backups },
  { name: 'sync', content: Sync },
  { name: 'audit', content: AuditLog },
  { name: 'system', content: Installation },
];

/** `settings`, `settings/SECTION`: one section below the other, each with its own link. */
export function SettingsPage({ path }: PageProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { data: settings, error, refetch } = useQuery(settingsQuery());
  const [wanted] = path;
  const ready = settings !== undefined;

  useEffect(() => {
    if (ready && wanted) document.getElementById(`settings-${wanted}`)?.scrollIntoView({ block: 'start' });
  }, [ready, wanted]);

  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  return (
    <div className="mx-auto flex max-w-5xl gap-10 px-6 pt-5 pb-10">
      <nav aria-label={t('settings.sections')} className="sticky top-5 hidden w-44 shrink-0 self-start wide:block">
        <ul className="flex flex-col gap-0.5">
          {SECTIONS.map(({ name }) => (
            <li key={name}>
              <a
                href={href(['settings', name])}
                aria-current={wanted === name ? 'location' : undefined}
                className="flex h-8 items-center rounded-field px-2 text-soft hover:bg-fill hover:text-ink aria-[current]:bg-fill aria-[current]:font-medium aria-[current]:text-ink"
              >
                {words.settings[name].title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0 flex-1">
        <h1 className="mb-4 text-20 font-semibold tracking-tight">{t('settings.title')}</h1>
        {settings ? (
          <div className="flex flex-col gap-4">
            {SECTIONS.map(({ name, content: Content }) => (
              <section
                key={name}
                id={`settings-${name}`}
                aria-labelledby={`settings-${name}-title`}
                className="card scroll-mt-4 px-5 py-4"
              >
                <h2 id={`settings-${name}-title`} className="text-15 font-semibold">
                  {words.settings[name].title}
                </h2>
                <Content settings={settings} />
              </section>
            ))}
          </div>
        ) : (
          <SkeletonRows label={t('common.loading')} />
        )}
      </div>
    </div>
  );
}
