import type { Locale } from '../contract/common.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { BackgroundSteps } from '../core/steps.ts';
import type { Notify } from '../monitoring/notify.ts';
import type { Audit } from '../storage/audit.ts';
import type { Database } from '../storage/database.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { LineAccounts } from './lineAccounts.ts';
import type { LineQueue } from './lineQueue.ts';
import type { Lines, OpenLine } from './lines.ts';

/** What it takes to set, test and remove lines while the application runs. */
export type LineServiceDependencies = {
  database: Database;
  lines: Lines;
  /** Where lines that are set here are kept, and how they are reached. */
  accounts: LineAccounts;
  open: OpenLine;
  queue: LineQueue;
  /** Moves or cancels the rest of what waits on lines that are gone. */
  emptying: Pick<BackgroundSteps, 'wake'>;
  dispatcher: Pick<Dispatcher, 'serve' | 'release'>;
  audit: Audit;
  notify: Notify;
  clock: Clock;
  logger: Logger;
  locale: () => Locale;
  /** Processes the webhooks that have been received. */
  drainWebhooks: () => Promise<void>;
  /** Ends the pauses of a line that is gone. */
  liftPauses: (lineId: string) => void;
  /** Something may be allowed to leave now. */
  wake: () => void;
  /** The application starts anew. */
  restart: () => void;
};
