import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import { MESSAGE_1_PRIORITY } from '../domain/pick.ts';
import { recipientZone } from '../domain/recipientZone.ts';
import type { AttemptQueue } from '../sending/attempt.ts';
import type { AudienceContact } from './audienceStore.ts';
import type { AudienceSurvey } from './audienceSurvey.ts';
import type { CampaignRow } from './campaignStore.ts';
import { personalise } from './personalise.ts';
import type { RecipientStore } from './recipientStore.ts';

/** Makes a recipient and its Message 1 of each contact who did not opt out; part of the caller's transaction (CMP-4). */
export type FirstMessages = (
  campaign: CampaignRow,
  contacts: readonly AudienceContact[],
  leave: { lineId: string; dueAt: number },
) => void;

export function createFirstMessages(dependencies: {
  recipients: Pick<RecipientStore, 'insert'>;
  attempts: Pick<AttemptQueue, 'add' | 'exists'>;
  clock: Pick<Clock, 'now'>;
  settings: () => { maxAttempts: number };
}): FirstMessages {
  const { recipients, attempts, clock, settings } = dependencies;
  return (campaign, contacts, leave) => {
    const { maxAttempts } = settings();
    const now = clock.now();
    const campaignId = campaign.id;
    for (const { id: contactId, phone, name, attributes, isEligible } of contacts) {
      // Who moved to another category while the list was being made may be met again.
      if (isEligible === 0 || attempts.exists({ campaignId, contactId, type: 'message_1' })) continue;
      recipients.insert({ campaignId, contactId, phone, now });
      const person = { name, phone, attributes: JSON.parse(attributes) as Record<string, string> };
      attempts.add({
        ...personalise(campaign.message1, person),
        ...{ ...leave, phone, contactId, campaignId, maxAttempts, timeZone: recipientZone(person) },
        type: 'message_1',
        priority: MESSAGE_1_PRIORITY,
      });
    }
  };
}

/** @throws VigieError when nobody would be written to, or nobody fills a variable (CMP-3) */
export function checkLaunch({ hasEligible, unknownVariables }: AudienceSurvey): void {
  if (unknownVariables.length > 0) throw new VigieError('unknown_variable', { names: unknownVariables });
  if (!hasEligible) throw new VigieError('no_recipients');
}
