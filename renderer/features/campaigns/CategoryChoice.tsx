import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { categoriesQuery } from '../../api/queries.ts';
import { ButtonLink } from '../../components/Button.tsx';
import { CategoryDot } from '../../components/CategoryDot.tsx';
import { LoadFailed } from '../../components/LoadFailed.tsx';
import { Skeleton } from '../../components/Notices.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { href } from '../../state/router.ts';

type CategoryChoiceProps = {
  chosen: readonly string[];
  onChange: (categoryIds: string[]) => void;
  error?: string | undefined;
};

/** Categories to write to, as chips that say how many contacts they hold. */
export function CategoryChoice({ chosen, onChange, error }: CategoryChoiceProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const errorId = useId();
  const { data: categories, error: failure, refetch } = useQuery(categoriesQuery());
  const toggle = (id: string): void =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);

  return (
    <fieldset className="min-w-0" aria-describedby={error ? errorId : undefined}>
      <legend className="mb-1.5 font-medium">{t('campaigns.form.categories')}</legend>
      {failure ? (
        <LoadFailed error={failure} onRetry={() => void refetch()} compact />
      ) : !categories ? (
        <Skeleton className="h-8 w-64" />
      ) : categories.length === 0 ? (
        <div className="flex items-center gap-3">
          <p className="text-soft">{t('campaigns.form.noCategories')}</p>
          <ButtonLink size="small" icon={<Upload size={14} />} href={href(['contacts', 'import'])}>
            {t('contacts.import')}
          </ButtonLink>
        </div>
      ) : (
        <div className="flex flex-wrap gap-2">
          {categories.map((category) => (
            <label
              key={category.id}
              className="flex h-8 max-w-full cursor-pointer items-center gap-2 rounded-field border border-edge bg-raised px-2.5 text-soft hover:bg-hover has-checked:border-accent has-checked:bg-accent-tint has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="checkbox"
                className="accent-accent-solid"
                checked={chosen.includes(category.id)}
                onChange={() => toggle(category.id)}
              />
              <CategoryDot color={category.color} />
              <span className="truncate font-medium">{category.name}</span>
              <span className="text-12">{format.number(category.contactCount)}</span>
            </label>
          ))}
        </div>
      )}
      {error && (
        <p id={errorId} role="alert" className="mt-1 text-12 text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
