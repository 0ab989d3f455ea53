import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Field, TextInput } from '../../components/Field.tsx';
import { Strip } from '../../components/Notices.tsx';
import { numberIn, RANGES, SAFE_DAILY_LIMIT, typedNumbersOf, type NumberSetting } from './numberSettings.ts';
import { SaveBar } from './SaveBar.tsx';
import { useSaveSettings } from './useSaveSettings.ts';

/** Daily limit, 24-hour cap and pace. */
export function LimitSettings({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const save = useSaveSettings();
  const saved = typedNumbersOf(settings);
  const [edits, setEdits] = useState<Partial<typeof saved>>({});
  const typed = { ...saved, ...edits };
  const fields: { setting: NumberSetting; label: string; hint: string }[] = [
    { setting: 'dailyLimit', label: t('settings.limits.daily'), hint: t('settings.limits.dailyHint') },
    { setting: 'rollingLimit', label: t('settings.limits.rolling'), hint: t('settings.limits.rollingHint') },
    { setting: 'sendsPerMinute', label: t('settings.limits.pace'), hint: t('settings.limits.paceHint') },
  ];
  const changed = fields.filter(({ setting }) => typed[setting] !== saved[setting]);
  const dailyLimit = numberIn('dailyLimit', typed.dailyLimit);

  const submit = (): void => {
    const patch: Partial<Record<NumberSetting, number>> = {};
    for (const { setting } of changed) {
      const value = numberIn(setting, typed[setting]);
      if (value === null) return;
      patch[setting] = value;
    }
    save.mutate(patch, { onSuccess: () => setEdits({}) });
  };

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="mt-0.5 mb-3 text-soft">{t('settings.limits.text')}</p>
      <div className="grid grid-cols-1 gap-4 mid:grid-cols-3">
        {fields.map(({ setting, label, hint }) => (
          <Field
            key={setting}
            label={label}
            hint={hint}
            error={
              numberIn(setting, typed[setting]) === null ? t('settings.limits.outOfRange', RANGES[setting]) : undefined
            }
          >
            {(described) => (
              <TextInput
                {...described}
                inputMode="numeric"
                value={typed[setting]}
                onChange={(event) => setEdits({ ...edits, [setting]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {dailyLimit !== null && dailyLimit > SAFE_DAILY_LIMIT && (
        <div className="mt-3">
          <Strip tone="attention" icon={<TriangleAlert size={14} />}>
            {t('settings.limits.dailyWarning')}
          </Strip>
        </div>
      )}
      <SaveBar changed={changed.length > 0} busy={save.isPending} onReset={() => setEdits({})} />
    </form>
  );
}
