import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { VigieError } from './contract/errors.ts';
import { createBackgroundSteps, type BackgroundSteps } from './core/steps.ts';
import type { Dispatcher } from './sending/dispatcher.ts';
import { NO_ACCOUNTS, type LineAccounts } from './sending/lineAccounts.ts';
import { LineQueue } from './sending/lineQueue.ts';
import { createLineService } from './sending/lineService.ts';
import type { LineServiceDependencies } from './sending/lineDependencies.ts';
import type { ConfiguredLine, OpenLine } from './sending/lines.ts';
import type { Outcomes } from './sending/outcomes.ts';
import type { Pauses } from './sending/pauses.ts';
import type { Services } from './services.ts';
import type { WebhookProcessor } from './webhooks/processor.ts';

/** What lines that are set in the application need of the machine. */
export type LineSetup = { accounts: LineAccounts; open: OpenLine; restart: () => void };

type LineParts = Omit<
  LineServiceDependencies,
  keyof LineSetup | 'queue' | 'emptying' | 'liftPauses' | 'drainWebhooks' | 'dispatcher'
> & {
  setup: LineSetup | undefined;
  /** Makes a line ask before it sends what may have left before a restore. */
  asking: (line: ConfiguredLine) => ConfiguredLine;
  outcomes: Outcomes;
  dispatcher: Dispatcher;
  pauses: Pauses;
  processor: Pick<WebhookProcessor, 'runOnce'>;
};

const NO_SETUP: LineSetup = {
  accounts: NO_ACCOUNTS,
  open: () => {
    throw new VigieError('no_line');
  },
  restart() {},
};

/**
 * Wires what sets, tests and removes lines while the application runs (SND-12); `emptying` goes on with what waits on lines
 * that are gone.
 */
export function composeLines(parts: LineParts): { service: Services['lines']; emptying: BackgroundSteps } {
  const { setup = NO_SETUP, asking, outcomes, pauses, processor, ...rest } = parts;
  const { accounts, open, restart } = setup;
  const { database, lines } = rest;
  // A removal that was cut short between the two files.
  const archived = lines.known().filter(({ isArchived, source }) => isArchived === 1 && source === 'app');
  const kept = archived.length === 0 || accounts.isDemo ? {} : accounts.all();
  for (const { id } of archived) if (Object.hasOwn(kept, id)) accounts.drop(id);
  const queue = new LineQueue({ database, outcomes });
  const emptying = createBackgroundSteps({
    ...{ ...rest, name: 'removed lines' },
    step: () => {
      const done = queue.step(rest.clock.now());
      // The line that takes over may have had nothing to do.
      if (done > 0) rest.wake();
      return done;
    },
  });
  // What is tried again may be of a line that is gone.
  outcomes.onChange(({ kind }) => {
    if (kind === 'queued_again') emptying.wake();
  });
  const service = createLineService({
    ...{ ...rest, accounts, restart, queue, emptying },
    open: (id, account, source) => asking(open(id, account, source)),
    liftPauses(lineId) {
      for (const scope of ['line', 'message_1'] as const) pauses.lift({ scope, targetId: lineId });
    },
    async drainWebhooks() {
      while (processor.runOnce() > 0) await turnOfTheLoop();
    },
  });
  return { service, emptying };
}
