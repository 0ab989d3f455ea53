import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScriptedProvider, createTestStore } from '../tests/support/engine.ts';
import { createFakeClock, type FakeClock } from '../tests/support/fakeClock.ts';
import { composeJobs } from './composeJobs.ts';
import { composeWorkspace, type Workspace } from './composeWorkspace.ts';
import { loadConfig } from './config.ts';
import { sentence } from './contract/messages/sentence.ts';
import { DAY_MS, MINUTE_MS } from './core/days.ts';
import { silentLogger as logger } from './core/logger.ts';
import { seededRandom } from './core/random.ts';

let folder: ReturnType<typeof createTestStore>;
let clock: FakeClock;
let workspace: Workspace;
beforeEach(() => {
  folder = createTestStore();
  clock = createFakeClock('2026-11-20T08:00:00.000Z');
  const provider = createScriptedProvider();
  workspace = composeWorkspace({
    config: loadConfig({ dataDir: folder.dataDir, demo: false }, { VIGIE_LOCALE: 'fr' }),
    ...{ store: folder.store, clock, random: seededRandom(1), logger, version: '0.0.0' },
    configuredLines: [{ id: 'line', label: 'Line', provider, webhookToken: 'token' }],
    addresses: () => ({ admin: null, webhooks: null }),
  });
});
afterEach(() => {
  folder.remove();
});

async function runJob(name: string): Promise<void> {
  const backups = { create: () => Promise.reject(new Error('no backup here')) };
  const jobs = composeJobs(workspace, { clock, logger, backups, store: folder.store });
  await jobs.find((job) => job.name === name)?.run(new AbortController().signal);
}
const attempt = (id: string) => workspace.services.attempts.get(id);
async function sent(): Promise<string> {
  const { id } = workspace.services.messages.send({
    ...{ to: '+33639980001', body: 'Bonjour', type: 'notification', priority: 3, whenPossible: false },
  }).attempt;
  await workspace.dispatcher.start();
  await clock.advance(MINUTE_MS);
  const stopped = workspace.dispatcher.stop();
  await clock.advance(0);
  await stopped;
  return id;
}

describe('the clean-up', () => {
  it('rests while the provider says that this clock is far off, and cleans when it is right (SND-9, REL-4)', async () => {
    const id = await sent();
    const right = clock.now();
    const slots = () => Number(folder.store.main.prepare(`SELECT count(*) FROM quota_slots`).pluck().get());
    clock.set(right + 40 * DAY_MS);
    workspace.clockWatch.observe(right);
    await runJob('cleanup');
    expect([attempt(id).body, slots()]).toEqual(['Bonjour', 1]);
    workspace.clockWatch.observe(clock.now() - 10 * MINUTE_MS);
    await runJob('cleanup');
    expect([attempt(id).body, slots()]).toEqual([null, 0]);
  });
});

describe('a line that its provider restricts', () => {
  it('stops first messages, once for each time; follow-ups go on (SND-14)', async () => {
    const { lines, live, services } = workspace;
    const notices: string[] = [];
    live.events.on((event) => {
      if (event.type === 'notice') notices.push(event.body);
    });
    const line = lines.find('line');
    if (line === null) throw new Error('no line');
    line.provider.health = () => Promise.resolve({ state: 'restricted', detail: 'banned', sentToday: null });
    await runJob('health');
    await clock.advance(0);
    await runJob('health');
    await clock.advance(0);
    const paused = [{ scope: 'message_1', id: 'line', reason: 'account_restricted', until: null }];
    expect(services.monitoring.stats().pauses).toMatchObject(paused);
    expect(notices).toEqual([sentence('fr', 'send.account_restricted')]);
    services.sending.resume({ scope: 'message_1', id: 'line' }, 'ops');
    await runJob('health');
    await clock.advance(0);
    expect(services.monitoring.stats().pauses).toEqual([]);
    lines.setHealth('line', { state: 'online', detail: '', sentToday: null });
    lines.setHealth('line', { state: 'restricted', detail: '', sentToday: null });
    expect(services.monitoring.stats().pauses).toMatchObject(paused);
  });
});

describe('the job for retries', () => {
  it('ends follow-ups whose windows have closed and has due retries looked for (OPS-7, CMP-6)', async () => {
    const { main } = folder.store;
    main.exec(`
      INSERT INTO campaigns (id, name, status, message_1, message_2, audience, created_at, updated_at)
      VALUES ('c', 'c', 'running', '{}', '{}', '{}', 1, 1);
      INSERT INTO attempts (id, line_id, type, campaign_id, contact_id, phone, priority, max_attempts, reference, due_at,
        expires_at, created_at, updated_at)
      VALUES ('a', 'line', 'message_2', 'c', 'k', '+33639980001', 1, 3, 'c:k:message_2', 1, 2, 1, 1)`);
    await runJob('process-retries');
    expect(attempt('a')).toMatchObject({ state: 'failed_final', errorCode: 'window_closed' });
  });
});
