import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { categoriesQuery } from '../../api/queries.ts';
import { Field, TextInput } from '../../components/Field.tsx';
import { CountrySelect } from '../../components/CountrySelect.tsx';

export type ImportChoices = { category: string; country: string };

type ImportOptionsProps = { choices: ImportChoices; onChange: (choices: ImportChoices) => void; disabled: boolean };

/** Where the contacts go, and the country of numbers that do not say theirs. */
export function ImportOptions({ choices, onChange, disabled }: ImportOptionsProps) {
  const { t } = useTranslation();
  const listId = useId();
  const { data: categories } = useQuery(categoriesQuery());
  return (
    <div className="grid grid-cols-1 gap-4 mid:grid-cols-2">
      <Field
        label={t('contacts.importer.category')}
        optional={t('common.optional')}
        hint={t('contacts.importer.categoryHint')}
      >
        {(described) => (
          <>
            <TextInput
              {...described}
              list={listId}
              maxLength={100}
              disabled={disabled}
              value={choices.category}
              onChange={(event) => onChange({ ...choices, category: event.target.value })}
            />
            <datalist id={listId}>
              {categories?.map(({ id, name }) => (
                <option key={id} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <Field label={t('contacts.importer.country')} hint={t('contacts.importer.countryHint')}>
        {(described) => (
          <CountrySelect
            {...described}
            disabled={disabled}
            value={choices.country}
            onChange={(event) => onChange({ ...choices, country: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
