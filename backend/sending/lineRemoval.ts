import { VigieError } from '../contract/errors.ts';
import type { Line, LineRemoval, LineRemoved } from '../contract/lines.ts';
import { inTransaction } from '../storage/database.ts';
import type { LineServiceDependencies } from './lineDependencies.ts';

type Removal = LineRemoval & { id: string };

/**
 * Takes a line away: it claims nothing more, what left on it is recorded, what it received is processed, what waits goes
 * where the operator says. Its row and its history stay, its keys go (SND-12). Killed anywhere, the line is either still
 * there or gone: a start drops the keys of one that is archived, and goes on with what waits on it.
 */
export function createLineRemoval(deps: LineServiceDependencies, find: (id: string) => Line) {
  const { database, lines, accounts, queue, dispatcher, audit, notify, clock, logger } = deps;

  /** The line that takes over what waits; null when nothing is moved. */
  const heir = (line: Line, { waiting, moveTo }: Removal): string | null => {
    const { messages, campaigns } = queue.waiting(line.id);
    if (waiting === undefined && messages + campaigns > 0)
      throw new VigieError('line_in_use', { line: line.label, messages, campaigns });
    if (waiting !== 'move') return null;
    if (moveTo === undefined || moveTo === line.id) throw new VigieError('bad_request', { detail: 'moveTo' });
    const target = lines.choose(moveTo);
    // What was written as free text would be refused there, message by message.
    if (target.provider.capabilities.needsTemplate && !line.capabilities.needsTemplate)
      throw new VigieError('not_on_this_line', { feature: target.label });
    return target.id;
  };

  const archive = (line: Line, removal: Removal, actor: string): LineRemoved =>
    inTransaction(database, () => {
      // Asked again: something may have come while the last messages were waited for.
      const to = heir(line, removal);
      const now = clock.now();
      const { messages } = queue.waiting(line.id);
      // Of a big queue the rest follows in steps.
      if (to === null) queue.cancel(line.id);
      else queue.move(line.id, to, now);
      const [moved, cancelled] = to === null ? [0, messages] : [messages, 0];
      deps.liftPauses(line.id);
      lines.archive(line.id, to, now);
      audit.write({
        actor,
        action: 'line.remove',
        target: line.id,
        detail: { label: line.label, to, moved, cancelled },
      });
      return { moved, cancelled };
    });

  const forget = (id: string): void => {
    const gone = lines.find(id);
    lines.drop(id);
    void gone?.close?.();
    try {
      accounts.drop(id);
    } catch (error) {
      // The line is archived: its keys are dropped at the next start.
      logger.error({ error, line: id }, 'the keys of a removed line are still on disk');
    }
  };

  return async function remove(removal: Removal, actor: string): Promise<LineRemoved> {
    const line = find(removal.id);
    if (line.source !== 'app') throw new VigieError('line_fixed', { line: line.label });
    if (line.use === 'after_restart') {
      audit.write({ actor, action: 'line.remove', target: line.id, detail: { label: line.label } });
      forget(line.id);
      notify.changed('settings');
      return { moved: 0, cancelled: 0 };
    }
    heir(line, removal);
    await dispatcher.release(line.id);
    try {
      await deps.drainWebhooks();
      const removed = archive(line, removal, actor);
      deps.emptying.wake();
      forget(line.id);
      return removed;
    } catch (error) {
      dispatcher.serve(line.id);
      throw error;
    } finally {
      notify.changed('settings');
      notify.changed('campaigns');
      deps.wake();
    }
  };
}
