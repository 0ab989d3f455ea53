import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WebhookEventDetail } from '../../../backend/contract/webhookEvents.ts';
import { api } from '../../api/client.ts';
import { keys, webhookQuery } from '../../api/queries.ts';
import { Button, ButtonLink } from '../../components/Button.tsx';
import { LoadFailed, useSentence } from '../../components/LoadFailed.tsx';
import { SkeletonRows } from '../../components/Notices.tsx';
import { Facts, PanelSection, SidePanel } from '../../components/SidePanel.tsx';
import { useFormat } from '../../format/useFormat.ts';
import { useWords } from '../../locales/i18n.ts';
import { href } from '../../state/router.ts';
import { toast } from '../../state/toasts.ts';
import { AssignAnswer } from './AssignAnswer.tsx';
import { WebhookVerdict } from './WebhookVerdict.tsx';

/** Reasons of an answer that found nobody. */
const UNKNOWN_SENDER = ['hidden_sender', 'unknown_contact'];

/** One webhook: its verdict, what it changed, what was received. */
export function WebhookPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: event, error, refetch } = useQuery(webhookQuery(id));
  return (
    <SidePanel title={event?.event ?? t('webhooks.detail.title')} onClose={onClose}>
      {error ? (
        <LoadFailed error={error} onRetry={() => void refetch()} compact />
      ) : event ? (
        <Detail event={event} />
      ) : (
        <SkeletonRows rows={6} label={t('common.loading')} />
      )}
    </SidePanel>
  );
}

function Detail({ event }: { event: WebhookEventDetail }) {
  const { t } = useTranslation();
  const words = useWords();
  const format = useFormat();
  const replay = useReplay();
  const reasons = words.webhooks.reason as Record<string, string>;
  const facts: [string, ReactNode][] = [
    [t('webhooks.detail.provider'), event.provider],
    [t('webhooks.detail.received'), format.dateTimeWithSeconds(event.receivedAt)],
    [t('webhooks.detail.processed'), format.dateTimeWithSeconds(event.processedAt)],
  ];
  if (event.phoneMasked) facts.push([t('webhooks.columns.phone'), event.phoneMasked]);
  if (event.reason) facts.push([t('webhooks.detail.reason'), reasons[event.reason] ?? event.reason]);
  const kinds = words.webhooks.change as Record<string, string>;
  return (
    <div data-testid="webhook-detail">
      <p className="text-15 font-medium">
        <WebhookVerdict verdict={event.verdict} />
      </p>
      <p className="mt-1 text-soft">{words.webhooks.verdictHint[event.verdict]}</p>
      <div className="mt-4 mb-5 flex flex-wrap gap-2">
        <Button
          size="small"
          icon={<RotateCcw size={14} />}
          disabled={replay.isPending}
          onClick={() => replay.mutate(event.id)}
        >
          {t('webhooks.detail.replay')}
        </Button>
        {event.attemptId && (
          <ButtonLink size="small" href={href(['attempts', event.attemptId])}>
            {t('webhooks.detail.attempt')}
          </ButtonLink>
        )}
      </div>
      {event.verdict === 'unmatched' && UNKNOWN_SENDER.includes(event.reason ?? '') && (
        <AssignAnswer key={event.id} eventId={event.id} />
      )}
      <Facts facts={facts} />
      <PanelSection title={t('webhooks.detail.changes')}>
        {event.changes.length === 0 ? (
          <p className="text-soft">{t('webhooks.detail.noChanges')}</p>
        ) : (
          <Facts
            facts={event.changes.map(({ kind, id }) => [
              kinds[kind] ?? kind,
              <code key={id} className="font-mono text-12 break-all">
                {id}
              </code>,
            ])}
          />
        )}
      </PanelSection>
      <PanelSection title={t('webhooks.detail.body')}>
        <pre
          tabIndex={0}
          aria-label={t('webhooks.detail.body')}
          className="max-h-96 overflow-auto rounded-card border border-line bg-canvas p-3 font-mono text-12 break-all whitespace-pre-wrap"
        >
          {readableBody(event.body)}
        </pre>
        <p className="mt-1 text-12 text-faint">{t('webhooks.detail.masked')}</p>
      </PanelSection>
    </div>
  );
}

function useReplay() {
  const { t } = useTranslation();
  const words = useWords();
  const sentence = useSentence();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.webhookEvents.replay({ id }),
    onSuccess: ({ verdict }) =>
      toast({ tone: 'info', title: t('webhooks.detail.replayed', { verdict: words.webhooks.verdict[verdict] }) }),
    onError: (error) => toast({ tone: 'failure', title: t('webhooks.detail.replayFailed'), body: sentence(error) }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.webhooks }),
  });
}

/** JSON with its lines apart; anything else as it came. */
export function readableBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
