import { Pencil, PlugZap, Power, Star, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Line } from '../../../backend/contract/lines.ts';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Button } from '../../components/Button.tsx';
import { LineForm } from './LineForm.tsx';
import { RemoveLine } from './RemoveLine.tsx';
import { useLineChanges } from './useLineChanges.ts';

/** Tests a line, and changes or removes one that was set in the application. */
export function LineActions({ line, settings }: { line: Line; settings: Settings }) {
  const { t } = useTranslation();
  const { test, update } = useLineChanges();
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null);
  const close = (): void => setOpen(null);
  const own = line.source === 'app';
  const others = settings.lines.filter(({ id }) => id !== line.id);
  return (
    <>
      <div className="mt-3 flex flex-wrap gap-2">
        {line.use !== 'keys_missing' && (
          <Button
            size="small"
            icon={<PlugZap size={14} />}
            disabled={test.isPending}
            onClick={() => test.mutate(line.id)}
            aria-label={`${t(test.isPending ? 'settings.lines.testing' : 'settings.lines.test')} ${line.label}`}
          >
            {t(test.isPending ? 'settings.lines.testing' : 'settings.lines.test')}
          </Button>
        )}
        {own && (
          <Button
            size="small"
            icon={<Pencil size={14} />}
            look={line.use === 'keys_missing' ? 'primary' : 'secondary'}
            onClick={() => setOpen('edit')}
            aria-label={`${t(line.use === 'keys_missing' ? 'settings.lines.enterKeys' : 'settings.lines.edit')} ${line.label}`}
          >
            {t(line.use === 'keys_missing' ? 'settings.lines.enterKeys' : 'settings.lines.edit')}
          </Button>
        )}
        {line.use === 'active' && !line.isDefault && others.length > 0 && (
          <Button
            size="small"
            icon={<Star size={14} />}
            onClick={() => update.mutate({ id: line.id, isDefault: true })}
          >
            {t('settings.lines.makeDefault')}
          </Button>
        )}
        {own && (line.use === 'active' || line.use === 'disabled') && (
          <Button
            size="small"
            icon={<Power size={14} />}
            onClick={() => update.mutate({ id: line.id, disabled: line.use === 'active' })}
          >
            {t(line.use === 'active' ? 'settings.lines.disable' : 'settings.lines.enable')}
          </Button>
        )}
        {own && (
          <Button
            size="small"
            look="danger"
            icon={<Trash2 size={14} />}
            onClick={() => setOpen('remove')}
            aria-label={`${t('settings.lines.remove')} ${line.label}`}
          >
            {t('settings.lines.remove')}
          </Button>
        )}
      </div>
      {test.data && (
        <p role="status" className={`mt-2 ${test.data.state === 'online' ? 'text-ok' : 'text-danger'}`}>
          {test.data.message}
        </p>
      )}
      {open === 'edit' && <LineForm line={line} demo={line.use === 'after_restart'} onClose={close} />}
      {open === 'remove' && <RemoveLine line={line} others={others} onClose={close} />}
    </>
  );
}
