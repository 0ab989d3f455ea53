import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Contact } from '../../../backend/contract/contacts.ts';
import { categoriesQuery } from '../../api/queries.ts';
import { Strip } from '../../components/Notices.tsx';
import { Facts, PanelSection } from '../../components/SidePanel.tsx';
import { readablePhone } from '../../format/format.ts';

/** What a merge leaves, and what of the other contact goes. */
export function MergePreview({ remaining, gone }: { remaining: Contact; gone: Contact }) {
  const { t } = useTranslation();
  const { data: categories } = useQuery(categoriesQuery());
  const names = categories?.filter(({ id }) => remaining.categoryIds.includes(id)).map(({ name }) => name) ?? [];
  const lost: [string, string][] = [
    ...(gone.name === '' || gone.name === remaining.name
      ? []
      : ([[t('contacts.columns.name'), gone.name]] satisfies [string, string][])),
    [t('contacts.columns.phone'), readablePhone(gone.phone)],
    ...lostAttributes(remaining, gone),
  ];
  return (
    <div className="grid grid-cols-2 gap-6" data-testid="merge-preview">
      <div>
        <PanelSection title={t('contacts.merge.remains')}>
          <Facts
            facts={[
              [t('contacts.columns.name'), remaining.name || t('contacts.noName')],
              [t('contacts.columns.phone'), readablePhone(remaining.phone)],
              [t('contacts.columns.categories'), names.join(', ') || t('common.none')],
              ...Object.entries(remaining.attributes),
            ]}
          />
        </PanelSection>
      </div>
      <div>
        <PanelSection title={t('contacts.merge.goes')}>
          <Facts facts={lost} />
        </PanelSection>
      </div>
      {remaining.optedOutAt && (
        <div className="col-span-2">
          <Strip tone="blocked">{t('contacts.merge.optedOut')}</Strip>
        </div>
      )}
    </div>
  );
}

/** Values of the other contact for which the remaining one has another value under the same name. */
function lostAttributes(remaining: Contact, gone: Contact): [string, string][] {
  const kept = Object.entries(remaining.attributes);
  const isKept = ([key, value]: [string, string]): boolean =>
    kept.some(([name, held]) => held === value && name.localeCompare(key, undefined, { sensitivity: 'base' }) === 0);
  return Object.entries(gone.attributes).filter((entry) => !isKept(entry));
}
