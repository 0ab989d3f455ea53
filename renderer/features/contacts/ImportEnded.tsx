import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactImport } from '../../../backend/contract/imports.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { href, navigate } from '../../state/router.ts';
import { WorkProgress } from '../../components/WorkProgress.tsx';
import { ImportReport } from './ImportReport.tsx';
import { useImportChanges } from './useImportChanges.ts';

/** An import under way or over: its figures, and what can be done about it. */
export function ImportEnded({ current }: { current: ContactImport }) {
  const { t } = useTranslation();
  const changes = useImportChanges(current.id);
  const [asked, setAsked] = useState(false);
  const { state, total, expectedTotal, imported, updated, removed, restored, kept } = current;
  const category = current.categoryId ?? undefined;
  const isBusy = changes.cancel.isPending || changes.resume.isPending || changes.undo.isPending;
  if (state === 'undoing') {
    const share = imported === 0 ? 1 : (removed + restored + kept) / imported;
    return <WorkProgress label={t('contacts.importer.undoing')} share={share} />;
  }
  if (state === 'running') {
    return (
      <>
        <WorkProgress label={t('contacts.importer.importing')} share={expectedTotal === 0 ? 0 : total / expectedTotal}>
          <Button disabled={isBusy} onClick={() => changes.cancel.mutate()}>
            {t('contacts.importer.stop')}
          </Button>
        </WorkProgress>
        <ImportReport current={current} />
      </>
    );
  }
  return (
    <>
      <ImportReport current={current} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button look="quiet" onClick={() => navigate(href(['contacts', 'import']))}>
          {t('contacts.importer.another')}
        </Button>
        {current.canUndo && (
          <Button look="danger" disabled={isBusy} onClick={() => setAsked(true)}>
            {t('contacts.importer.undo')}
          </Button>
        )}
        {current.canResume && (
          <Button look="primary" disabled={isBusy} onClick={() => changes.resume.mutate()}>
            {t('contacts.importer.resume')}
          </Button>
        )}
        {state === 'done' && (
          <>
            <ButtonLink href={href(['contacts'], { category })}>{t('contacts.importer.show')}</ButtonLink>
            <ButtonLink look="primary" href={href(['campaigns', 'new'], { category })}>
              {t('contacts.importer.createCampaign')}
            </ButtonLink>
          </>
        )}
      </div>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        danger
        title={t('contacts.importer.undoTitle')}
        text={t('contacts.importer.undoText', { imported, updated })}
        confirm={t('contacts.importer.undo')}
        onConfirm={() => {
          setAsked(false);
          changes.undo.mutate();
        }}
      />
    </>
  );
}
