import { useTranslation } from 'react-i18next';
import type { Category, Contact } from '../../../backend/contract/contacts.ts';
import { CategoryDot } from '../../components/CategoryDot.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { readablePhone } from '../../format/format.ts';
import { useFormat } from '../../format/useFormat.ts';

export function useContactColumns(categories: readonly Category[]): Column<Contact>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const byId = new Map(categories.map((category) => [category.id, category]));
  return [
    {
      id: 'name',
      header: t('contacts.columns.name'),
      cell: ({ name, optedOutAt }) => (
        <>
          {name || <span className="font-normal text-faint">{t('contacts.noName')}</span>}
          {optedOutAt && (
            <span className="ml-2 rounded-full bg-blocked-tint px-2 py-0.5 text-12 font-normal text-blocked">
              {t('contacts.optedOut')}
            </span>
          )}
        </>
      ),
    },
    { id: 'phone', header: t('contacts.columns.phone'), width: '172px', cell: ({ phone }) => readablePhone(phone) },
    {
      id: 'categories',
      header: t('contacts.columns.categories'),
      cell: ({ categoryIds }) => (
        <span className="flex gap-3 overflow-hidden">
          {categoryIds.map((id) => {
            const category = byId.get(id);
            return (
              category && (
                <span key={id} className="flex min-w-0 items-center gap-1.5 text-soft">
                  <CategoryDot color={category.color} />
                  <span className="truncate">{category.name}</span>
                </span>
              )
            );
          })}
        </span>
      ),
    },
    {
      id: 'created',
      header: t('contacts.columns.created'),
      width: '136px',
      align: 'right',
      from: 'wide',
      cell: ({ createdAt }) => <span className="text-soft">{createdAt === '' ? '' : format.dateTime(createdAt)}</span>,
    },
  ];
}
