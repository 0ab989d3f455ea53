import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Line } from '../../../backend/contract/lines.ts';
import { Confirm } from '../../components/Dialog.tsx';
import { Field, Select } from '../../components/Field.tsx';
import { useLineChanges } from './useLineChanges.ts';

const CANCEL = 'cancel';

/** Asks what becomes of what waits on a line before it is removed (SND-12). */
export function RemoveLine({ line, others, onClose }: { line: Line; others: readonly Line[]; onClose: () => void }) {
  const { t } = useTranslation();
  const { remove } = useLineChanges();
  // Free text would be refused where approved templates are needed.
  const heirs = others.filter(
    ({ use, capabilities }) => use === 'active' && (!capabilities.needsTemplate || line.capabilities.needsTemplate),
  );
  const [choice, setChoice] = useState(heirs[0]?.id ?? CANCEL);
  const works = line.use !== 'after_restart';
  const waiting = choice === CANCEL ? { waiting: 'cancel' as const } : { waiting: 'move' as const, moveTo: choice };
  return (
    <Confirm
      open
      danger
      onClose={onClose}
      busy={remove.isPending}
      title={t('settings.lines.removeTitle', { line: line.label })}
      text={
        <div className="flex flex-col gap-3">
          <p>{t(works ? 'settings.lines.removeText' : 'settings.lines.removeWaitingText')}</p>
          {works && (
            <Field label={t('settings.lines.waiting')}>
              {(described) => (
                <Select {...described} value={choice} onChange={(event) => setChoice(event.target.value)}>
                  {heirs.map(({ id, label }) => (
                    <option key={id} value={id}>
                      {t('settings.lines.moveTo', { line: label })}
                    </option>
                  ))}
                  <option value={CANCEL}>{t('settings.lines.cancelWaiting')}</option>
                </Select>
              )}
            </Field>
          )}
        </div>
      }
      confirm={t('settings.lines.remove')}
      onConfirm={() => remove.mutate({ id: line.id, ...(works && waiting) }, { onSuccess: onClose })}
    />
  );
}
