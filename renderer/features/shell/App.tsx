import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Compass } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../../api/errors.ts';
import { keys, settingsQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { Empty, SkeletonPage } from '../../components/Notices.tsx';
import { Toasts } from '../../components/Toasts.tsx';
import { speak, useWords } from '../../locales/i18n.ts';
import { useLive } from '../../state/live.ts';
import { usePreferences } from '../../state/preferences.ts';
import { openPalette, usePalette } from '../../state/palette.ts';
import { href, usePlace } from '../../state/router.ts';
import { ConnectionBanner, DemoBanner } from './Banners.tsx';
import { Fallible } from './Fallible.tsx';
import { loadPagesSoon, PAGES } from './pages.ts';
import { Sidebar } from './Sidebar.tsx';
import { SignIn } from './SignIn.tsx';
import { TopLine } from './TopLine.tsx';

const FrozenPage = lazy(() => import('./FrozenPage.tsx').then((module) => ({ default: module.FrozenPage })));
const CommandPalette = lazy(() =>
  import('./CommandPalette.tsx').then((module) => ({ default: module.CommandPalette })),
);

/** The whole interface: navigation, top line, the page of the present place. */
export function App() {
  const locked = useLive((live) => live.connection === 'locked');
  useLanguage();
  useEffect(loadPagesSoon, []);

  const frozen = useFrozen();

  if (locked) return <SignIn />;
  if (frozen !== null) {
    return (
      <Suspense>
        <FrozenPage error={frozen} />
      </Suspense>
    );
  }
  return (
    <>
      <SkipLink />
      <div className="grid h-dvh grid-cols-[56px_minmax(0,1fr)] grid-rows-[minmax(0,1fr)] wide:grid-cols-[220px_minmax(0,1fr)]">
        <Sidebar />
        <div className="grid min-h-0 grid-rows-[auto_minmax(0,1fr)]">
          <header>
            <TopLine />
            <ConnectionBanner />
            <DemoBanner />
          </header>
          <Page />
        </div>
      </div>
      <Palette />
      <Toasts />
    </>
  );
}

function Page() {
  const { t } = useTranslation();
  const words = useWords();
  const { path, query } = usePlace();
  const [first = '', ...rest] = path;
  const entry = PAGES.find((page) => page.path === first);
  const title = entry ? words.nav[entry.name] : t('error.notFound');
  const main = useRef<HTMLElement>(null);
  const shownBefore = useRef<string | null>(null);

  useEffect(() => {
    document.title = `${title} · Vigie`;
  }, [title]);
  // A new page takes the focus, so that the keyboard and screen readers start at its beginning.
  useEffect(() => {
    if (shownBefore.current !== null && shownBefore.current !== first) main.current?.focus();
    shownBefore.current = first;
  }, [first]);

  return (
    // Made anew for each page, so that none begins where the one before was scrolled to.
    <main key={first} ref={main} id="content" tabIndex={-1} className="min-h-0 overflow-auto bg-canvas">
      <Fallible>
        <Suspense fallback={<SkeletonPage label={t('common.loading')} />}>
          {entry ? (
            <entry.page path={rest} query={query} />
          ) : (
            <Empty heading icon={<Compass size={18} />} title={t('error.notFound')} text={t('error.pageMissing')}>
              <ButtonLink href={href([])}>{t('error.toDashboard')}</ButtonLink>
            </Empty>
          )}
        </Suspense>
      </Fallible>
    </main>
  );
}

/** Opened by Ctrl or Cmd K from anywhere, fetched when it is first opened. */
function Palette() {
  const open = usePalette((palette) => palette.open);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      openPalette();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return open ? (
    <Suspense>
      <CommandPalette />
    </Suspense>
  ) : null;
}

function SkipLink() {
  const { t } = useTranslation();
  const skip = (event: MouseEvent): void => {
    event.preventDefault();
    document.getElementById('content')?.focus();
  };
  return (
    <a
      href="#content"
      onClick={skip}
      className="sr-only z-50 rounded-field bg-accent-solid px-3 py-2 font-medium text-white focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
    >
      {t('nav.skip')}
    </a>
  );
}

const FROZEN_LOOKED_AT_MS = 2_000;

/** The error that says that the backend is frozen, null while it works. Looked at again until it does. */
function useFrozen(): Error | null {
  const queryClient = useQueryClient();
  const { data } = useQuery({
    queryKey: keys.frozen,
    queryFn: () =>
      queryClient.fetchQuery(settingsQuery()).then(
        () => null,
        (error: unknown) => (error instanceof Error && failureOf(error).code === 'frozen' ? error : null),
      ),
    refetchInterval: (query) => (query.state.data ? FROZEN_LOOKED_AT_MS : false),
    // Each answer is an error of its own, which says the same.
    structuralSharing: (before, now) => (before && now ? before : now),
  });
  return data ?? null;
}

/** The language of this browser, or the workspace's until one is chosen here. */
function useLanguage(): void {
  const language = usePreferences((preferences) => preferences.language);
  const chosen = usePreferences((preferences) => preferences.languageChosen);
  const { data: settings } = useQuery(settingsQuery());
  const workspaceLanguage = settings?.locale;

  useEffect(() => {
    if (!chosen && workspaceLanguage) usePreferences.setState({ language: workspaceLanguage });
  }, [chosen, workspaceLanguage]);
  useEffect(() => void speak(language), [language]);
}
