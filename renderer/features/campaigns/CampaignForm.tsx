import { ChevronLeft } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/Button.tsx';
import { Confirm } from '../../components/Dialog.tsx';
import { Field, TextInput } from '../../components/Field.tsx';
import { href } from '../../state/router.ts';
import { LaunchText } from './CampaignActions.tsx';
import { problemsOf, type CampaignDraft } from './campaignDraft.ts';
import { CampaignPreview } from './CampaignPreview.tsx';
import { CategoryChoice } from './CategoryChoice.tsx';
import { LineChoice } from './LineChoice.tsx';
import { MessageField } from './MessageField.tsx';
import { useSaveCampaign } from './useSaveCampaign.ts';
import { useVariables } from './useVariables.ts';

/** Who, what first, what as a follow-up; beside it, what real contacts would get (CMP-3). */
export function CampaignForm({ id, initial }: { id?: string; initial: CampaignDraft }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(initial);
  const [checked, setChecked] = useState(false);
  const [launching, setLaunching] = useState(false);
  const save = useSaveCampaign(id);
  const variables = useVariables(draft.categoryIds);
  const problems = checked ? problemsOf(draft) : [];
  const change = (part: Partial<CampaignDraft>): void => setDraft((before) => ({ ...before, ...part }));

  const whenComplete = (then: () => void): void => {
    setChecked(true);
    if (problemsOf(draft).length === 0) then();
  };

  return (
    <div className="mx-auto max-w-[1240px] px-6 pt-4 pb-10">
      <a href={href(['campaigns'])} className="-ml-1 inline-flex items-center gap-0.5 text-12 text-soft hover:text-ink">
        <ChevronLeft size={14} aria-hidden="true" />
        {t('campaigns.detail.back')}
      </a>
      <h1 className="mt-1 mb-4 text-20 font-semibold tracking-tight">
        {id ? t('campaigns.form.editTitle') : t('campaigns.form.newTitle')}
      </h1>
      <div className="grid grid-cols-1 items-start gap-6 mid:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            whenComplete(() => setLaunching(true));
          }}
        >
          <Step number="1" title={t('campaigns.form.stepWho')}>
            <Field
              label={t('campaigns.form.name')}
              hint={t('campaigns.form.nameHint')}
              error={problems.includes('name') ? t('campaigns.form.nameMissing') : undefined}
            >
              {(described) => (
                <TextInput
                  {...described}
                  maxLength={200}
                  value={draft.name}
                  onChange={(event) => change({ name: event.target.value })}
                />
              )}
            </Field>
            <CategoryChoice
              chosen={draft.categoryIds}
              onChange={(categoryIds) => change({ categoryIds })}
              error={problems.includes('audience') ? t('campaigns.form.categoryMissing') : undefined}
            />
            <LineChoice chosen={draft.line} onChange={(line) => change({ line })} />
          </Step>
          <Step number="2" title={t('campaigns.form.stepMessage1')} hint={t('campaigns.form.message1Hint')}>
            <MessageField
              value={draft.message1}
              variables={variables}
              onChange={(message1) => change({ message1 })}
              error={problems.includes('message1') ? t('campaigns.form.bodyMissing') : undefined}
            />
          </Step>
          <Step number="3" title={t('campaigns.form.stepMessage2')} hint={t('campaigns.form.message2Hint')}>
            <MessageField
              value={draft.message2}
              variables={variables}
              onChange={(message2) => change({ message2 })}
              error={problems.includes('message2') ? t('campaigns.form.bodyMissing') : undefined}
            />
          </Step>
          <div className="flex justify-end gap-2">
            <Button disabled={save.busy} onClick={() => whenComplete(() => save.asDraft(draft))}>
              {t('campaigns.form.save')}
            </Button>
            <Button look="primary" type="submit" disabled={save.busy}>
              {t('campaigns.form.launch')}
            </Button>
          </div>
        </form>
        <CampaignPreview draft={draft} />
      </div>
      <Confirm
        open={launching}
        onClose={() => setLaunching(false)}
        onConfirm={() => save.andLaunch(draft, () => setLaunching(false))}
        busy={save.busy}
        title={t('campaigns.confirm.startTitle', { name: draft.name.trim() })}
        text={
          launching && (
            <LaunchText
              campaign={{
                categoryIds: [...draft.categoryIds],
                contactIds: [...draft.contactIds],
                message1: { body: draft.message1 },
                message2: { body: draft.message2 },
              }}
            />
          )
        }
        confirm={t('campaigns.confirm.start')}
      />
    </div>
  );
}

function Step({
  number,
  title,
  hint,
  children,
}: {
  number: string;
  title: string;
  hint?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="card px-5 pt-4 pb-5">
      <h2 id={id} className="flex items-center gap-2.5 text-15 font-semibold">
        <span
          className="flex size-5 items-center justify-center rounded-full bg-fill text-12 font-semibold text-soft"
          aria-hidden="true"
        >
          {number}
        </span>
        {title}
      </h2>
      {hint && <p className="mt-0.5 pl-[30px] text-soft">{hint}</p>}
      <div className="mt-3 flex flex-col gap-4 pl-[30px]">{children}</div>
    </section>
  );
}
