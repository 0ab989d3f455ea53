import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { createMachine, type Machine } from '../../tests/support/supabase/machine.ts';
import { createAudit } from '../storage/audit.ts';
import { createSyncService } from './service.ts';

const machines: Machine[] = [];
afterEach(async () => {
  for (const machine of machines.splice(0)) {
    await machine.sync.stop();
    machine.remove();
  }
});

function machineAt(url: string, timeoutMs = 500): Machine {
  const made = createMachine({ url, source: 'machine-1', timeoutMs });
  machines.push(made);
  return made;
}
const serviceOf = (machine: Machine, sync: Machine['sync'] | null = machine.sync) =>
  createSyncService({
    ...{ sync, source: 'machine-1', locale: () => 'fr' as const },
    audit: createAudit(machine.database, machine.clock),
  });

it('without Supabase it says so, and refuses what needs it (SYN-6)', async () => {
  const service = serviceOf(machineAt('http://127.0.0.1:9'), null);
  expect(service.status()).toMatchObject({ state: 'off', waiting: 0 });
  expect(service.status().message).toContain('SUPABASE_URL');
  await expect(service.push('test')).rejects.toMatchObject({ code: 'sync_off', status: 422 });
  await expect(service.retry('1', 'test')).rejects.toMatchObject({ code: 'sync_off' });
});

it('a Supabase that is not there is said, with what waits and since when; nothing of it is a secret (SYN-2, SEC-4)', async () => {
  const machine = machineAt('http://127.0.0.1:9');
  const service = serviceOf(machine);
  expect(service.status()).toMatchObject({ state: 'never', problem: null });
  machine.add();
  const status = await service.push('test');
  expect(status).toMatchObject({ state: 'never', problem: 'offline', lastPushAt: null });
  expect(status.waitingSince).toBe(new Date(machine.clock.now()).toISOString());
  expect(status.message).toContain('ne répond pas');
  await expect(service.retry('77', 'test')).rejects.toMatchObject({ code: 'not_found' });
});

it('a Supabase that takes the request and never answers holds up neither sending nor a stop (SYN-6, DSK-7)', async () => {
  const asked = Promise.withResolvers<void>();
  const silent = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      asked.resolve();
    });
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => {
    silent.close();
  });
  const address = silent.address();
  const machine = machineAt(`http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`, 60_000);
  const pushing = machine.sync.push({ hourly: true });
  await asked.promise;
  machine.add();
  const claimed = machine.claim();
  if (claimed.kind !== 'claimed') throw new Error('nothing was claimed');
  machine.outcomes.record(claimed.attempt, { kind: 'accepted', providerIds: ['p'] });
  expect(machine.attempt(claimed.attempt.id).state).toBe('sent');
  const startedAt = performance.now();
  await machine.sync.stop();
  await pushing;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(machine.sync.problem).toBe('offline');
});
