import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportReport as Report } from '../../../backend/contract/contacts.ts';
import { api } from '../../api/client.ts';
import { keys, settingsQuery } from '../../api/queries.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { Strip } from '../../components/Notices.tsx';
import { href } from '../../state/router.ts';
import { FileDrop } from './FileDrop.tsx';
import { ImportOptions, type ImportChoices } from './ImportOptions.tsx';
import { ImportReport } from './ImportReport.tsx';

/** As the contract has it. */
const MAX_BYTES = 32 * 1024 * 1024;

/** A CSV file in: looked at first, then imported; every refused line is shown (CMP-1). */
export function ImportPage() {
  const { t } = useTranslation();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  const { data: settings } = useQuery(settingsQuery());
  const [file, setFile] = useState<File | null>(null);
  const [choices, setChoices] = useState<ImportChoices>({ category: '', country: '' });
  const country = choices.country || settings?.defaultCountry || 'FR';
  const tooLarge = file !== null && file.size > MAX_BYTES;

  const run = useMutation({
    mutationFn: ({ from, dryRun }: { from: File; dryRun: boolean }) => {
      const category = choices.category.trim();
      return api.contacts.import({
        query: { country, dryRun, ...(category ? { category } : {}) },
        body: new File([from], from.name, { type: 'text/csv' }),
      });
    },
    onSuccess: ({ dryRun }) => {
      if (dryRun) return;
      for (const key of [keys.contacts, keys.categories, keys.contactLookup])
        void queryClient.invalidateQueries({ queryKey: key });
    },
  });
  const report = run.data;
  const start = (dryRun: boolean): void => {
    if (file) run.mutate({ from: file, dryRun });
  };
  const choose = (chosen: File | null): void => {
    setFile(chosen);
    run.reset();
  };

  return (
    <div className="mx-auto max-w-3xl px-6 pt-4 pb-10">
      <a href={href(['contacts'])} className="-ml-1 inline-flex items-center gap-0.5 text-12 text-soft hover:text-ink">
        <ChevronLeft size={14} aria-hidden="true" />
        {t('contacts.importer.back')}
      </a>
      <h1 className="mt-1 mb-4 text-20 font-semibold tracking-tight">{t('contacts.importer.title')}</h1>
      <div className="flex flex-col gap-4">
        {report && !report.dryRun ? (
          <Finished report={report} onAgain={() => choose(null)} />
        ) : (
          <>
            <FileDrop file={file} onChoose={choose} disabled={run.isPending} />
            <ImportOptions
              choices={{ ...choices, country }}
              disabled={run.isPending}
              onChange={(next) => {
                setChoices(next);
                run.reset();
              }}
            />
            {tooLarge && <Strip tone="danger">{t('contacts.importer.tooLarge')}</Strip>}
            {run.error && (
              <Strip tone="danger">
                <p className="font-medium">{t('contacts.importer.failed')}</p>
                {sentence(run.error)}
              </Strip>
            )}
            {report && <ImportReport report={report} />}
            <div className="flex items-center justify-end gap-3">
              {run.isPending && (
                <Progress
                  label={run.variables.dryRun ? t('contacts.importer.previewing') : t('contacts.importer.importing')}
                />
              )}
              <Button
                look={report ? 'secondary' : 'primary'}
                disabled={!file || tooLarge || run.isPending}
                onClick={() => start(true)}
              >
                {t('contacts.importer.preview')}
              </Button>
              {report && usable(report) > 0 && (
                <Button look="primary" disabled={run.isPending} onClick={() => start(false)}>
                  {t('contacts.importer.run', { count: usable(report) })}
                </Button>
              )}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

const usable = (report: Report): number => report.imported + report.updated;

function Progress({ label }: { label: string }) {
  return (
    <div role="status" className="flex flex-1 items-center gap-3 text-soft">
      <span>{label}</span>
      <span className="h-1 flex-1 overflow-hidden rounded-full bg-fill" aria-hidden="true">
        <span className="block h-full w-1/3 animate-pulse rounded-full bg-accent" />
      </span>
    </div>
  );
}

function Finished({ report, onAgain }: { report: Report; onAgain: () => void }) {
  const { t } = useTranslation();
  const category = report.categoryId ?? undefined;
  return (
    <>
      <ImportReport report={report} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button look="quiet" onClick={onAgain}>
          {t('contacts.importer.another')}
        </Button>
        <ButtonLink href={href(['contacts'], { category })}>{t('contacts.importer.show')}</ButtonLink>
        <ButtonLink look="primary" href={href(['campaigns', 'new'], { category })}>
          {t('contacts.importer.createCampaign')}
        </ButtonLink>
      </div>
    </>
  );
}
