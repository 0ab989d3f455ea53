import { CircleHelp, Gauge, Megaphone, Send, Settings, Users, Webhook, type LucideIcon } from 'lucide-react';
import { lazy, type ComponentType } from 'react';
import type { PageProps } from '../../state/router.ts';
import { DashboardPage } from '../dashboard/DashboardPage.tsx';

export type PageName = 'dashboard' | 'campaigns' | 'contacts' | 'attempts' | 'resolve' | 'webhooks' | 'settings';

type PageEntry = { name: PageName; path: string; icon: LucideIcon; page: ComponentType<PageProps> };

/** Only the dashboard is in the first load. */
const load = {
  campaigns: () => import('../campaigns/CampaignsPage.tsx'),
  contacts: () => import('../contacts/ContactsPage.tsx'),
  attempts: () => import('../attempts/AttemptsPage.tsx'),
  resolve: () => import('../resolve/ResolvePage.tsx'),
  webhooks: () => import('../webhooks/WebhooksPage.tsx'),
  settings: () => import('../settings/SettingsPage.tsx'),
};

export const PAGES: readonly PageEntry[] = [
  { name: 'dashboard', path: '', icon: Gauge, page: DashboardPage },
  {
    name: 'campaigns',
    path: 'campaigns',
    icon: Megaphone,
    page: lazy(() => load.campaigns().then((module) => ({ default: module.CampaignsPage }))),
  },
  {
    name: 'contacts',
    path: 'contacts',
    icon: Users,
    page: lazy(() => load.contacts().then((module) => ({ default: module.ContactsPage }))),
  },
  {
    name: 'attempts',
    path: 'attempts',
    icon: Send,
    page: lazy(() => load.attempts().then((module) => ({ default: module.AttemptsPage }))),
  },
  {
    name: 'resolve',
    path: 'resolve',
    icon: CircleHelp,
    page: lazy(() => load.resolve().then((module) => ({ default: module.ResolvePage }))),
  },
  {
    name: 'webhooks',
    path: 'webhooks',
    icon: Webhook,
    page: lazy(() => load.webhooks().then((module) => ({ default: module.WebhooksPage }))),
  },
  {
    name: 'settings',
    path: 'settings',
    icon: Settings,
    page: lazy(() => load.settings().then((module) => ({ default: module.SettingsPage }))),
  },
];

/** Brings the other pages in while nothing else is to be done, so that opening one is immediate. */
export function loadPagesSoon(): void {
  const start = (): void => void Promise.allSettled(Object.values(load).map((page) => page()));
  if ('requestIdleCallback' in window) window.requestIdleCallback(start, { timeout: 3_000 });
  else setTimeout(start, 1_000);
}
