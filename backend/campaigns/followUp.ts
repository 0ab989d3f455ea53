import type { RecipientState } from '../contract/campaigns.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { maskPhone } from '../core/masking.ts';
import { MESSAGE_2_PRIORITY } from '../domain/pick.ts';
import { recipientZone } from '../domain/recipientZone.ts';
import { isWithinWindow, windowClosesAt } from '../domain/replyWindow.ts';
import { isStop } from '../domain/stopWords.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { Answer } from '../webhooks/dependencies.ts';
import type { CampaignStore } from './campaignStore.ts';
import type { Completion } from './completion.ts';
import type { ContactStore } from './contactStore.ts';
import type { InteractionStore } from './interactionStore.ts';
import { matchAnswer, type Match } from './matchAnswer.ts';
import { personalise } from './personalise.ts';
import type { RecipientChanges } from './recipientChanges.ts';
import type { Candidate, RecipientStore } from './recipientStore.ts';
import type { Suppressions } from './suppressions.ts';

export type AnswerResult = {
  changes: { kind: string; id: string }[];
  /** `ignored`: a reaction or sticker, where the settings do not count them. */
  verdict: 'applied' | 'unmatched' | 'ignored';
};

export type FollowUp = {
  /** Applies an answer, once whatever the number of repetitions; part of the caller's transaction. */
  onAnswer(answer: Answer): AnswerResult;
  /** Message 1 turned out to have left: what was answered before that was known takes effect. */
  afterMessage1(recipientId: number): void;
};

type FollowUpDependencies = {
  database: Database;
  recipients: RecipientStore;
  interactions: InteractionStore;
  campaigns: CampaignStore;
  contacts: ContactStore;
  changes: RecipientChanges;
  completion: Pick<Completion, 'reopen'>;
  suppressions: Suppressions;
  attempts: AttemptQueue;
  clock: Clock;
  logger: Logger;
  settings: () => {
    maxAttempts: number;
    countReactions: boolean;
    countStickers: boolean;
    stopWords: readonly string[];
  };
};

/** Turns answers into interactions and follow-ups (CMP-5 to CMP-8, SND-13). */
export function createFollowUp(dependencies: FollowUpDependencies): FollowUp {
  const { database, recipients, interactions, campaigns, contacts, changes, suppressions, attempts } = dependencies;
  const { completion, clock, logger, settings } = dependencies;

  const match = (answer: Answer): Match | null => {
    const { lineId, phone, quotedProviderId } = answer;
    const quoted = quotedProviderId === null ? null : recipients.quoted(lineId, quotedProviderId);
    return matchAnswer(phone === null ? [] : recipients.ofPhone(phone, lineId), quoted, answer);
  };

  const store = (answer: Answer, { recipient, answeredAt }: Match): string => {
    const { campaignId, contactId, message1At } = recipient;
    const { lineId, providerMessageId, type } = answer;
    // Without a Message 1 that left it is kept as within; the window is measured again when the instant is known.
    const within = message1At === null || isWithinWindow(message1At, answeredAt);
    const interaction = { campaignId, contactId, lineId, providerMessageId, type, receivedAt: answeredAt };
    return interactions.insert({ ...interaction, within24h: within ? 1 : 0, now: clock.now() });
  };

  /** Writes the first of all answers on the recipient. */
  const noteFirst = (recipient: Candidate): void => {
    const first = interactions.first(recipient);
    if (first === null) return;
    const { type: interactionType, receivedAt: interactionAt, within24h } = first;
    changes.apply(recipient, { interactionAt, interactionType, within24h });
  };

  /** Moves a recipient to where its first answer leads; the id of the Message 2 that came of it, if one did. */
  const advance = (id: number): string | null => {
    const recipient = recipients.candidate(id);
    if (recipient === null || recipient.within24h === null) return null;
    const hasMessage2 = attempts.exists({ ...stepOf(recipient), type: 'message_2' });
    const isWindowOpen = clock.now() < windowClosesAt(recipient.message1At ?? 0);
    const step = nextStep({ ...recipient, hasMessage2, isWindowOpen });
    if (step === null) return null;
    if (step.state !== 'answered') {
      changes.apply(recipient, step);
      return null;
    }
    completion.reopen(recipient.campaignId);
    changes.apply(recipient, step);
    return addMessage2(recipient);
  };

  const addMessage2 = (recipient: Candidate): string => {
    const { campaignId, contactId, phone, lineId, message1At } = recipient;
    const campaign = campaigns.byId(campaignId);
    if (campaign === null) throw new Error(`recipient of a missing campaign ${campaignId}`);
    const now = clock.now();
    const contact = contacts.byId(contactId) ?? { name: '', phone, attributes: {} };
    const attempt = attempts.add({
      ...personalise(campaign.message2, contact),
      ...{ campaignId, contactId, lineId, phone, timeZone: recipientZone({ ...contact, phone }) },
      type: 'message_2',
      priority: MESSAGE_2_PRIORITY,
      maxAttempts: settings().maxAttempts,
      // In the order in which the windows close (CMP-12).
      dueAt: Math.min(now, message1At ?? now),
      expiresAt: windowClosesAt(message1At ?? now),
    });
    return attempt.id;
  };

  const applyStop = (phones: readonly (string | null)[]): AnswerResult['changes'] =>
    [...new Set(phones)]
      .filter((phone) => phone !== null)
      .filter((phone) => suppressions.add({ phone, reason: 'stop' }))
      .map((phone) => ({ kind: 'suppression', id: contacts.byPhone(phone)?.id ?? maskPhone(phone) }));

  return {
    onAnswer: (answer) =>
      inTransaction(database, (): AnswerResult => {
        const { type, text, lineId, providerMessageId, phone } = answer;
        const { countReactions, countStickers, stopWords } = settings();
        if ((type === 'reaction' && !countReactions) || (type === 'sticker' && !countStickers)) {
          return { changes: [], verdict: 'ignored' };
        }
        if (interactions.isKnown(lineId, providerMessageId)) return { changes: [], verdict: 'applied' };
        const found = match(answer);
        const stops = text !== null && isStop(text, stopWords);
        if (found === null) {
          return stops && phone !== null
            ? { changes: applyStop([phone]), verdict: 'applied' }
            : { changes: [], verdict: 'unmatched' };
        }
        const { recipient } = found;
        const effects = [{ kind: 'interaction', id: store(answer, found) }];
        noteFirst(recipient);
        // The wish to receive nothing more is fulfilled before a follow-up can come of the same message.
        // It is the person's: under the phone that the contact has by now, too.
        const present = contacts.byId(recipient.contactId)?.phone ?? null;
        if (stops) effects.push(...applyStop([phone, recipient.phone, present]));
        const attemptId = advance(recipient.id);
        effects.push({ kind: 'recipient', id: `${recipient.campaignId}:${recipient.contactId}` });
        if (attemptId !== null) effects.push({ kind: 'attempt', id: attemptId });
        return { changes: effects, verdict: 'applied' };
      }),

    afterMessage1(recipientId) {
      const recipient = recipients.candidate(recipientId);
      if (recipient === null || recipient.message1At === null || interactions.first(recipient) === null) return;
      interactions.measureAgain(recipient, windowClosesAt(recipient.message1At));
      noteFirst(recipient);
      advance(recipientId);
      logger.info({ campaign: recipient.campaignId }, 'answers that came before Message 1 was confirmed took effect');
    },
  };
}

function stepOf({ campaignId, contactId }: Candidate): { campaignId: string; contactId: string } {
  return { campaignId, contactId };
}

/** Where an answer finds a recipient. */
export type Standing = Pick<Candidate, 'state' | 'campaignStatus' | 'message1SentAt' | 'within24h' | 'isSuppressed'> & {
  hasMessage2: boolean;
  isWindowOpen: boolean;
};

/** State to which the first answer leads, null when it changes none; drawn in `docs/states.md`. */
export function nextStep(standing: Standing): { state: RecipientState; reason: string | null } | null {
  const { state, campaignStatus, message1SentAt, within24h, hasMessage2 } = standing;
  const waits = state === 'message_1_sent' || state === 'no_interaction' || state === 'late_interaction';
  // An answer proves that a Message 1 reported as failed arrived.
  const wronglyFailed = state === 'failed' && message1SentAt !== null;
  if (hasMessage2 || !(waits || wronglyFailed)) return null;
  if (within24h === 0) return state === 'late_interaction' ? null : { state: 'late_interaction', reason: null };
  if (standing.isSuppressed === 1) return { state: 'opted_out', reason: null };
  switch (campaignStatus) {
    case 'running':
    case 'paused':
      return { state: 'answered', reason: null };
    case 'cancelled':
      return { state: 'cancelled', reason: 'campaign_cancelled' };
    case 'completed':
      // All had ended, this one by mistake: with its window still open the campaign goes on for its follow-up.
      return standing.isWindowOpen ? { state: 'answered', reason: null } : { state: 'failed', reason: 'window_closed' };
    case 'draft':
    case 'preparing':
    case 'scheduled':
      return null;
    default:
      return campaignStatus satisfies never;
  }
}
