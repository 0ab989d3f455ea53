import { startHost } from '../../tests/support/processes.ts';
import { WEBHOOK_SECRET } from './webhooks.ts';

/** Device of the line of the benchmarks' hosts. */
export const DEVICE = '6a0f1c2b7a4d3c0018e6b2a1';

/** The built host as it is installed, with signed webhooks and no limit that would hold a message back. */
export function startBenchHost(options: {
  dataDir: string;
  providerUrl?: string;
  env?: Record<string, string>;
  preload?: string;
}) {
  return startHost({
    dataDir: options.dataDir,
    ...(options.preload !== undefined && { preload: options.preload }),
    provider: { url: options.providerUrl ?? 'http://127.0.0.1:9', device: DEVICE },
    env: {
      ...{ WASSENGER_WEBHOOK_SECRET: WEBHOOK_SECRET, VIGIE_LOG_LEVEL: 'error' },
      ...{ VIGIE_DAILY_LIMIT: '100000', VIGIE_ROLLING_LIMIT: '1000000' },
      ...options.env,
    },
  });
}
