import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/errors.ts';
import { Button } from './Button.tsx';
import { Empty } from './Notices.tsx';

/** The sentence of an error: the backend's own, else what can be said without it. */
export function useSentence(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    const { code, message } = failureOf(error);
    if (code === 'unreachable') return t('error.unreachable');
    return message || t('error.unknown');
  };
}

/** In the place of data that did not come: what, why, and the button to try again. */
export function LoadFailed({
  error,
  onRetry,
  compact = false,
}: {
  error: unknown;
  onRetry: () => void;
  compact?: boolean;
}) {
  const { t } = useTranslation();
  const sentence = useSentence();
  return (
    <Empty icon={<CloudOff size={18} />} title={t('error.loadFailed')} text={sentence(error)} compact={compact}>
      <Button onClick={onRetry}>{t('common.retry')}</Button>
    </Empty>
  );
}
