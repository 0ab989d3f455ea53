import { OctagonAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSentence } from '../../components/LoadFailed.tsx';
import { Strip } from '../../components/Notices.tsx';
import { BackupList } from '../settings/BackupList.tsx';

/** In the place of everything while the backend is frozen: why, and the way out (REL-2). */
export function FrozenPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  return (
    <main data-testid="frozen" className="flex min-h-dvh items-center justify-center bg-canvas p-4">
      <div className="card w-full max-w-2xl p-6">
        <h1 className="text-20 font-semibold tracking-tight">{t('frozen.title')}</h1>
        <div className="mt-3 mb-5">
          <Strip tone="danger" icon={<OctagonAlert size={16} aria-hidden="true" />}>
            {sentence(error)}
          </Strip>
        </div>
        <h2 className="text-15 font-semibold">{t('frozen.backups')}</h2>
        <p className="mt-0.5 mb-3 text-soft">{t('frozen.text')}</p>
        <BackupList />
      </div>
    </main>
  );
}
