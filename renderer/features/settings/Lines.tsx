import { Plus, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../backend/contract/workspace.ts';
import { Button } from '../../components/Button.tsx';
import { Empty } from '../../components/Notices.tsx';
import { LineCard } from './LineCard.tsx';
import { LineForm } from './LineForm.tsx';
import { useLineChanges } from './useLineChanges.ts';

/** Numbers that send: added, changed, tested and removed here (SND-12). */
export function Lines({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const { lines, demo } = settings;
  const add = (
    <Button
      icon={<Plus size={14} />}
      look={lines.length === 0 ? 'primary' : 'secondary'}
      onClick={() => setAdding(true)}
    >
      {t('settings.lines.add')}
    </Button>
  );
  return (
    <>
      {lines.length === 0 ? (
        <Empty
          compact
          icon={<Smartphone size={18} />}
          title={t('settings.lines.empty')}
          text={t('settings.lines.emptyText')}
        >
          {add}
        </Empty>
      ) : (
        <>
          <div className="mt-0.5 mb-3 flex items-start justify-between gap-4">
            <p className="text-soft">{t(demo ? 'settings.lines.demoText' : 'settings.lines.text')}</p>
            {add}
          </div>
          {lines.some(({ use }) => use === 'after_restart') && <LeaveDemo />}
          <ul className="flex flex-col gap-3">
            {lines.map((line) => (
              <LineCard key={line.id} line={line} settings={settings} />
            ))}
          </ul>
        </>
      )}
      {adding && <LineForm line={null} demo={demo} onClose={() => setAdding(false)} />}
    </>
  );
}

/** What happens with a line that was set during the demo, and the way there. */
function LeaveDemo() {
  const { t } = useTranslation();
  const { leaveDemo } = useLineChanges();
  return (
    <div
      role="status"
      className="mb-3 flex items-center justify-between gap-4 rounded-card border border-line bg-fill px-4 py-3"
    >
      <p>{t('settings.lines.afterRestartText')}</p>
      <Button look="primary" disabled={leaveDemo.isPending} onClick={() => leaveDemo.mutate()}>
        {t('settings.lines.leaveDemo')}
      </Button>
    </div>
  );
}
