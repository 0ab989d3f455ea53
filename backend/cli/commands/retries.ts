import { defineCommand } from '../command.ts';
import { given, wholeNumber } from '../values.ts';
import { attemptTable } from './attempts.ts';

/** The longest page that a list gives. */
const LONGEST_PAGE = 200;

export const retriesProcess = defineCommand({
  name: 'retries process',
  options: {
    'max-retries': { type: 'string' },
    'dry-run': { type: 'boolean' },
    cleanup: { type: 'boolean' },
    'cleanup-days': { type: 'string' },
    verbose: { type: 'boolean' },
  },
  async run(values, { client, text }) {
    const dryRun = values['dry-run'] ?? false;
    const max = wholeNumber('max-retries', values['max-retries']);
    const olderThanDays = wholeNumber('cleanup-days', values['cleanup-days']);
    const { attempts } = await client();

    const waiting = values.verbose
      ? (await attempts.list({ state: 'failed_retry', limit: Math.min(max ?? LONGEST_PAGE, LONGEST_PAGE) })).items
      : undefined;
    const retries = await attempts.retryMany({ dryRun, ...given({ max }) });
    const cleanup = values.cleanup ? await attempts.cleanup({ dryRun, ...given({ olderThanDays }) }) : undefined;

    const lines = [text(dryRun ? 'retries.dry_run' : 'retries.done', retries)];
    if (waiting) lines.unshift(attemptTable(waiting, text));
    if (cleanup) lines.push(text(dryRun ? 'cleanup.dry_run' : 'cleanup.done', cleanup));
    return {
      data: { ...retries, ...given({ cleaned: cleanup?.cleaned, attempts: waiting }) },
      words: lines.join('\n'),
    };
  },
});
