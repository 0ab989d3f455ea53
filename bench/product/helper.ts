import { systemClock } from '../../backend/core/clock.ts';
import { createWassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import type { QueueTask } from '../peers/task.ts';
import { inFolder } from '../support/folders.ts';
import { asSide } from '../support/side.ts';
import { createEngine } from './engine.ts';

/** A host with nothing in its own queue: it makes requests for others until it is killed. */
asSide<Pick<QueueTask, 'atOnce' | 'provider' | 'redisUrl'>>(
  ({ atOnce, provider, redisUrl = null }) =>
    new Promise((ready, failed) => {
      inFolder(async (dataDir) => {
        const client = createWassengerProvider({
          ...{ apiKey: 'key', deviceId: 'device', baseUrl: provider ?? '', webhookSecrets: [] },
          ...{ timeoutMs: 15_000, clock: systemClock },
        });
        const { workspace } = createEngine({
          dataDir,
          provider: client,
          sendsAtOnce: atOnce,
          redisUrl,
          sharedWork: true,
        });
        await workspace.shared?.start();
        await workspace.work?.start();
        await workspace.dispatcher.start();
        process.once('disconnect', () => process.exit());
        ready({});
        await new Promise(() => {});
      }).catch(failed);
    }),
);
