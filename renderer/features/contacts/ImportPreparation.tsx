import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnRole, ContactImport } from '../../../backend/contract/imports.ts';
import { api } from '../../api/client.ts';
import { importPreviewQuery, keys, settingsQuery } from '../../api/queries.ts';
import { Button } from '../../components/Button.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows, Strip } from '../../components/Notices.tsx';
import { href, navigate } from '../../state/router.ts';
import { ColumnMapping } from './ColumnMapping.tsx';
import { FileDrop } from './FileDrop.tsx';
import { ImportOptions, type ImportChoices } from './ImportOptions.tsx';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { ImportReport } from './ImportReport.tsx';
import { useImportChanges } from './useImportChanges.ts';
import { useUpload } from './useUpload.ts';

/** A file that is there: what its columns are, where its contacts go, and what an import would do. */
export function ImportPreparation({ current }: { current: ContactImport }) {
  const { id } = current;
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const { data: settings } = useQuery(settingsQuery());
  const [choices, setChoices] = useState<ImportChoices>({ category: '', country: '' });
  const [mapping, setMapping] = useState<ColumnRole[] | null>(null);
  /** What the last check was about: other choices need another one. */
  const [checked, setChecked] = useState<string | null>(null);
  const country = choices.country || settings?.defaultCountry || 'FR';
  const asked = { country, ...(mapping ? { mapping } : {}) };
  const isChecking = current.state === 'checking';
  const preview = useQuery({
    ...importPreviewQuery(id, asked),
    placeholderData: keepPreviousData,
    enabled: !isChecking,
  });
  const changes = useImportChanges(id);
  const { send } = useUpload();

  const start = useMutation({
    mutationFn: ({ dryRun }: { dryRun: boolean }) => {
      const category = choices.category.trim();
      return api.imports.start({ id, dryRun, ...asked, ...(category ? { category } : {}) });
    },
    onSuccess: (state, { dryRun }) => {
      queryClient.setQueryData([...keys.imports, id], state);
      if (dryRun) setChecked(JSON.stringify(asked));
    },
  });
  const another = useMutation({
    mutationFn: send,
    onSuccess: (made) => {
      if (made === null) return;
      changes.cancel.mutate();
      navigate(href(['contacts', 'import'], { id: made.id }));
    },
  });
  const isCounted = current.state === 'checked' && checked === JSON.stringify(asked);
  const usable = current.imported + current.updated;
  const busy = isChecking || start.isPending;
  const error = start.error ?? preview.error ?? another.error;

  return (
    <>
      <FileDrop name={current.fileName} onChoose={(file) => another.mutate(file)} disabled={busy} />
      {error && (
        <Strip tone="danger">
          <p className="font-medium">{t('contacts.importer.failed')}</p>
          {sentence(error)}
        </Strip>
      )}
      {preview.data ? (
        <ColumnMapping preview={preview.data} disabled={busy} onChange={setMapping} />
      ) : (
        preview.isPending && !isChecking && <SkeletonRows rows={4} label={t('common.loading')} />
      )}
      <ImportOptions choices={{ ...choices, country }} disabled={busy} onChange={setChoices} />
      {isChecking && (
        <WorkProgress
          label={t('contacts.importer.previewing')}
          share={current.expectedTotal === 0 ? 0 : current.total / current.expectedTotal}
        >
          <Button disabled={changes.cancel.isPending} onClick={() => changes.cancel.mutate()}>
            {t('contacts.importer.stop')}
          </Button>
        </WorkProgress>
      )}
      {isCounted && <ImportReport current={current} />}
      <div className="flex items-center justify-end gap-3">
        <Button
          look={isCounted ? 'secondary' : 'primary'}
          disabled={busy || !preview.data?.mapping.includes('phone')}
          onClick={() => start.mutate({ dryRun: true })}
        >
          {t('contacts.importer.preview')}
        </Button>
        {isCounted && usable > 0 && (
          <Button look="primary" disabled={busy} onClick={() => start.mutate({ dryRun: false })}>
            {t('contacts.importer.run', { count: usable })}
          </Button>
        )}
      </div>
    </>
  );
}
