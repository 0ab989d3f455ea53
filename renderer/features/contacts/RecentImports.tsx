import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { importsQuery } from '../../api/queries.ts';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';

/** The last imports: what was cut short can be continued, what was wrong undone. */
export function RecentImports() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: imports } = useQuery(importsQuery());
  if (!imports || imports.length === 0) return null;
  return (
    <section className="card overflow-hidden" aria-label={t('contacts.importer.recent')}>
      <h2 className="px-4 py-2.5 text-13 font-medium">{t('contacts.importer.recent')}</h2>
      <ul>
        {imports.map((one) => (
          <li key={one.id} className="border-t border-line">
            <a
              href={href(['contacts', 'import'], { id: one.id })}
              className="flex items-center gap-3 px-4 py-2 text-13 hover:bg-hover"
            >
              <span className="min-w-0 flex-1 truncate font-medium">{one.fileName}</span>
              <span className={one.state === 'interrupted' || one.state === 'failed' ? 'text-attention' : 'text-soft'}>
                {t(`contacts.importer.state.${one.state}`)}
              </span>
              <span className="w-40 text-right text-soft tabular-nums">{format.dateTime(one.createdAt)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
