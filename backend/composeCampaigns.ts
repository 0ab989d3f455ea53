import { AudienceCounts } from './campaigns/audienceCounts.ts';
import { AudienceStore } from './campaigns/audienceStore.ts';
import { createCampaigns } from './campaigns/campaigns.ts';
import { CampaignStore } from './campaigns/campaignStore.ts';
import { createCampaignActions } from './campaigns/campaignActions.ts';
import { createCategories, createCategoryRemoval } from './campaigns/categories.ts';
import { CategoryStore } from './campaigns/categoryStore.ts';
import { createClosing } from './campaigns/closing.ts';
import { createCompletion } from './campaigns/completion.ts';
import { createContacts } from './campaigns/contacts.ts';
import { ContactStore } from './campaigns/contactStore.ts';
import { createEarlyStarts } from './campaigns/earlyStarts.ts';
import { createFirstMessages } from './campaigns/firstMessages.ts';
import { createFollowUp } from './campaigns/followUp.ts';
import { createImports } from './campaigns/imports.ts';
import { ImportStore } from './campaigns/importStore.ts';
import { InteractionStore } from './campaigns/interactionStore.ts';
import { createLaunch } from './campaigns/launch.ts';
import { LaunchStore } from './campaigns/launchStore.ts';
import { createPreparation, type StepSize } from './campaigns/preparation.ts';
import { createRecipientChanges } from './campaigns/recipientChanges.ts';
import { createEndedMeanwhile, createRecipientListener } from './campaigns/recipients.ts';
import { RecipientStore } from './campaigns/recipientStore.ts';
import { createSuppressions } from './campaigns/suppressions.ts';
import { SuppressionStore } from './campaigns/suppressionStore.ts';
import type { Locale } from './contract/common.ts';
import type { Clock } from './core/clock.ts';
import type { Ids } from './core/ids.ts';
import type { Logger } from './core/logger.ts';
import type { Service } from './core/service.ts';
import type { Notify } from './monitoring/notify.ts';
import type { AttemptQueue } from './sending/attempt.ts';
import type { Audit } from './storage/audit.ts';
import type { Database } from './storage/database.ts';

export type CampaignParts = {
  database: Database;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  notify: Notify;
  audit: Audit;
  attempts: AttemptQueue;
  locale: () => Locale;
  settings: () => {
    defaultCountry: string;
    dailyLimit: number;
    rollingLimit: number;
    maxAttempts: number;
    countReactions: boolean;
    countStickers: boolean;
    stopWords: readonly string[];
  };
  interactionRate: () => number;
  chooseLine: (id: string | null) => string;
  /** Messages may leave. */
  wake: () => void;
  /** Other sizes than the usual ones, for tests. */
  launchSteps?: { atOnce: number; stepSize: StepSize };
  reasonMessage: (reason: string, lineId: string | null) => string;
};

/** Wires contacts, campaigns and follow-ups on an open file. */
export function composeCampaigns(parts: CampaignParts) {
  const { database, attempts } = parts;
  const audience = new AudienceStore(database);
  const stores = {
    audience,
    audienceCounts: new AudienceCounts(database, audience),
    campaigns: new CampaignStore(database),
    categories: new CategoryStore(database),
    contacts: new ContactStore(database, parts.clock),
    launches: new LaunchStore(database),
    interactions: new InteractionStore(database),
    recipients: new RecipientStore(database),
    suppressions: new SuppressionStore(database),
  };
  const completion = createCompletion({ ...parts, campaigns: stores.campaigns });
  const changes = createRecipientChanges({ ...parts, store: stores.recipients, completion });
  const suppressions = createSuppressions({ ...parts, store: stores.suppressions, recipients: changes });
  const followUp = createFollowUp({ ...parts, ...stores, changes, completion, suppressions });
  const categoryRemoval = createCategoryRemoval({ ...parts, store: stores.categories });
  const launching = {
    ...{ ...parts, ...stores, ...parts.launchSteps, completion },
    actions: createCampaignActions({ ...parts, campaigns: stores.campaigns }),
    firstMessages: createFirstMessages({ ...parts, recipients: stores.recipients }),
  };
  const preparation = createPreparation({
    ...launching,
    ended: () => {
      parts.wake();
      categoryRemoval.wake();
    },
  });
  const closing = createClosing({ ...parts, ...stores, completion });
  const earlyStarts = createEarlyStarts({ ...parts, ...stores });
  const launch = createLaunch({ ...launching, preparation, earlyStarts, leftovers: closing.leftovers });
  const imports = createImports({
    ...parts,
    ...{ store: new ImportStore(database), contacts: stores.contacts, suppressions },
  });
  return {
    stores,
    suppressions,
    followUp,
    launch,
    preparation,
    categoryRemoval,
    ...{ closing, earlyStarts },
    longWork: together([preparation, earlyStarts, categoryRemoval, closing.leftovers]),
    endedMeanwhile: createEndedMeanwhile({ recipients: stores.recipients, suppressions }),
    recipientListener: createRecipientListener({ store: stores.recipients, changes, completion, followUp, attempts }),
    categories: createCategories({ ...parts, store: stores.categories, hidden: categoryRemoval.wake }),
    imports,
    contacts: {
      ...createContacts({
        ...parts,
        ...{ store: stores.contacts, categories: stores.categories, suppressions, recipients: changes },
      }),
      import: imports.import,
    },
    campaigns: createCampaigns({ ...parts, ...stores, store: stores.campaigns, launch }),
  };
}

/** Work in steps that is left over from before goes on when the application starts, and rests when it stops. */
function together(services: readonly Service[]): Service {
  return {
    async start() {
      for (const service of services) await service.start();
    },
    async stop() {
      for (const service of services) await service.stop();
    },
  };
}
