import type { RecipientState } from '../contract/campaigns.ts';
import type { Clock } from '../core/clock.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import type { Completion } from './completion.ts';
import type { RecipientRow, RecipientStore, RecipientUpdate } from './recipientStore.ts';

/** Changes of recipients, each with what hangs on it: open screens, and the end of the campaign. */
export type RecipientChanges = {
  /** Part of the caller's transaction, like the others. */
  apply(recipient: RecipientRow, update: RecipientUpdate): void;
  /** The person with this phone wants nothing more: its open recipients end, whatever phone they were given (SND-13). */
  optOut(phone: string, contactId: string | null): void;
  /** The contact is being deleted: its open recipients end, and nothing that has not left goes to it. */
  forgetContact(contact: { id: string; phone: string }): void;
};

type RecipientChangesDependencies = {
  store: RecipientStore;
  completion: Completion;
  attempts: Pick<AttemptQueue, 'cancelToPhone' | 'cancelOfContact'>;
  clock: Clock;
  notify: Notify;
};

const OPEN_STATES: readonly RecipientState[] = ['pending', 'message_1_sent', 'answered'];

export function createRecipientChanges(dependencies: RecipientChangesDependencies): RecipientChanges {
  const { store, completion, attempts, clock, notify } = dependencies;
  const ended = (campaignIds: readonly string[]): void => {
    for (const campaignId of new Set(campaignIds)) {
      notify.campaign(campaignId);
      completion.check(campaignId);
    }
  };

  return {
    apply(recipient, update) {
      store.update(recipient, update, clock.now());
      notify.campaign(recipient.campaignId);
      const { state } = update;
      if (state !== undefined && !OPEN_STATES.includes(state)) completion.check(recipient.campaignId);
    },
    optOut(phone, contactId) {
      const now = clock.now();
      ended(store.endOpenOfPhone(phone, now));
      if (contactId !== null) ended(store.endUnderOtherPhones({ contactId, state: 'opted_out', reason: null, now }));
    },
    forgetContact({ id: contactId, phone }) {
      const ending = { contactId, reason: 'contact_removed', now: clock.now() };
      ended(store.endOpenOfContact({ ...ending, phone }));
      ended(store.endUnderOtherPhones({ ...ending, state: 'cancelled' }));
      attempts.cancelToPhone(phone, 'contact_removed');
      attempts.cancelOfContact(contactId, 'contact_removed');
    },
  };
}
