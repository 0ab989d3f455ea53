import { Languages, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LevelShape } from '../../components/LevelShape.tsx';
import { useWords } from '../../locales/i18n.ts';
import { useLive } from '../../state/live.ts';
import { href, usePlace } from '../../state/router.ts';
import { PAGES, type PageName } from './pages.ts';
import { useAppearance } from './useAppearance.ts';

/** Where to go, with a badge where something waits. Icons alone below 1100 px. */
export function Sidebar() {
  const { t } = useTranslation();
  const words = useWords();
  const [first = ''] = usePlace().path;
  return (
    <nav
      aria-label={t('nav.label')}
      className="flex min-h-0 flex-col border-r border-line bg-canvas px-2 py-3 wide:px-3"
    >
      <a href={href([])} className="mb-4 flex h-8 items-center gap-2.5 rounded-field px-1 wide:px-2" aria-label="Vigie">
        <Mark />
        <span className="text-15 font-semibold tracking-tight max-wide:hidden">Vigie</span>
      </a>
      <ul className="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto">
        {PAGES.map(({ name, path, icon: Icon }) => (
          <li key={name}>
            <a
              href={href(path ? [path] : [])}
              aria-current={first === path ? 'page' : undefined}
              title={words.nav[name]}
              className="relative flex h-8 items-center gap-2.5 rounded-field px-2 text-13 font-medium text-soft transition-colors hover:bg-fill hover:text-ink aria-[current]:bg-fill aria-[current]:text-ink max-wide:justify-center"
            >
              <Icon size={16} className="shrink-0" aria-hidden="true" />
              <span className="truncate max-wide:sr-only">{words.nav[name]}</span>
              <Badge page={name} />
            </a>
          </li>
        ))}
      </ul>
      <QuickSwitches />
    </nav>
  );
}

/** Shown exactly when something waits there: a level to watch (MON-9), decisions to take. */
function Badge({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const stats = useLive((live) => live.stats);
  const place = 'ml-auto max-wide:absolute max-wide:-top-0.5 max-wide:-right-0.5';
  if (page === 'dashboard' && stats?.badge) {
    return (
      <span className={place} data-testid="quota-badge" title={t('nav.quotaBadge')}>
        <LevelShape standing={stats.alertLevel} />
        <span className="sr-only">{t('nav.quotaBadge')}</span>
      </span>
    );
  }
  if (page === 'resolve' && stats && stats.toResolve > 0) {
    return (
      <span
        className={`${place} min-w-5 rounded-full max-wide:min-w-4 max-wide:px-1 bg-attention-tint px-1.5 text-center text-12 font-semibold text-attention`}
        data-testid="resolve-badge"
      >
        <span aria-hidden="true">{stats.toResolve}</span>
        <span className="sr-only">{t('nav.resolveBadge', { count: stats.toResolve })}</span>
      </span>
    );
  }
  return null;
}

function QuickSwitches() {
  const { t } = useTranslation();
  const { dark, toggleTheme, language, chooseLanguage } = useAppearance();
  const look =
    'flex h-8 items-center gap-2.5 rounded-field px-2 text-13 text-soft transition-colors hover:bg-fill hover:text-ink max-wide:justify-center';
  const themeLabel = dark ? t('nav.toLight') : t('nav.toDark');
  const other = language === 'fr' ? 'en' : 'fr';
  const languageLabel = other === 'en' ? t('nav.toEnglish') : t('nav.toFrench');
  return (
    <div className="mt-2 flex flex-col gap-0.5 border-t border-line pt-2 wide:flex-row">
      <button type="button" className={look} onClick={toggleTheme} aria-label={themeLabel} title={themeLabel}>
        {dark ? <Sun size={16} aria-hidden="true" /> : <Moon size={16} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className={look}
        onClick={() => chooseLanguage(other)}
        lang={other}
        title={languageLabel}
        data-testid="language"
      >
        <Languages size={16} aria-hidden="true" />
        <span className="max-wide:sr-only">{languageLabel}</span>
      </button>
    </div>
  );
}

function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="8" fill="var(--accent-solid)" />
      <path
        d="M6.5 16C9 11.3 12.2 9 16 9s7 2.3 9.5 7c-2.5 4.7-5.7 7-9.5 7s-7-2.3-9.5-7Z"
        fill="none"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="16" r="3.4" fill="#fff" />
    </svg>
  );
}
