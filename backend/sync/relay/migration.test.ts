import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelay } from '../../../resources/supabase/functions/relay/relay.ts';
import { createStore } from '../../../resources/supabase/functions/relay/store.ts';
import { createTestStore } from '../../../tests/support/engine.ts';
import { startRelaySql } from '../../../tests/support/relaySql.ts';
import { incoming } from '../../../tests/support/wassengerEvents.ts';
import { systemClock } from '../../core/clock.ts';
import { silentLogger } from '../../core/logger.ts';
import { systemRandom } from '../../core/random.ts';
import { createWassengerProvider } from '../../sending/providers/wassenger/client.ts';
import { createRelayedIntake } from '../../webhooks/relayed.ts';
import { RelayPull } from './relay.ts';
import { createRelaySource } from './source.ts';

const TOKEN = 'token-0123456789abcdef0123456789';
const HEADERS = { 'content-type': 'application/json' };

let project: Awaited<ReturnType<typeof startRelaySql>>;
beforeAll(async () => {
  project = await startRelaySql();
});
afterAll(async () => {
  await project.stop();
});
beforeEach(async () => {
  await project.ask(`delete from public.webhook_inbox`);
});

async function store(provider = 'wassenger', body = 'e30='): Promise<string | undefined> {
  const sql = `select public.relay_store($1, '/webhooks/x', '{}', $2) as said`;
  return (await project.ask<{ said: string }>(sql, [provider, body]))[0]?.said;
}
const fill = (
  count: number,
  columns: { age?: string; refused?: string | null; body?: string } = {},
): Promise<unknown> =>
  project.ask(
    `insert into public.webhook_inbox (received_at, provider, path, headers, body, refused)
     select clock_timestamp() - $1::interval, 'wassenger', '/', '{}', $2, $3 from generate_series(1, ${count})`,
    [columns.age ?? '1 hour', columns.body ?? 'e30=', columns.refused ?? null],
  );

describe('the relay’s table on PostgreSQL', () => {
  it('takes what the function stores and gives it to Vigie, once, byte for byte (WHK-2, WHK-7)', async () => {
    const relay = createRelay({ tokens: [TOKEN], verifyToken: null, store: createStore(project) });
    const sent = Array.from({ length: 5 }, (_, index) =>
      JSON.stringify(incoming({ id: `m${index}`, body: 'é\u0000\\x' })),
    );
    for (const body of sent) {
      const url = `https://project.example/relay/webhooks/wassenger/${TOKEN}`;
      expect((await relay(new Request(url, { method: 'POST', headers: HEADERS, body }))).status).toBe(200);
    }
    const files = createTestStore();
    const options = { apiKey: 'key', deviceId: 'device', baseUrl: 'http://127.0.0.1:9', timeoutMs: 1_000 };
    const provider = createWassengerProvider({ ...options, clock: systemClock, webhookSecrets: [] });
    const lines = { all: () => [{ id: 'line', provider, webhookToken: TOKEN }] };
    const pull = new RelayPull({
      ...{ clock: systemClock, random: systemRandom, logger: silentLogger, stored() {}, changed() {} },
      source: createRelaySource(project, systemClock),
      intake: createRelayedIntake({ lines, inbox: files.store.inbox, clock: systemClock, logger: silentLogger }),
    });
    await project.ask(`update public.webhook_inbox set received_at = received_at - interval '2 hours'`);
    await project.ask(`select public.relay_store('wassenger', '/webhooks/wassenger/unknown', $1, 'e30=')`, [HEADERS]);
    const now = systemClock.now();
    expect(await pull.runOnce()).toBe(false);
    const inbox = files.store.inbox.prepare(`SELECT CAST(body AS TEXT) FROM webhook_inbox ORDER BY id`).pluck();
    expect(inbox.all()).toEqual(sent);
    const [oldest] = files.store.inbox.prepare(`SELECT min(received_at) FROM webhook_inbox`).pluck().all() as [number];
    expect(Math.abs(now - 7_200_000 - oldest)).toBeLessThan(60_000);
    expect(await project.ask(`select refused from public.webhook_inbox`)).toEqual([{ refused: 'bad_token' }]);
    expect(pull.standing()).toMatchObject({ state: 'live', setAside: 1 });
    files.remove();
  });

  it.each(['anon', 'authenticated'])(
    'shows nothing to the role %s, and takes nothing from it (SYN-1, WHK-7)',
    async (role) => {
      await store();
      for (const sql of [
        `select * from public.webhook_inbox`,
        `select * from public.webhook_inbox_waiting`,
        `delete from public.webhook_inbox`,
        `insert into public.webhook_inbox (provider, path, headers, body) values ('meta', '/', '{}', '')`,
        `select public.relay_store('meta', '/', '{}', '')`,
      ]) {
        await expect(project.asRole(role, sql), sql).rejects.toThrow('permission denied');
      }
      expect(await project.count('from public.webhook_inbox')).toBe(1);
    },
  );

  it('can be made again over itself', async () => {
    await store();
    await project.migrate();
    expect(await project.count('from public.webhook_inbox_waiting')).toBe(1);
  });

  it('takes so many requests in a minute, and then asks to come again (WHK-5, WHK-7)', async () => {
    await fill(29, { age: '10 seconds' });
    expect([await store(), await store(), await store('meta')]).toEqual(['stored', 'busy', 'stored']);
  });

  it('is full at so many rows or bytes, for one provider and not for the other (WHK-7)', async () => {
    await fill(199);
    expect([await store(), await store(), await store('meta')]).toEqual(['stored', 'full', 'stored']);
    await project.ask(`update public.webhook_inbox set refused = 'bad_token' where id % 2 = 0`);
    expect(await store()).toBe('stored');
    await project.ask(`delete from public.webhook_inbox`);
    await fill(6, { body: 'A'.repeat(349_528) });
    expect([await store(), await store('meta')]).toEqual(['full', 'stored']);
  });

  it('forgets what nobody read for 30 days, and what was refused beyond the last ones (WHK-7)', async () => {
    await fill(15, { age: '31 days' });
    await fill(2, { age: '29 days' });
    await fill(20, { refused: 'bad_token' });
    expect(await store()).toBe('stored');
    expect(await project.count(`from public.webhook_inbox where refused is null`)).toBe(3);
    expect(await project.count(`from public.webhook_inbox where refused is not null`)).toBe(10);
  });

  it('takes no body above 256 KiB, and no other provider (WHK-5)', async () => {
    expect(await store('wassenger', 'A'.repeat(349_528))).toBe('stored');
    await expect(store('wassenger', 'A'.repeat(349_532))).rejects.toThrow('check constraint');
    await expect(store('other')).rejects.toThrow('check constraint');
  });
});
