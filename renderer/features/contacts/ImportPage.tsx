import { useMutation, useQuery } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { importQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows, Strip } from '../../components/Notices.tsx';
import { href, navigate } from '../../state/router.ts';
import { FileDrop } from './FileDrop.tsx';
import { ImportEnded } from './ImportEnded.tsx';
import { ImportPreparation } from './ImportPreparation.tsx';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { RecentImports } from './RecentImports.tsx';
import { useUpload } from './useUpload.ts';

/** A CSV file in: sent, looked at, checked, imported, and taken back when it was the wrong one (CMP-1). */
export function ImportPage({ id }: { id: string | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-4xl px-6 pt-4 pb-10">
      <a href={href(['contacts'])} className="-ml-1 inline-flex items-center gap-0.5 text-12 text-soft hover:text-ink">
        <ChevronLeft size={14} aria-hidden="true" />
        {t('contacts.importer.back')}
      </a>
      <h1 className="mt-1 mb-4 text-20 font-semibold tracking-tight">{t('contacts.importer.title')}</h1>
      <div className="flex flex-col gap-4">{id ? <OneImport key={id} id={id} /> : <ChooseFile />}</div>
    </div>
  );
}

const placeOf = (id: string): string => href(['contacts', 'import'], { id });

function ChooseFile() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const { send, sent, tooLarge } = useUpload();
  const upload = useMutation({
    mutationFn: send,
    onSuccess: (made) => {
      if (made !== null) navigate(placeOf(made.id));
    },
  });
  return (
    <>
      {upload.isPending ? (
        <WorkProgress label={t('contacts.importer.sending')} share={sent} />
      ) : (
        <FileDrop name={null} onChoose={(file) => upload.mutate(file)} disabled={false} />
      )}
      {tooLarge && <Strip tone="danger">{t('contacts.importer.tooLarge')}</Strip>}
      {upload.error && (
        <Strip tone="danger">
          <p className="font-medium">{t('contacts.importer.failed')}</p>
          {sentence(upload.error)}
        </Strip>
      )}
      <RecentImports />
    </>
  );
}

function OneImport({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data: current, error, refetch } = useQuery(importQuery(id));
  if (error) {
    return (
      <>
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
        <Button className="self-center" onClick={() => navigate(href(['contacts', 'import']))}>
          {t('contacts.importer.another')}
        </Button>
      </>
    );
  }
  if (!current) return <SkeletonRows rows={4} label={t('common.loading')} />;
  switch (current.state) {
    case 'uploading':
    case 'ready':
    case 'checking':
    case 'checked':
      return <ImportPreparation current={current} />;
    case 'running':
    case 'undoing':
    case 'done':
    case 'stopped':
    case 'interrupted':
    case 'failed':
    case 'undone':
      return <ImportEnded current={current} />;
    default:
      return current.state satisfies never;
  }
}
