import { eventIterator, oc } from '@orpc/contract';
import { byId, pageOf } from './common.ts';
import * as campaigns from './campaigns.ts';
import * as exports from './exports.ts';

/** Campaigns, and files of what became of them. Part of the contract. */
export const campaignRoutes = {
  campaigns: {
    list: oc
      .route({ method: 'GET', path: '/campaigns', tags: ['campaigns'] })
      .input(campaigns.campaignListInput)
      .output(pageOf(campaigns.campaign)),
    create: oc
      .route({ method: 'POST', path: '/campaigns', tags: ['campaigns'], successStatus: 201 })
      .input(campaigns.campaignInput)
      .output(campaigns.campaign),
    get: oc
      .route({ method: 'GET', path: '/campaigns/{id}', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    update: oc
      .route({ method: 'PATCH', path: '/campaigns/{id}', tags: ['campaigns'] })
      .input(campaigns.campaignPatch)
      .output(campaigns.campaign),
    start: oc
      .route({ method: 'POST', path: '/campaigns/{id}/start', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    pause: oc
      .route({ method: 'POST', path: '/campaigns/{id}/pause', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    resume: oc
      .route({ method: 'POST', path: '/campaigns/{id}/resume', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    cancel: oc
      .route({ method: 'POST', path: '/campaigns/{id}/cancel', tags: ['campaigns'] })
      .input(byId)
      .output(campaigns.campaign),
    recipients: oc
      .route({ method: 'GET', path: '/campaigns/{id}/recipients', tags: ['campaigns'] })
      .input(campaigns.recipientListInput)
      .output(pageOf(campaigns.recipient)),
    preview: oc
      .route({ method: 'POST', path: '/campaigns/preview', tags: ['campaigns'] })
      .input(campaigns.campaignPreviewInput)
      .output(campaigns.campaignPreview),
  },
  /** CSV files, piece by piece; over REST each is one file. */
  exports: {
    recipients: oc
      .route({ method: 'GET', path: '/campaigns/{id}/export.csv', tags: ['campaigns'] })
      .input(exports.recipientExportInput)
      .output(eventIterator(exports.exportChunk)),
    attempts: oc
      .route({ method: 'GET', path: '/exports/attempts.csv', tags: ['attempts'] })
      .input(exports.attemptExportInput)
      .output(eventIterator(exports.exportChunk)),
    errors: oc
      .route({ method: 'GET', path: '/exports/errors.csv', tags: ['monitoring'] })
      .input(exports.errorExportInput)
      .output(eventIterator(exports.exportChunk)),
  },
};
