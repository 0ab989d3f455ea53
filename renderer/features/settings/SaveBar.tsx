import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';

type SaveBarProps = { changed: boolean; busy: boolean; onReset: () => void };

/** Save and take back; there only when something was changed. */
export function SaveBar({ changed, busy, onReset }: SaveBarProps) {
  const { t } = useTranslation();
  if (!changed) return null;
  return (
    <div className="mt-4 flex items-center gap-2 border-t border-line pt-3">
      <p role="status" className="mr-auto text-soft">
        {t('settings.unsaved')}
      </p>
      <Button onClick={onReset} disabled={busy}>
        {t('settings.reset')}
      </Button>
      <Button look="primary" type="submit" disabled={busy}>
        {t('common.save')}
      </Button>
    </div>
  );
}
