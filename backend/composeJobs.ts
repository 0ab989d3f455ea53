import type { Workspace } from './composeWorkspace.ts';
import type { Clock } from './core/clock.ts';
import type { Job } from './scheduler/scheduler.ts';

/** Finished messages keep their text and phone for so long (SND-9). */
const CLEAN_AFTER_DAYS = 30;

/** What time alone brings about (OPS-7). */
export function composeJobs(workspace: Workspace, clock: Clock): Job[] {
  const { campaigns, ledger, lines, processor, services, silence } = workspace;
  return [
    { name: 'check-interactions', schedule: '0 * * * *', atStart: true, run: () => campaigns.closing.runOnce() },
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
      run: () => {
        services.attempts.cleanup({ olderThanDays: CLEAN_AFTER_DAYS, dryRun: false }, 'vigie');
        ledger.prune(clock.now());
        processor.prune();
      },
    },
    { name: 'webhook-silence', schedule: '* * * * *', run: () => silence.check() },
  ];
}
