import { Megaphone, Pause, Play, SunMoon, Upload, UserPlus, UserRound, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../backend/contract/contacts.ts';
import { readablePhone } from '../../format/format.ts';
import { useWords } from '../../locales/i18n.ts';
import { useLive } from '../../state/live.ts';
import { href, navigate } from '../../state/router.ts';
import { PAGES } from './pages.ts';
import { useAppearance } from './useAppearance.ts';
import { useSending } from './useSending.ts';

export type Command = { id: string; title: string; detail: string; icon: LucideIcon; run: () => void };

/** Letters without accents and case, so that "resoudre" finds "À résoudre". */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}

/** What can be done from anywhere, narrowed by what was typed. */
export function useCommands(typed: string, contacts: readonly Contact[]): Command[] {
  const { t } = useTranslation();
  const words = useWords();
  const { toggleTheme } = useAppearance();
  const { pause, resume } = useSending();
  const paused = useLive((live) => live.stats?.paused ?? false);
  const go = (...path: string[]) => ({ run: () => navigate(href(path)) });

  const pages = PAGES.map((page): Command => ({
    id: page.name,
    title: words.nav[page.name],
    detail: t('palette.pages'),
    icon: page.icon,
    ...go(...(page.path ? [page.path] : [])),
  }));
  const detail = t('palette.actions');
  const actions: Command[] = [
    { id: 'new-campaign', title: t('palette.newCampaign'), detail, icon: Megaphone, ...go('campaigns', 'new') },
    { id: 'import', title: t('palette.importContacts'), detail, icon: Upload, ...go('contacts', 'import') },
    { id: 'new-contact', title: t('palette.newContact'), detail, icon: UserPlus, ...go('contacts', 'new') },
    { id: 'theme', title: t('palette.toggleTheme'), detail, icon: SunMoon, run: toggleTheme },
    paused
      ? { id: 'resume', title: t('pause.resumeAll'), detail, icon: Play, run: () => resume({ scope: 'all' }) }
      : { id: 'pause', title: t('pause.all'), detail, icon: Pause, run: () => pause({ scope: 'all' }) },
  ];
  const people = contacts.map((contact): Command => ({
    id: `contact-${contact.id}`,
    title: contact.name || readablePhone(contact.phone),
    detail: t('palette.contacts'),
    icon: UserRound,
    ...go('contacts', contact.id),
  }));

  const wanted = plain(typed.trim());
  return [...[...pages, ...actions].filter(({ title }) => plain(title).includes(wanted)), ...(wanted ? people : [])];
}
