import { oc } from '@orpc/contract';
import { z } from 'zod';
import { byId } from './common.ts';
import * as lines from './lines.ts';

/** The numbers that send (SND-12). Part of the contract. */
export const lineRoutes = {
  lines: {
    list: oc.route({ method: 'GET', path: '/lines', tags: ['lines'] }).output(z.array(lines.line)),
    add: oc
      .route({ method: 'POST', path: '/lines', tags: ['lines'], successStatus: 201 })
      .input(lines.lineInput)
      .output(lines.line),
    update: oc
      .route({ method: 'PATCH', path: '/lines/{id}', tags: ['lines'] })
      .input(lines.linePatch)
      .output(lines.line),
    remove: oc
      .route({
        method: 'DELETE',
        path: '/lines/{id}',
        tags: ['lines'],
        inputStructure: 'detailed',
        description: 'The line is archived: its history stays. 422 `line_in_use` while something waits on it.',
      })
      .input(z.object({ params: byId, query: lines.lineRemoval }))
      .output(lines.lineRemoved),
    test: oc
      .route({ method: 'POST', path: '/lines/{id}/test', tags: ['lines'] })
      .input(byId)
      .output(lines.lineTest),
    /** Starts anew on the real workspace, once a line was set during a demo. */
    leaveDemo: oc
      .route({ method: 'POST', path: '/lines/leave-demo', tags: ['lines'], successStatus: 202 })
      .output(lines.restarting),
  },
};
