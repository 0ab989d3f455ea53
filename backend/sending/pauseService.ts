import { VigieError } from '../contract/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Audit } from '../storage/audit.ts';
import type { Services } from '../services.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { Lines } from './lines.ts';
import type { Pauses } from './pauses.ts';

type PauseServiceDependencies = {
  database: Database;
  pauses: Pauses;
  lines: Lines;
  audit: Audit;
  campaigns: Pick<Services['campaigns'], 'pause' | 'resume'>;
  clock: Pick<Clock, 'now'>;
  changed: () => void;
};

/** Pause and resume by the operator, in every scope of SND-14. */
export function createPauseService(deps: PauseServiceDependencies): Services['sending'] {
  const { database, pauses, lines, audit, campaigns, clock, changed } = deps;

  const target = (scope: 'all' | 'message_1' | 'line', id: string | undefined): string => {
    if (scope === 'line') return lines.choose(id).id;
    return scope === 'message_1' && id !== undefined ? lines.choose(id).id : '';
  };
  const campaignId = (id: string | undefined): string => {
    if (id === undefined) throw new VigieError('bad_request', { detail: 'id' });
    return id;
  };

  return {
    pause({ scope, id, until }, actor) {
      const untilAt = until === undefined ? null : Date.parse(until);
      if (untilAt !== null && untilAt <= clock.now()) throw new VigieError('bad_request', { detail: 'until' });
      if (scope === 'campaign') {
        inTransaction(database, () => {
          campaigns.pause(campaignId(id), actor);
          // The campaign's own status holds it; this says when it goes on.
          if (untilAt !== null) pauses.set({ scope, targetId: campaignId(id), reason: 'operator', untilAt });
        });
      } else {
        const targetId = target(scope, id);
        pauses.set({ scope, targetId, reason: 'operator', untilAt });
        audit.write({ actor, action: 'sending.pause', target: targetId, detail: { scope } });
      }
      changed();
    },
    resume({ scope, id }, actor) {
      if (scope === 'campaign') campaigns.resume(campaignId(id), actor);
      else {
        const targetId = target(scope, id);
        pauses.lift({ scope, targetId });
        audit.write({ actor, action: 'sending.resume', target: targetId, detail: { scope } });
      }
      changed();
    },
  };
}
