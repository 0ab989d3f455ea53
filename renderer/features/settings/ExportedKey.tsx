import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { Button } from '../../components/Button.tsx';
import { CopyButton } from '../../components/CopyButton.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { toast } from '../../state/toasts.ts';

/** Shows the key on demand, so that it can be kept off this machine; without it no backup opens elsewhere. */
export function ExportedKey() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const shown = useMutation({
    mutationFn: () => api.protection.export(),
    // Nowhere longer than it is looked at.
    gcTime: 0,
    onError: (failure) => toast({ tone: 'failure', title: t('settings.protection.notShown'), body: sentence(failure) }),
  });
  return (
    <>
      <Button size="small" disabled={shown.isPending} onClick={() => shown.mutate()}>
        {t('settings.protection.show')}
      </Button>
      <Dialog
        open={shown.data !== undefined}
        onClose={shown.reset}
        title={t('settings.protection.shownTitle')}
        text={t('settings.protection.shownText')}
      >
        <p className="mb-3 rounded-field bg-fill px-3 py-2 font-mono text-12 break-all">{shown.data?.dataKey}</p>
        <CopyButton text={shown.data?.dataKey ?? ''} label={t('settings.protection.copy')} />
      </Dialog>
    </>
  );
}
