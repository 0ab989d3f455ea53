import { notifyManager, QueryClient, queryOptions } from '@tanstack/react-query';
import type { AttemptListInput } from '../../backend/contract/attempts.ts';
import type { CampaignListInput, CampaignPreviewInput, RecipientListInput } from '../../backend/contract/campaigns.ts';
import type { Page } from '../../backend/contract/common.ts';
import type { ContactListInput } from '../../backend/contract/contacts.ts';
import type { ImportPreviewInput } from '../../backend/contract/imports.ts';
import type { LiveEvent } from '../../backend/contract/liveEvents.ts';
import type { WebhookEventListInput } from '../../backend/contract/webhookEvents.ts';
import { ERRORS_SHOWN } from './cacheChanges.ts';
import { api } from './client.ts';
import { mayPass } from './errors.ts';

const MINUTE_MS = 60_000;
const LIST_STALE_MS = 2 * MINUTE_MS;
const FIGURES_STALE_MS = 5 * MINUTE_MS;
const KEPT_MS = 10 * MINUTE_MS;
const RETRIES = 2;
/** Rows of a page of a list. */
export const PAGE_SIZE = 100;

export function createQueryClient(): QueryClient {
  // A change is on the page before the browser does anything else (UI-3), not after its next timer.
  notifyManager.setScheduler(queueMicrotask);
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: LIST_STALE_MS,
        gcTime: KEPT_MS,
        refetchOnWindowFocus: false,
        // The banner says that the connection is lost; a call must not wait for it silently.
        networkMode: 'always',
        retry: (failures, error) => failures < RETRIES && mayPass(error),
      },
      mutations: { networkMode: 'always' },
    },
  });
}

type Changed = Extract<LiveEvent, { type: 'changed' }>['what'];

/** First part of each query's key. */
export const keys = {
  history: ['history'],
  errors: ['errors'],
  attempts: ['attempts'],
  attempt: ['attempt'],
  waitingRetries: ['waiting-retries'],
  contacts: ['contacts'],
  contact: ['contact'],
  /** Contacts read for the palette and for variables; apart from the lists, which have pages. */
  contactLookup: ['contact-lookup'],
  imports: ['imports'],
  importList: ['import-list'],
  categories: ['categories'],
  campaigns: ['campaigns'],
  campaign: ['campaign'],
  recipients: ['recipients'],
  webhooks: ['webhooks'],
  settings: ['settings'],
  suppressions: ['suppressions'],
  audit: ['audit'],
  backups: ['backups'],
  /** Under the settings: whatever changes those may have changed this. */
  protection: ['settings', 'protection'],
  sync: ['sync'],
  frozen: ['frozen'],
  relay: ['relay'],
  changed: {
    contacts: ['contacts'],
    categories: ['categories'],
    campaigns: ['campaigns'],
    attempts: ['attempts'],
    webhook_events: ['webhooks'],
    settings: ['settings'],
    suppressions: ['suppressions'],
    sync: ['sync'],
    relay: ['relay'],
  } satisfies Record<Changed, string[]>,
};

/** A list that is read page after page, each from the cursor that the last one gave. */
export type KeysetQuery<Item> = {
  queryKey: readonly unknown[];
  ask: (page: { cursor: string | undefined; limit: number }, options: { signal: AbortSignal }) => Promise<Page<Item>>;
};

function pages<Item>(queryKey: readonly unknown[], ask: KeysetQuery<Item>['ask']): KeysetQuery<Item> {
  return { queryKey, ask };
}

/** Filters of a list, without its paging. */
type Filters<Input> = Omit<Input, 'limit' | 'cursor'>;

export const historyQuery = (days: number) =>
  queryOptions({
    queryKey: [...keys.history, days],
    queryFn: ({ signal }) => api.monitoring.history({ days }, { signal }),
    staleTime: FIGURES_STALE_MS,
  });

export const errorsQuery = () =>
  queryOptions({
    queryKey: keys.errors,
    queryFn: ({ signal }) => api.monitoring.errors({ limit: ERRORS_SHOWN }, { signal }),
    staleTime: FIGURES_STALE_MS,
  });

export const attemptsQuery = (filters: Filters<AttemptListInput>) =>
  pages([...keys.attempts, filters], (page, options) => api.attempts.list({ ...filters, ...page }, options));

export const attemptQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.attempt, id], queryFn: ({ signal }) => api.attempts.get({ id }, { signal }) });

export const contactsQuery = (filters: Filters<ContactListInput>) =>
  pages([...keys.contacts, filters], (page, options) => api.contacts.list({ ...filters, ...page }, options));

export const contactQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.contact, id], queryFn: ({ signal }) => api.contacts.get({ id }, { signal }) });

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.imports, id],
    queryFn: ({ signal }) => api.imports.get({ id }, { signal }),
    // Whatever was told while the page was closed.
    refetchOnMount: 'always',
  });

/** The last ones, newest first. */
export const importsQuery = () =>
  queryOptions({
    queryKey: keys.importList,
    queryFn: async ({ signal }) => (await api.imports.list({ limit: 5 }, { signal })).items,
    refetchOnMount: 'always',
  });

export const importPreviewQuery = (id: string, asked: Omit<ImportPreviewInput, 'id'>) =>
  queryOptions({
    queryKey: ['import-preview', id, asked],
    queryFn: ({ signal }) => api.imports.preview({ id, ...asked }, { signal }),
    retry: false,
  });

export const refusedQuery = (id: string) =>
  pages(['refused', id], (page, options) => api.imports.refused({ id, ...page }, options));

export const categoriesQuery = () =>
  queryOptions({
    queryKey: keys.categories,
    queryFn: async ({ signal }) => (await api.categories.list({ limit: 200 }, { signal })).items,
  });

export const campaignsQuery = (filters: Filters<CampaignListInput>) =>
  pages([...keys.campaigns, filters], (page, options) => api.campaigns.list({ ...filters, ...page }, options));

export const campaignQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.campaign, id], queryFn: ({ signal }) => api.campaigns.get({ id }, { signal }) });

export const recipientsQuery = (filters: Filters<RecipientListInput>) =>
  pages([...keys.recipients, filters.id, filters.state ?? ''], (page, options) =>
    api.campaigns.recipients({ ...filters, ...page }, options),
  );

export const previewQuery = (input: CampaignPreviewInput) =>
  queryOptions({
    queryKey: ['preview', input],
    queryFn: ({ signal }) => api.campaigns.preview(input, { signal }),
    retry: false,
  });

export const webhooksQuery = (filters: Filters<WebhookEventListInput>) =>
  pages([...keys.webhooks, filters], (page, options) => api.webhookEvents.list({ ...filters, ...page }, options));

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.webhooks, 'one', id],
    queryFn: ({ signal }) => api.webhookEvents.get({ id }, { signal }),
  });

export const settingsQuery = () =>
  queryOptions({ queryKey: keys.settings, queryFn: ({ signal }) => api.settings.get(undefined, { signal }) });

export const backupsQuery = () =>
  queryOptions({ queryKey: keys.backups, queryFn: ({ signal }) => api.backups.list(undefined, { signal }) });

export const syncQuery = () =>
  queryOptions({ queryKey: keys.sync, queryFn: ({ signal }) => api.sync.status(undefined, { signal }) });
export const relayQuery = () =>
  queryOptions({
    queryKey: keys.relay,
    queryFn: ({ signal }) => api.relay.get(undefined, { signal }),
    // Whatever was told while the page was closed.
    refetchOnMount: 'always',
  });

export const protectionQuery = () =>
  queryOptions({ queryKey: keys.protection, queryFn: ({ signal }) => api.protection.get(undefined, { signal }) });

export const suppressionsQuery = () =>
  pages(keys.suppressions, (page, options) => api.suppressions.list(page, options));

export const auditQuery = () => pages(keys.audit, (page, options) => api.audit.list(page, options));
