import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../backend/core/clock.ts';
import { createWassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import type { QueueResult, QueueTask } from '../peers/task.ts';
import { inFolder } from '../support/folders.ts';
import { processorMs } from '../support/processor.ts';
import { asSide } from '../support/side.ts';
import { createEngine, createNoProvider } from './engine.ts';

const POLL_MS = 5;

/** The product's queue: messages are queued as `POST /messages` queues them, then dispatched with every guard on. */
asSide<QueueTask>(({ jobs, atOnce, provider, redisUrl = null, hosts = 0 }) =>
  inFolder(async (dataDir) => {
    const client =
      provider === null
        ? createNoProvider()
        : createWassengerProvider({
            ...{ apiKey: 'key', deviceId: 'device', baseUrl: provider, webhookSecrets: [] },
            ...{ timeoutMs: 15_000, clock: systemClock },
          });
    const { store, workspace } = createEngine({
      dataDir,
      provider: client,
      sendsAtOnce: atOnce,
      redisUrl,
      sharedWork: hosts > 0,
    });
    const { services, live, dispatcher, shared, work, cache } = workspace;
    store.main
      .transaction(() => {
        for (let job = 0; job < jobs; job += 1) {
          services.messages.send({
            to: '+33639980001',
            body: 'Bonjour',
            type: 'notification',
            priority: 3,
            whenPossible: false,
          });
        }
      })
      .immediate();
    // Both read partial indexes that hold only what has not ended.
    const open = store.main
      .prepare<[], number>(
        `SELECT (SELECT count(*) FROM attempts WHERE state = 'sending')
          + EXISTS (SELECT 1 FROM attempts INDEXED BY attempts_queue WHERE line_id = 'line' AND campaign_id IS NULL
              AND state IN ('pending', 'failed_retry'))`,
      )
      .pluck();
    await live.start();
    await shared?.start();
    while (shared !== null && shared.standing().canStillSend < jobs) await sleep(POLL_MS);
    await work?.start();
    while (work !== null && work.placesElsewhere('line') < atOnce * (hosts - 1)) await sleep(POLL_MS);
    const spent = processorMs(process.pid);
    const startedAt = performance.now();
    await dispatcher.start();
    while (open.get() !== 0) await sleep(POLL_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    const result: QueueResult = { seconds, processorMs: processorMs(process.pid) - spent };
    const sent = store.main.prepare(`SELECT count(*) FROM attempts WHERE state = 'sent'`).pluck().get();
    if (sent !== jobs) throw new Error(`${String(sent)} of ${String(jobs)} messages were sent`);
    await live.stop();
    await dispatcher.stop();
    await work?.stop();
    await shared?.stop();
    cache.close();
    store.close();
    return result;
  }),
);
