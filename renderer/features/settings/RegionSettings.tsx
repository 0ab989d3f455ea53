import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { CountrySelect } from '../../components/CountrySelect.tsx';
import { Field, Select } from '../../components/Field.tsx';
import { useSaveSettings } from './useSaveSettings.ts';

/** Saved as soon as chosen: a choice cannot be wrong. */
export function RegionSettings({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const save = useSaveSettings();
  const zones = [...new Set([settings.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  return (
    <div className="mt-3 grid grid-cols-1 gap-4 mid:grid-cols-2">
      <Field label={t('settings.region.zone')} hint={t('settings.region.zoneHint')}>
        {(described) => (
          <Select
            {...described}
            disabled={save.isPending}
            value={settings.timeZone}
            onChange={(event) => save.mutate({ timeZone: event.target.value })}
          >
            {zones.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('settings.region.country')}>
        {(described) => (
          <CountrySelect
            {...described}
            disabled={save.isPending}
            value={settings.defaultCountry}
            onChange={(event) => save.mutate({ defaultCountry: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
