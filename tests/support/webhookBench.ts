import { silentLogger } from '../../backend/core/logger.ts';
import { silentNotify } from '../../backend/monitoring/notify.ts';
import type { AttemptRow } from '../../backend/sending/attempt.ts';
import { createWassengerProvider, type WassengerProvider } from '../../backend/sending/providers/wassenger/client.ts';
import type { Answer, AnswerListener, WebhookLine } from '../../backend/webhooks/dependencies.ts';
import { createWebhookInbox } from '../../backend/webhooks/inbox.ts';
import { createWebhookLog } from '../../backend/webhooks/log.ts';
import { createWebhookProcessor, type WebhookProcessor } from '../../backend/webhooks/processor.ts';
import type { LineHealth } from '../../backend/sending/provider.ts';
import { createTestEngine, type TestEngine } from './engine.ts';

export const TOKEN = 'token-0123456789abcdef0123456789abcdef';

export type LoggedEvent = {
  id: number;
  event: string;
  verdict: string;
  reason: string | null;
  attemptId: string | null;
  changes: string;
};

/** Webhooks on the real sending engine, real files and Wassenger's reader; campaigns are played by the test. */
export type WebhookBench = {
  engine: TestEngine;
  provider: WassengerProvider;
  lines: WebhookLine[];
  processor: WebhookProcessor;
  log: ReturnType<typeof createWebhookLog>;
  /** What campaigns were told; `onAnswer` says what comes of it. */
  answers: Answer[];
  onAnswer: AnswerListener['onAnswer'];
  sessions: { lineId: string; health: LineHealth }[];
  audited: { actor: string; action: string; target: string }[];
  /** How often the sending side was woken. */
  woken: () => number;
  /** Stores a request as the port does. */
  store(body: unknown, options?: { lineId?: string; rejected?: string; receivedAt?: number }): Promise<void>;
  /** Stores a request and processes everything that waits. */
  receive(...bodies: unknown[]): Promise<void>;
  process(): number;
  events(): LoggedEvent[];
  /** A message that left and was accepted with these ids. */
  sent(fields?: { providerIds?: string[]; phone?: string }): AttemptRow;
  close(): Promise<void>;
};

export function createWebhookBench(options: { durable?: boolean } = {}): WebhookBench {
  const engine = createTestEngine({ limits: { dailyLimit: 1_000_000, rollingLimit: 1_000_000 } });
  const { database, files, clock, outcomes } = engine;
  if (options.durable === false) {
    database.pragma('synchronous = OFF');
    files.inbox.pragma('synchronous = OFF');
  }
  const provider = createWassengerProvider({
    ...{
      apiKey: 'key',
      deviceId: 'device',
      baseUrl: 'http://127.0.0.1:9',
      webhookSecrets: [],
      timeoutMs: 1_000,
      clock,
    },
  });
  const lines: WebhookLine[] = [{ id: 'line', provider, webhookToken: TOKEN }];
  const inbox = createWebhookInbox(files.inbox);
  let woken = 0;
  const processor = createWebhookProcessor({
    ...{ database, inbox: files.inbox, clock, logger: silentLogger, notify: silentNotify },
    lines: { all: () => lines },
    attempts: outcomes,
    answers: {
      onAnswer(answer) {
        bench.answers.push(answer);
        return bench.onAnswer(answer);
      },
    },
    lineHealth: { onSession: (lineId, health) => bench.sessions.push({ lineId, health }) },
    wake: () => {
      woken += 1;
    },
  });
  outcomes.onChange(({ kind, attempt }) => {
    if (kind !== 'accepted' && kind !== 'ids_learnt') return;
    processor.matchOrphans(attempt.lineId, engine.store.providerIds(attempt.id), attempt.reference);
  });
  const events = database.prepare<[], LoggedEvent>(`
    SELECT id, event, verdict, reason, attempt_id AS attemptId, changes FROM webhook_events ORDER BY id`);

  const bench: WebhookBench = {
    ...{ engine, provider, lines, processor, answers: [], sessions: [], audited: [] },
    log: createWebhookLog({
      ...{ database, inbox: files.inbox, processor },
      phoneOfContact: (id) => (id === 'nobody' ? null : id),
      audit: {
        write: (entry) => {
          bench.audited.push(entry);
        },
      },
    }),
    onAnswer: () => ({ changes: [], verdict: 'unmatched' }),
    woken: () => woken,
    store(body, { lineId = 'line', rejected, receivedAt } = {}) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const row = { receivedAt: receivedAt ?? clock.now(), provider: 'wassenger', lineId } as const;
      return inbox.add({ ...row, body: bytes, rejected: rejected ?? null });
    },
    async receive(...bodies) {
      await Promise.all(bodies.map((body) => bench.store(body)));
      bench.process();
    },
    process() {
      let total = 0;
      for (let count = processor.runOnce(); count > 0; count = processor.runOnce()) total += count;
      return total;
    },
    events: () => events.all(),
    sent({ providerIds = ['own-1', 'wa-1'], phone = '+33639980001' } = {}) {
      const { id } = engine.add({ phone });
      engine.claim();
      return outcomes.accepted(engine.attempt(id), providerIds);
    },
    async close() {
      await processor.stop();
      await provider.close();
      engine.remove();
    },
  };
  return bench;
}
