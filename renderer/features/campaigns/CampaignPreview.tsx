import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CalendarDays, TriangleAlert, Users, UserX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignPreview as Preview, CampaignPreviewInput } from '../../../backend/contract/campaigns.ts';
import { previewQuery } from '../../api/queries.ts';
import { Card } from '../../components/Card.tsx';
import { useSentence } from '../../components/LoadFailed.tsx';
import { Strip } from '../../components/Notices.tsx';
import { previewInputOf, type CampaignDraft } from './campaignDraft.ts';

const SETTLE_MS = 300;
/** Shorter waits are not worth a word. */
const UNSEEN_MS = 150;
const NO_INPUT: CampaignPreviewInput = {
  categoryIds: [],
  contactIds: [],
  message1: { body: '-' },
  message2: { body: '-' },
  samples: 1,
};

/** The messages as real contacts would get them, and what the launch would mean. */
export function CampaignPreview({ draft }: { draft: CampaignDraft }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const settled = useSettled(draft);
  const input = previewInputOf(settled);
  const { data, error, isFetching } = useQuery({
    ...previewQuery(input ?? NO_INPUT),
    enabled: input !== null,
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t('campaigns.preview.title')} className="wide:sticky mid:top-4">
      <div data-testid="preview" className="flex flex-col gap-3">
        {!input ? (
          <p className="text-soft">{t('campaigns.preview.waiting')}</p>
        ) : error ? (
          <Strip tone="danger" icon={<TriangleAlert size={14} />}>
            {sentence(error)}
          </Strip>
        ) : (
          <>
            {isFetching && <Calculating />}
            {data && (
              <>
                <Meaning preview={data} />
                {data.samples.length > 0 && <p className="text-12 text-soft">{t('campaigns.preview.text')}</p>}
                <Samples preview={data} withFollowUp={settled.message2.trim() !== ''} />
              </>
            )}
          </>
        )}
      </div>
    </Card>
  );
}

/** Of a big selection the figures take a moment; what was shown before stays meanwhile, and work goes on. */
function Calculating() {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), UNSEEN_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <p role="status" className="text-12 text-soft">
      {t('campaigns.preview.calculating')}
    </p>
  );
}

/** The draft as it stood when typing paused. */
function useSettled(draft: CampaignDraft): CampaignDraft {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(draft), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [draft]);
  return settled;
}

function Meaning({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  if (preview.eligible === 0) {
    return (
      <Strip tone="attention" icon={<TriangleAlert size={14} />}>
        {t('campaigns.preview.nobody')}
      </Strip>
    );
  }
  const lines = [
    { icon: Users, text: t('campaigns.preview.eligible', { count: preview.eligible }) },
    { icon: CalendarDays, text: t('campaigns.preview.days', { count: preview.daysNeeded }) },
    ...(preview.optedOut > 0
      ? [{ icon: UserX, text: t('campaigns.preview.optedOut', { count: preview.optedOut }) }]
      : []),
  ];
  return (
    <>
      <ul className="flex flex-col gap-1">
        {lines.map(({ icon: Icon, text }) => (
          <li key={text} className="flex items-start gap-2">
            <Icon size={14} className="mt-0.5 shrink-0 text-faint" aria-hidden="true" />
            {text}
          </li>
        ))}
      </ul>
      {preview.unknownVariables.length > 0 && (
        <Strip tone="attention" icon={<TriangleAlert size={14} />}>
          {t('campaigns.preview.unknown', { names: preview.unknownVariables.join(', ') })}
        </Strip>
      )}
    </>
  );
}

function Samples({ preview, withFollowUp }: { preview: Preview; withFollowUp: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className="flex flex-col gap-3">
      {preview.samples.map((sample) => {
        const name = sample.name || t('contacts.noName');
        return (
          <li
            key={sample.contactId}
            aria-label={t('campaigns.preview.sample', { name })}
            className="rounded-card border border-line bg-canvas p-3"
          >
            <p className="mb-2 text-12 font-medium text-soft">{name}</p>
            <Bubble text={sample.message1} />
            {withFollowUp && (
              <>
                <p className="my-2 text-center text-12 text-faint">{t('campaigns.preview.answer')}</p>
                <Bubble text={sample.message2} />
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Bubble({ text }: { text: string }) {
  return (
    <p className="ml-auto w-fit max-w-[92%] rounded-card rounded-br-[3px] bg-ok-tint px-3 py-2 break-words whitespace-pre-wrap text-ink">
      {text}
    </p>
  );
}
