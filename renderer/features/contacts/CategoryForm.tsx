import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { CATEGORY_COLORS } from '../../components/CategoryDot.tsx';
import { Field, TextInput } from '../../components/Field.tsx';
import type { CategoryValues } from './useCategoryChanges.ts';

type CategoryFormProps = { initial: CategoryValues; onSubmit: (values: CategoryValues) => void; onCancel: () => void };

export function CategoryForm({ initial, onSubmit, onCancel }: CategoryFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(initial.name);
  const [color, setColor] = useState(initial.color);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) onSubmit({ name: name.trim(), color });
      }}
    >
      <Field label={t('contacts.category.name')}>
        {(described) => (
          <TextInput
            {...described}
            required
            autoFocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <fieldset>
        <legend className="mb-1.5 font-medium">
          {t('contacts.category.color')} <span className="font-normal text-faint">({t('common.optional')})</span>
        </legend>
        <div className="flex flex-wrap gap-2">
          {[null, ...CATEGORY_COLORS].map((value) => (
            <label
              key={value ?? ''}
              className="flex size-7 cursor-pointer items-center justify-center rounded-full border border-line has-checked:border-2 has-checked:border-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="color"
                className="sr-only"
                aria-label={value ? t('contacts.category.colorValue', { value }) : t('common.none')}
                checked={color === value}
                onChange={() => setColor(value)}
              />
              <span
                className="size-4 rounded-full border border-edge"
                style={value ? { background: value, borderColor: value } : undefined}
              />
            </label>
          ))}
        </div>
      </fieldset>
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button look="primary" type="submit">
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}
