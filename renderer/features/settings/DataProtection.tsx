import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Protection } from '../../../backend/contract/protection.ts';
import { api } from '../../api/client.ts';
import { keys, protectionQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { Checkbox } from '../../components/Field.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { ProgressBar } from '../../components/ProgressBar.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { toast } from '../../state/toasts.ts';
import { ExportedKey } from './ExportedKey.tsx';
import { Passphrase, type PassphraseInput } from './Passphrase.tsx';

/** What is encrypted, with which key, and how that key is kept (SEC-3, DSK-6). */
export function DataProtection() {
  const { data: protection, error, refetch } = useQuery(protectionQuery());
  const { t } = useTranslation();
  if (error) return <LoadFailed compact error={error} onRetry={() => void refetch()} />;
  if (!protection) return <SkeletonRows label={t('common.loading')} />;
  return (
    <div className="mt-0.5 flex flex-col gap-4">
      <p className="text-soft">{t('settings.protection.text')}</p>
      <EncryptAll protection={protection} />
      <Progress protection={protection} />
      <Key protection={protection} />
      <Secrets kept={protection.secrets} />
    </div>
  );
}

function useChange<Input = void>(call: (input: Input) => Promise<Protection>, failed: string) {
  const queryClient = useQueryClient();
  const sentence = useSentence();
  return useMutation({
    mutationFn: call,
    onSuccess: (now) => queryClient.setQueryData(protectionQuery().queryKey, now),
    onError: (failure) => toast({ tone: 'failure', title: failed, body: sentence(failure) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.audit }),
  });
}

function EncryptAll({ protection: { encryptAll, progress } }: { protection: Protection }) {
  const { t } = useTranslation();
  const change = useChange(
    () => api.protection.update({ encryptAll: !encryptAll }),
    t('settings.protection.notChanged'),
  );
  const hint = !encryptAll
    ? 'settings.protection.sensitiveHint'
    : progress.running
      ? 'settings.protection.allRunningHint'
      : 'settings.protection.allHint';
  return (
    <Checkbox
      label={t('settings.protection.all')}
      hint={t(hint)}
      checked={change.isPending ? !encryptAll : encryptAll}
      disabled={change.isPending}
      onChange={() => change.mutate()}
    />
  );
}

function Progress({ protection: { progress, cleanedAtNextStart } }: { protection: Protection }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (progress.running) {
    const percent = progress.total === 0 ? 100 : Math.floor((progress.done / progress.total) * 100);
    const label = t('settings.protection.running', { share: format.wholePercent(percent / 100) });
    return (
      <div>
        <p className="mb-1.5 text-12 text-soft">{label}</p>
        <ProgressBar label={label} percent={percent} />
      </div>
    );
  }
  return cleanedAtNextStart ? <p className="text-12 text-soft">{t('settings.protection.cleanLater')}</p> : null;
}

function Key({ protection: { key } }: { protection: Protection }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const rotate = useChange(() => api.protection.rotate(), t('settings.protection.notRotated'));
  const fixed = key.from === 'environment';
  return (
    <div className="flex flex-wrap items-start justify-between gap-4 border-t border-line pt-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          {t('settings.protection.key')} <span className="font-mono text-12">{key.id}</span>
        </p>
        <p className="text-12 text-soft">
          {t('settings.protection.since', { at: format.dateTime(key.usedSince) })}
          {key.earlier > 0 && ` ${t('settings.protection.earlier', { count: key.earlier })}`}
        </p>
        <p className="mt-1 text-12 text-soft">
          {t(fixed ? 'settings.protection.fixed' : 'settings.protection.keepKey')}
        </p>
      </div>
      <div className="flex gap-2">
        <ExportedKey />
        {!fixed && (
          <Button size="small" onClick={() => setAsking(true)}>
            {t('settings.protection.rotate')}
          </Button>
        )}
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        busy={rotate.isPending}
        title={t('settings.protection.askTitle')}
        text={t('settings.protection.askText')}
        confirm={t('settings.protection.rotate')}
        onConfirm={() => rotate.mutate(undefined, { onSettled: () => setAsking(false) })}
      />
    </div>
  );
}

function Secrets({ kept }: { kept: Protection['secrets'] }) {
  const { t } = useTranslation();
  const words = useWords().settings.protection.secrets;
  const change = useChange(changePassphrase, t('settings.protection.passphraseNotChanged'));
  // A host without a window cannot ask for it at its next start.
  const isAsked = window.vigie !== undefined;
  const canChoose = kept === 'none' && isAsked;
  return (
    <div className="flex flex-wrap items-start justify-between gap-4 border-t border-line pt-3">
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t('settings.protection.secretsTitle')}</p>
        <p className={`text-12 ${kept === 'none' ? 'text-attention' : 'text-soft'}`}>
          {canChoose ? t('settings.protection.clearOnDesktop') : words[kept]}
        </p>
      </div>
      <div className="flex gap-2">
        {canChoose && <Passphrase step="choose" change={change} />}
        {kept === 'passphrase' && isAsked && (
          <>
            <Passphrase step="change" change={change} />
            <Passphrase step="remove" change={change} />
          </>
        )}
      </div>
    </div>
  );
}

function changePassphrase({ step, passphrase, current }: PassphraseInput): Promise<Protection> {
  if (step === 'remove') return api.protection.removePassphrase({ current });
  return api.protection.setPassphrase(step === 'choose' ? { passphrase } : { passphrase, current });
}
