import { VigieError } from '../contract/errors.ts';
import type { LinePatch } from '../contract/lines.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Services } from '../services.ts';
import type { Audit } from '../storage/audit.ts';
import { inTransaction, type Database } from '../storage/database.ts';
import type { LineOptions, Lines } from './lines.ts';

type LineServiceDependencies = {
  database: Database;
  lines: Lines;
  audit: Audit;
  notify: Notify;
  /** Something may be allowed to leave now. */
  wake: () => void;
};

/** Lines as the operator sees and sets them (SND-12, SND-13). */
export function createLineService(deps: LineServiceDependencies): Services['lines'] {
  const { database, lines, audit, notify, wake } = deps;
  const get = (id: string) => {
    const found = lines.list().find((line) => line.id === id);
    if (found === undefined) throw new VigieError('not_found', { detail: id });
    return found;
  };
  return {
    list: () => lines.list(),

    update({ id, ...patch }, actor) {
      get(id);
      const changes = changesOf(patch, lines.options(id));
      inTransaction(database, () => {
        lines.saveOptions(id, changes);
        audit.write({ actor, action: 'line.update', target: id, detail: changes });
      });
      notify.changed('settings');
      wake();
      return get(id);
    },
  };
}

/** What is named in a patch; a warm-up with other steps goes on where it stands. */
function changesOf(patch: Omit<LinePatch, 'id'>, present: LineOptions): Partial<LineOptions> {
  const { sendsPerMinute, gapMs, warmupSteps, quietHours } = patch;
  const startedDay = present.warmup?.startedDay ?? null;
  return {
    ...(sendsPerMinute !== undefined && { sendsPerMinute }),
    ...(gapMs !== undefined && { gapMs }),
    ...(warmupSteps !== undefined && { warmup: warmupSteps && { steps: warmupSteps, startedDay } }),
    ...(quietHours !== undefined && { quietHours }),
  };
}
