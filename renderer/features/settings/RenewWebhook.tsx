import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Line } from '../../../backend/contract/lines.ts';
import { Confirm } from '../../components/Dialog.tsx';
import { Field, Select } from '../../components/Field.tsx';
import { useLineChanges } from './useLineChanges.ts';

const HOURS = [0, 1, 24, 168] as const;

/** Gives a line another webhook address; the former one is taken for a time that is chosen (WHK-3). */
export function RenewWebhook({ line, onClose }: { line: Line; onClose: () => void }) {
  const { t } = useTranslation();
  const { update } = useLineChanges();
  const [hours, setHours] = useState<number>(24);
  return (
    <Confirm
      open
      onClose={onClose}
      busy={update.isPending}
      title={t('settings.lines.renewTitle', { line: line.label })}
      text={
        <div className="flex flex-col gap-3">
          <p>{t('settings.lines.renewText')}</p>
          <Field label={t('settings.lines.keepFormer')}>
            {(described) => (
              <Select {...described} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {HOURS.map((count) => (
                  <option key={count} value={count}>
                    {count === 0 ? t('settings.lines.keepNone') : t('settings.lines.keepHours', { count })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      }
      confirm={t('settings.lines.renew')}
      onConfirm={() => update.mutate({ id: line.id, renewWebhook: { keepFormerHours: hours } }, { onSuccess: onClose })}
    />
  );
}
