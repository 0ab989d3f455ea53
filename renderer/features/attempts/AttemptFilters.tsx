import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { campaignQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { FilterSelect } from '../../components/FilterSelect.tsx';
import { SearchInput } from '../../components/SearchInput.tsx';
import { useWords } from '../../locales/i18n.ts';
import { href, navigate } from '../../state/router.ts';
import { ATTEMPT_STATES, MESSAGE_TYPES } from './AttemptState.tsx';

type Query = Readonly<Record<string, string>>;

/** The filters that a place names; what it names wrongly is left out. */
export function filtersOf(query: Query) {
  return {
    state: ATTEMPT_STATES.find((state) => state === query['state']),
    type: MESSAGE_TYPES.find((type) => type === query['type']),
    campaignId: query['campaign'] || undefined,
    q: query['q'] || undefined,
  };
}

export function AttemptFilters({ query }: { query: Query }) {
  const { t } = useTranslation();
  const words = useWords();
  const filters = filtersOf(query);
  const set = (part: Query): void => navigate(href(['attempts'], { ...query, ...part }), { replace: true });
  const search = useCallback((q: string) => navigate(href(['attempts'], { ...query, q }), { replace: true }), [query]);
  return (
    <>
      <SearchInput label={t('attempts.search')} value={filters.q ?? ''} onChange={search} />
      <FilterSelect
        label={t('attempts.filterState')}
        value={filters.state ?? ''}
        onChange={(state) => set({ state })}
        choices={ATTEMPT_STATES.map((value) => ({ value, label: words.attempts.state[value] }))}
      />
      <FilterSelect
        label={t('attempts.filterType')}
        value={filters.type ?? ''}
        onChange={(type) => set({ type })}
        choices={MESSAGE_TYPES.map((value) => ({ value, label: words.attempts.type[value] }))}
      />
      {filters.campaignId && <CampaignFilter id={filters.campaignId} query={query} />}
    </>
  );
}

/** The campaign that the list is narrowed to, and the way out of it. */
function CampaignFilter({ id, query }: { id: string; query: Query }) {
  const { t } = useTranslation();
  const { data: campaign } = useQuery(campaignQuery(id));
  return (
    <ButtonLink
      href={href(['attempts'], { ...query, campaign: undefined })}
      icon={<X size={14} />}
      className="max-w-64 border-accent"
    >
      <span className="truncate">
        {t('attempts.filterCampaign')} · {campaign?.name ?? id}
      </span>
    </ButtonLink>
  );
}
