import type { RecipientState } from '../contract/campaigns.ts';
import { VigieError } from '../contract/errors.ts';
import type { AttemptChange, AttemptListener, AttemptQueue, AttemptRow } from '../sending/attempt.ts';
import type { Completion } from './completion.ts';
import type { FollowUp } from './followUp.ts';
import type { RecipientChanges } from './recipientChanges.ts';
import type { RecipientRow, RecipientStore, RecipientUpdate } from './recipientStore.ts';
import type { Suppressions } from './suppressions.ts';

type ListenerDependencies = {
  store: RecipientStore;
  changes: RecipientChanges;
  completion: Pick<Completion, 'reopen'>;
  followUp: Pick<FollowUp, 'afterMessage1'>;
  attempts: Pick<AttemptQueue, 'exists'>;
};

/**
 * Follows the messages of campaigns: what happens to an attempt happens to its recipient, in the same transaction.
 * Times are those of the attempt, so that reports in any order give the same row (WHK-4). A state is corrected when
 * the provider corrects itself, also after the campaign is over (CMP-10); who opted out or was cancelled stays so.
 */
export function createRecipientListener(dependencies: ListenerDependencies): AttemptListener {
  const { store, changes, completion, followUp, attempts } = dependencies;

  /** Message 1 left. `failed` is taken back, unless it was Message 2 that failed. */
  const message1Left = (recipient: RecipientRow, change: AttemptChange): void => {
    const { attempt } = change;
    const wasWrong = recipient.state === 'failed' && !attempts.exists(message2Of(attempt));
    const leaves = recipient.state === 'pending' || wasWrong;
    const sentAt = recipient.message1SentAt ?? attempt.sentAt ?? change.at;
    const update: RecipientUpdate = {
      message1SentAt: sentAt,
      deliveredAt: attempt.deliveredAt ?? recipient.deliveredAt,
      readAt: attempt.readAt ?? recipient.readAt,
      ...(leaves ? { state: 'message_1_sent', reason: null } : {}),
    };
    if (differs(recipient, update)) changes.apply(recipient, update);
    // Answers may have come before it was known that Message 1 left.
    if (leaves || recipient.message1SentAt === null) followUp.afterMessage1(recipient.id);
  };

  const message2Left = (recipient: RecipientRow, change: AttemptChange): void => {
    const done = recipient.state === 'answered' || recipient.state === 'failed';
    const update: RecipientUpdate = {
      message2SentAt: recipient.message2SentAt ?? change.attempt.sentAt ?? change.at,
      ...(done ? { state: 'message_2_sent', reason: null } : {}),
    };
    if (differs(recipient, update)) changes.apply(recipient, update);
  };

  /**
   * The operator sends a failed message again: its recipient waits for it once more, and with it the campaign (SND-8).
   * @throws VigieError `opted_out`, `not_retryable` when its contact was removed, `wrong_campaign_status` when it could
   *   never leave; this takes the retry back
   */
  const waitAgain = (recipient: RecipientRow, { attempt }: AttemptChange): void => {
    const { state } = recipient;
    if (state === 'opted_out') throw new VigieError('opted_out');
    const isGone = state === 'cancelled' || !store.hasContact(recipient.contactId);
    if (isGone) throw new VigieError('not_retryable', { state: attempt.state });
    if (state !== 'failed') return;
    if (store.candidate(recipient.id)?.isSuppressed === 1) throw new VigieError('opted_out');
    completion.reopen(recipient.campaignId);
    if (attempt.type === 'message_2') changes.apply(recipient, { state: 'answered', reason: null });
    else if (!attempts.exists(message2Of(attempt))) changes.apply(recipient, { state: 'pending', reason: null });
  };

  /** A recipient who answered is not touched by what becomes of its Message 1: the answer proves that it arrived. */
  const end = (recipient: RecipientRow, change: AttemptChange, from: readonly RecipientState[]): void => {
    if (!from.includes(recipient.state)) return;
    changes.apply(recipient, { state: endState(change), reason: change.code });
  };

  return (change) => {
    const { campaignId, contactId, type } = change.attempt;
    if (campaignId === null || contactId === null) return;
    if (type !== 'message_1' && type !== 'message_2') return;
    const recipient = store.byStep({ campaignId, contactId });
    if (recipient === null) return;
    switch (change.kind) {
      case 'queued_again':
        waitAgain(recipient, change);
        break;
      case 'accepted':
      case 'sent':
      case 'delivered':
      case 'read':
        (type === 'message_1' ? message1Left : message2Left)(recipient, change);
        break;
      case 'failed':
      case 'expired':
      case 'cancelled':
        end(recipient, change, type === 'message_1' ? ENDED_BY_MESSAGE_1 : ENDED_BY_MESSAGE_2);
        break;
      case 'ids_learnt':
        break;
      case 'unknown':
        // Nothing is known: it keeps its state, and with it its Message 2 waits (SND-6).
        break;
      default:
        change.kind satisfies never;
    }
  };
}

/**
 * Why a message that came back from the provider may not be sent again, as a code: its contact opted out or was removed
 * while it was on its way (SND-13). Null when it may.
 */
export function createEndedMeanwhile(parts: {
  recipients: RecipientStore;
  suppressions: Pick<Suppressions, 'has'>;
}): (attempt: AttemptRow) => string | null {
  return ({ phone, campaignId, contactId }) => {
    if (parts.suppressions.has(phone)) return 'opted_out';
    if (campaignId === null || contactId === null) return null;
    const recipient = parts.recipients.byStep({ campaignId, contactId });
    if (recipient?.state === 'opted_out') return 'opted_out';
    return recipient?.state === 'cancelled' ? recipient.reason : null;
  };
}

const ENDED_BY_MESSAGE_1: readonly RecipientState[] = ['pending', 'message_1_sent', 'no_interaction'];
const ENDED_BY_MESSAGE_2: readonly RecipientState[] = ['answered', 'message_2_sent'];

function endState({ kind, code }: AttemptChange): RecipientState {
  if (kind !== 'cancelled') return 'failed';
  return code === 'opted_out' ? 'opted_out' : 'cancelled';
}

function message2Of({ campaignId, contactId }: AttemptRow) {
  return { campaignId: campaignId ?? '', contactId: contactId ?? '', type: 'message_2' } as const;
}

function differs(recipient: RecipientRow, update: RecipientUpdate): boolean {
  return Object.entries(update).some(([key, value]) => recipient[key as keyof RecipientUpdate] !== value);
}
