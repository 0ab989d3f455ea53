import SQLite from 'better-sqlite3';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  answerFrom,
  loseKeys,
  LYON,
  PARIS,
  post,
  startLineHost,
  startWassenger,
  temporaryDataDir,
  WITHIN,
} from '../tests/support/lineHost.ts';
import { systemClock } from './core/clock.ts';
import { HOUR_MS, toIso } from './core/days.ts';
import { loadSecrets, saveSecrets } from './storage/secrets.ts';

describe('a line that is removed', () => {
  it('lets what is under way be recorded, then takes no webhook and keeps its history (SND-12)', async () => {
    const { simulator, input } = await startWassenger(PARIS, {
      rules: { phones: { '+33612345609': { faults: ['slow'] } }, slowMs: 400 },
    });
    const host = await startLineHost();
    const line = await host.add(input);
    const slow = await host.send('+33612345609');
    await vi.waitFor(() => expect(simulator.ledger()).toHaveLength(1), WITHIN);
    expect(await host.call('DELETE', `/lines/${line.id}`)).toMatchObject({
      status: 200,
      body: { moved: 0, cancelled: 0 },
    });
    expect(await host.attempt(slow)).toMatchObject({ state: 'sent', line: line.id });
    expect(await host.lines()).toEqual([]);
    expect(await post(host.webhooks + line.webhookPath, answerFrom('+33612345609', 'in-5', PARIS.id))).toBe(401);
    expect(await host.call('POST', '/messages', { to: '+33612345610', body: 'x', line: line.id })).toMatchObject({
      status: 404,
    });
    expect(await host.call('POST', '/messages', { to: '+33612345610', body: 'x' })).toMatchObject({
      status: 422,
      body: { code: 'no_line' },
    });
    expect(loadSecrets(host.dataDir).lines).toEqual({});
    // The same number may come back, as another line.
    expect((await host.add(input)).id).not.toBe(line.id);
  });

  it('is kept while something waits on it, unless that is moved or cancelled (SND-12)', async () => {
    const [paris, lyon] = await Promise.all([startWassenger(PARIS), startWassenger(LYON)]);
    const host = await startLineHost();
    const [first, second] = [await host.add(paris.input), await host.add(lyon.input)];
    const later = { sendAt: toIso(systemClock.now() + HOUR_MS) };
    const ids = [await host.send('+33612345611', { line: first.id, ...later })];
    const message = { body: 'Bonjour' };
    const { body: draft } = await host.call<{ id: string }>('POST', '/campaigns', {
      ...{ name: 'Rentrée', line: first.id, message1: message, message2: message },
    });
    expect(await host.call('DELETE', `/lines/${first.id}`)).toMatchObject({
      status: 422,
      body: { code: 'line_in_use', data: { messages: 1, campaigns: 1 } },
    });
    expect((await host.call('DELETE', `/lines/${first.id}?waiting=move&moveTo=${first.id}`)).status).toBe(400);
    // It goes on as before.
    await host.send('+33612345612', { line: first.id });
    await vi.waitFor(() => expect(paris.simulator.ledger()).toHaveLength(1), WITHIN);

    expect(await host.call('DELETE', `/lines/${first.id}?waiting=move&moveTo=${second.id}`)).toMatchObject({
      body: { moved: 1, cancelled: 0 },
    });
    expect(await host.attempt(ids[0]!)).toMatchObject({
      ...{ state: 'pending', line: second.id },
      timeline: [{ event: 'queued' }, { event: 'moved' }],
    });
    expect(await host.call('GET', `/campaigns/${draft.id}`)).toMatchObject({ body: { line: second.id } });
    expect(await host.lines()).toMatchObject([{ id: second.id, isDefault: true }]);

    expect(await host.call('DELETE', `/lines/${second.id}?waiting=cancel`)).toMatchObject({ body: { cancelled: 1 } });
    expect(await host.attempt(ids[0]!)).toMatchObject({
      state: 'cancelled',
      errorMessage: 'La ligne de ce message a été retirée.',
    });
    expect(await host.call('GET', `/campaigns/${draft.id}`)).toMatchObject({ body: { line: null } });
  });

  it('with a big queue is gone at once, and the queue follows in steps, also after a restart (SND-12, API-5)', async () => {
    const [paris, lyon] = await Promise.all([startWassenger(PARIS), startWassenger(LYON)]);
    const before = await startLineHost();
    const [first, second] = [await before.add(paris.input), await before.add(lyon.input)];
    await before.stop();
    const file = path.join(before.dataDir, 'vigie.db');
    const seeding = new SQLite(file);
    seeding
      .prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO attempts (id, line_id, type, phone, body, priority, max_attempts, reference, due_at, created_at, updated_at)
         SELECT 'many-' || i, @line, 'notification', '+33639980001', 'Bonjour', 3, 3, 'many-' || i, @dueAt, 1, 1 FROM n`,
      )
      .run({ line: first.id, dueAt: systemClock.now() + HOUR_MS });
    seeding.close();
    const host = await startLineHost({ dataDir: before.dataDir });
    expect(await host.call('DELETE', `/lines/${first.id}?waiting=move&moveTo=${second.id}`)).toMatchObject({
      body: { moved: 3000, cancelled: 0 },
    });
    expect(await host.lines()).toMatchObject([{ id: second.id }]);
    await host.stop();
    await startLineHost({ dataDir: before.dataDir });
    const reading = new SQLite(file, { readonly: true });
    onTestFinished(() => void reading.close());
    const moved = reading.prepare(`SELECT count(*) FROM attempts WHERE line_id = ? AND state = 'pending'`).pluck();
    await vi.waitFor(() => expect(moved.get(second.id)).toBe(3000), WITHIN);
  });

  it('has what failed on it tried again by the line that took over (SND-8, SND-12)', async () => {
    const [paris, lyon] = await Promise.all([
      startWassenger(PARIS, { rules: { phones: { '+33612345613': { always: 'payload_too_large' } } } }),
      startWassenger(LYON),
    ]);
    const host = await startLineHost();
    const [first, second] = [await host.add(paris.input), await host.add(lyon.input)];
    const id = await host.send('+33612345613', { line: first.id });
    await vi.waitFor(async () => expect((await host.attempt(id)).state).toBe('failed_final'), WITHIN);
    await host.call('DELETE', `/lines/${first.id}?waiting=move&moveTo=${second.id}`);
    expect((await host.call('POST', `/attempts/${id}/retry`)).status).toBe(200);
    await vi.waitFor(() => expect(lyon.simulator.ledger()).toHaveLength(1), WITHIN);
    await vi.waitFor(
      async () => expect(await host.attempt(id)).toMatchObject({ state: 'sent', line: second.id }),
      WITHIN,
    );
  });

  it('does not come back when the application was killed before its keys were gone (SND-12, REL-1)', async () => {
    const { input } = await startWassenger(PARIS);
    const host = await startLineHost();
    const line = await host.add(input);
    const kept = loadSecrets(host.dataDir);
    await host.call('DELETE', `/lines/${line.id}`);
    await host.stop();
    saveSecrets(host.dataDir, kept);
    const again = await startLineHost({ dataDir: host.dataDir });
    expect(await again.lines()).toEqual([]);
    expect(loadSecrets(host.dataDir).lines).toEqual({});
  });
});

describe('a restart', () => {
  it('keeps the lines, their default and what is set; a disabled line sends nothing and still listens (SND-12)', async () => {
    const [paris, lyon] = await Promise.all([startWassenger(PARIS), startWassenger(LYON)]);
    const before = await startLineHost();
    const [first, second] = [await before.add(paris.input), await before.add(lyon.input)];
    await before.call('PATCH', `/lines/${second.id}`, { isDefault: true, label: 'Lyon', sendsPerMinute: 600 });
    await before.call('PATCH', `/lines/${first.id}`, { disabled: true });
    await before.stop();

    // Without a flag: a folder with lines of its own opens no demo.
    const host = await startLineHost({ dataDir: before.dataDir, demo: true });
    expect(await host.lines()).toMatchObject([
      { id: first.id, use: 'disabled', isDefault: false, webhookPath: first.webhookPath },
      { id: second.id, use: 'active', isDefault: true, label: 'Lyon', sendsPerMinute: 600 },
    ]);
    await host.send('+33612345613');
    await vi.waitFor(() => expect(lyon.simulator.ledger()).toHaveLength(1), WITHIN);
    expect(await host.call('POST', '/messages', { to: '+33612345614', body: 'x', line: first.id })).toMatchObject({
      status: 422,
      body: { code: 'line_disabled' },
    });
    expect(await post(host.webhooks + first.webhookPath, answerFrom('+33612345613', 'in-6', PARIS.id))).toBe(200);
    expect((await host.call('PATCH', `/lines/${first.id}`, { isDefault: true })).status).toBe(422);
    await host.call('PATCH', `/lines/${first.id}`, { disabled: false });
    await host.send('+33612345615', { line: first.id });
    await vi.waitFor(() => expect(paris.simulator.ledger()).toHaveLength(1), WITHIN);
  });

  it('asks for the keys again where a restore came without them, and the line goes on under its id (SND-12, REL-6)', async () => {
    const { simulator, input } = await startWassenger(PARIS);
    const before = await startLineHost();
    const line = await before.add(input);
    await before.call('POST', '/sending/pause', { scope: 'all' });
    const waiting = await before.send('+33612345622', { line: line.id });
    await before.stop();
    loseKeys(before.dataDir);
    const host = await startLineHost({ dataDir: before.dataDir });
    expect(await host.lines()).toMatchObject([{ id: line.id, use: 'keys_missing', account: null, webhookPath: '' }]);
    await host.call('POST', '/sending/resume', { scope: 'all' });
    expect(await host.call('POST', '/messages', { to: '+33612345610', body: 'x', line: line.id })).toMatchObject({
      ...{ status: 422, body: { code: 'line_keys_missing' } },
    });
    const change = (account: object) => host.call('PATCH', `/lines/${line.id}`, { account });
    expect(await change({ apiKey: PARIS.key })).toMatchObject({
      status: 422,
      body: { code: 'line_keys_missing', data: { fields: ['deviceId'] } },
    });
    expect((await host.call('POST', `/lines/${line.id}/test`)).body).toMatchObject({ code: 'line_keys_missing' });
    expect(await host.attempt(waiting)).toMatchObject({ state: 'pending', tries: 0 });
    const { deviceId, apiKey, baseUrl } = input;
    expect(await change({ deviceId, apiKey, baseUrl })).toMatchObject({ body: { use: 'active', label: line.label } });
    await host.send('+33612345616', { line: line.id });
    await vi.waitFor(() => expect(simulator.ledger()).toHaveLength(2), WITHIN);
    expect(await host.attempt(waiting)).toMatchObject({ tries: 1, errorCode: null });
  });

  it('leaves the lines of the environment as they are: marked, and not changed here (SND-12)', async () => {
    const { simulator, input } = await startWassenger(PARIS);
    const lyon = await startWassenger(LYON);
    const env = { WASSENGER_API_KEY: PARIS.key, WASSENGER_DEVICE_ID: PARIS.id, WASSENGER_BASE_URL: input.baseUrl };
    const host = await startLineHost({ env });
    const added = await host.add(lyon.input);
    const [fixed] = await host.lines();
    expect(fixed).toMatchObject({
      ...{ id: 'wassenger', source: 'environment', isDefault: true },
      account: { sender: PARIS.id, secrets: [] },
    });
    for (const patch of [{ label: 'x' }, { account: { apiKey: 'another-key' } }, { disabled: true }]) {
      expect(await host.call('PATCH', '/lines/wassenger', patch)).toMatchObject({
        status: 422,
        body: { code: 'line_fixed' },
      });
    }
    expect((await host.call('DELETE', '/lines/wassenger')).body).toMatchObject({ code: 'line_fixed' });
    expect((await host.call('POST', '/lines', input)).status).toBe(409);
    await host.send('+33612345617');
    await host.send('+33612345618', { line: added.id });
    await vi.waitFor(
      () => expect([simulator, lyon.simulator].map((one) => one.ledger().length)).toEqual([1, 1]),
      WITHIN,
    );
  });
});

describe('a line that is set during the demo', () => {
  it('is kept for the real workspace, says so, and works from the next start on (SND-12)', async () => {
    const dataDir = temporaryDataDir();
    const { simulator, input } = await startWassenger(PARIS);
    const demo = await startLineHost({ dataDir, demo: true });
    expect((await demo.call('POST', '/lines/leave-demo')).body).toMatchObject({ code: 'no_line' });
    const line = await demo.add(input);
    expect(line).toMatchObject({ use: 'after_restart', isDefault: false, label: input.label });
    expect(await demo.lines()).toMatchObject([{ id: 'simulator', source: 'demo', use: 'active' }, { id: line.id }]);
    expect((await demo.call('POST', `/lines/${line.id}/test`)).body).toMatchObject({ code: 'ready' });
    expect((await demo.call('PATCH', `/lines/${line.id}`, { sendsPerMinute: 5 })).body).toMatchObject({
      code: 'line_waits',
    });
    expect((await demo.call('PATCH', `/lines/${line.id}`, { label: 'Paris' })).body).toMatchObject({ label: 'Paris' });
    expect(await demo.call('POST', '/lines/leave-demo')).toMatchObject({ status: 202, body: { restarting: true } });
    expect(demo.restart).toHaveBeenCalledTimes(1);
    await demo.stop();

    const host = await startLineHost({ dataDir, demo: true });
    expect((await host.call('GET', '/settings')).body).toMatchObject({ demo: false });
    expect(await host.lines()).toMatchObject([{ id: line.id, use: 'active', isDefault: true, label: 'Paris' }]);
    await host.send('+33612345619');
    await vi.waitFor(() => expect(simulator.ledger()).toHaveLength(1), WITHIN);
  });

  it('can be taken back, and the demo goes on (SND-12)', async () => {
    const dataDir = temporaryDataDir();
    const { input } = await startWassenger(PARIS);
    const demo = await startLineHost({ dataDir, demo: true });
    const line = await demo.add(input);
    expect((await demo.call('DELETE', `/lines/${line.id}`)).status).toBe(200);
    await demo.stop();
    const again = await startLineHost({ dataDir, demo: true });
    expect((await again.call('GET', '/settings')).body).toMatchObject({ demo: true });
  });
});
