import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsQuery } from '../../api/queries.ts';
import { Field, Select } from '../../components/Field.tsx';

/** Which line sends a campaign; asked only where there are several (SND-12). */
export function LineChoice({ chosen, onChange }: { chosen: string; onChange: (line: string) => void }) {
  const { t } = useTranslation();
  const { data: settings } = useQuery(settingsQuery());
  const lines = settings?.lines.filter(({ use }) => use === 'active') ?? [];
  const isGone = chosen !== '' && !lines.some(({ id }) => id === chosen);
  if (!isGone && lines.length < 2) return null;
  const byDefault = lines.find(({ isDefault }) => isDefault);
  return (
    <Field
      label={t('campaigns.form.line')}
      hint={t('campaigns.form.lineHint')}
      error={isGone ? t('campaigns.form.lineGone') : undefined}
    >
      {(described) => (
        <Select {...described} value={chosen} onChange={(event) => onChange(event.target.value)}>
          {isGone && <option value={chosen}>{chosen}</option>}
          {chosen === '' && (
            <option value="">{t('campaigns.form.defaultLine', { line: byDefault?.label ?? '' })}</option>
          )}
          {lines.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
