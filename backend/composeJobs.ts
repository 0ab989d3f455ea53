import type { Workspace } from './composeWorkspace.ts';
import { VigieError } from './contract/errors.ts';
import { errorSentence, sentence } from './contract/messages/sentence.ts';
import type { Clock } from './core/clock.ts';
import type { Logger } from './core/logger.ts';
import { inSteps } from './core/steps.ts';
import type { Job } from './scheduler/scheduler.ts';
import type { Backups } from './storage/backups/backups.ts';
import { giveBackPages } from './storage/database.ts';
import type { Store } from './storage/store.ts';

/** Finished messages keep their text and phone for so long (SND-9). */
const CLEAN_AFTER_DAYS = 30;

type JobDependencies = {
  clock: Clock;
  logger: Logger;
  backups: Pick<Backups, 'create'>;
  store: Pick<Store, 'main' | 'inbox' | 'witness'>;
};

/** What time alone brings about (OPS-7). */
export function composeJobs(workspace: Workspace, { clock, logger, backups, store }: JobDependencies): Job[] {
  const { campaigns, dispatcher, ledger, lines, live, preferences, processor, services, silence, sync } = workspace;
  const backUp = async (): Promise<void> => {
    try {
      await backups.create('daily', 'vigie');
    } catch (error) {
      logger.error({ error }, 'no backup was made');
      const { locale } = preferences.values;
      live.notify.notice({
        ...{ kind: 'backup_failed', level: null, page: '/settings' },
        title: sentence(locale, 'notice.backup_failed'),
        body: error instanceof VigieError ? errorSentence(locale, error) : '',
      });
    }
  };
  return [
    { name: 'check-interactions', schedule: '0 * * * *', atStart: true, run: () => campaigns.closing.runOnce() },
    // What is due leaves by itself; this looks at it once more, whatever became of a timer.
    { name: 'process-retries', schedule: '*/5 * * * *', run: () => dispatcher.wake() },
    { name: 'start-campaigns', schedule: '* * * * *', atStart: true, run: () => campaigns.launch.startDue() },
    {
      name: 'health',
      schedule: '* * * * *',
      atStart: true,
      // Not waited for: a provider that hangs must not hold up a stop.
      run: () => {
        for (const { id, provider } of lines.all()) {
          void provider.health().then((health) => {
            lines.setHealth(id, health);
          });
        }
      },
    },
    { name: 'reset-day', schedule: '0 0 * * *', atStart: true, run: () => ledger.closeDays(clock.now()) },
    {
      name: 'cleanup',
      schedule: '0 2 * * *',
      run: async (signal) => {
        await services.attempts.cleanup({ olderThanDays: CLEAN_AFTER_DAYS, dryRun: false }, 'vigie', signal);
        ledger.prune(clock.now());
        await processor.prune(signal);
        for (const file of [store.main, store.inbox]) await inSteps(() => giveBackPages(file), signal);
      },
    },
    // Not waited for: a large file takes a while, in which the other jobs go on.
    { name: 'backup', schedule: '0 3 * * *', run: () => void backUp() },
    // Not waited for: a Supabase that hangs must not hold up the other jobs.
    { name: 'sync', schedule: '0 * * * *', run: () => void sync?.push({ hourly: true }) },
    // A log that began anew gets its mark (REL-2).
    { name: 'file-witness', schedule: '* * * * *', run: () => store.witness() },
    // Not waited for: a provider that is slow must not hold up the other jobs.
    { name: 'reconcile', schedule: '*/5 * * * *', atStart: true, run: () => void workspace.deliverySweep.runOnce() },
    { name: 'webhook-silence', schedule: '* * * * *', run: () => silence.check() },
  ];
}
