import { cpSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../backend/storage/database.ts';
import { temporaryFolders } from '../support/folders.ts';
import { PLANTED_TEXT } from '../support/hostLogs.ts';
import { startHost, startSimulator, type RunningHost } from '../support/processes.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { incoming } from '../support/wassengerEvents.ts';
import { storedEventIds } from '../support/storedRequests.ts';

const folder = temporaryFolders('vigie-full-disk-');
const QUICK = { VIGIE_SETTLING_MS: '300', VIGIE_RETRY_BASE_MS: '50' };
const WITHIN = { timeout: 60_000, interval: 50 };
const DISK_MB = 24;
/** Room that the ballast leaves. SQLite writes in pages of 4 KiB; a log that has grown has room inside. */
const ROOMS = [0, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((kilobytes) => ({ kilobytes, bytes: kilobytes * 1024 }));

/** Messages and webhooks that were taken until several of each were refused. */
async function fill(host: RunningHost): Promise<{ taken: string[]; events: string[] }> {
  const taken: string[] = [];
  for (let number = 0, refused = 0; refused < 3; number++) {
    expect(number, 'the disk has to get full').toBeLessThan(2_000);
    const body = `${PLANTED_TEXT} ${number} ${'x'.repeat(3_000)}`;
    const answer = await host.call<{ id: string }>('POST', '/messages', { to: '+33639980001', body });
    if (answer.status === 202) taken.push(body);
    else refused++;
  }
  const events: string[] = [];
  for (let number = 0, refused = 0; refused < 3; number++) {
    expect(number, 'the disk has to get full').toBeLessThan(2_000);
    const id = `m${number}`;
    const event = incoming({ id, body: PLANTED_TEXT.repeat(2_000) }, { id: `evt-${id}` });
    const status = await host.webhook(event).catch(() => 'connection closed');
    if (status === 200) events.push(id);
    else refused++;
  }
  return { taken, events };
}

// Skipped where nothing may be mounted.
const mountable = canMount();
describe.skipIf(!mountable)(
  `a small disk (tmpfs in a mount namespace) that a ballast fills${mountable ? '' : ' (skipped: this machine mounts nothing for us)'}`,
  () => {
    let disk: SmallDisk;
    beforeAll(async () => {
      disk = await mountSmallDisk(DISK_MB);
    });
    afterAll(() => disk.remove());

    it.each(ROOMS)(
      'to $kilobytes KB: the host lives, refuses what it cannot keep, and sends all it took once when there is room (fault 6; REL-3, I4, I5, I6, I7, I10)',
      async ({ kilobytes, bytes }) => {
        disk.clear();
        const simulator = await startSimulator();
        onTestFinished(() => simulator.end('SIGKILL').then(() => {}));
        const start = (): Promise<RunningHost> =>
          startHost({ dataDir: disk.folder, provider: simulator, env: QUICK, under: disk.under });
        let host = await start();
        onTestFinished(() => host.end('SIGKILL').then(() => {}));
        disk.leave(bytes);
        const { taken, events } = await fill(host);
        expect(host.child.exitCode ?? host.child.signalCode, 'it lives through its disk').toBeNull();
        // Every other level is killed while it has no room.
        const isKilled = ROOMS.findIndex((room) => room.kilobytes === kilobytes) % 2 === 1;
        if (isKilled) await host.end('SIGKILL');
        disk.dropBallast();
        if (isKilled) host = await start();

        expect(
          (await host.call('POST', '/messages', { to: '+33639980001', body: `${PLANTED_TEXT} at last` })).status,
        ).toBe(202);
        taken.push(`${PLANTED_TEXT} at last`);
        expect(await host.webhook(incoming({ id: 'last' }, { id: 'evt-last' }))).toBe(200);
        events.push('last');
        await vi.waitFor(async () => {
          for (const state of ['pending', 'sending', 'unknown', 'failed_retry']) {
            const { body } = await host.call<{ items: unknown[] }>('GET', `/attempts?state=${state}`);
            expect(body.items, state).toEqual([]);
          }
        }, WITHIN);
        expect(await host.end()).toBe(0);
        const sent = (await simulator.ledger()).map(({ body }) => body).sort();
        expect(sent, 'sent is what was taken').toEqual(taken.sort());
        // SQLite follows the link to the disk's root, which leads elsewhere for us.
        const copy = folder();
        cpSync(disk.outside, copy, { recursive: true });
        const stored = storedEventIds(copy);
        expect(events.filter((id) => !stored.includes(id))).toEqual([]);
        for (const name of ['vigie.db', 'inbox.db']) {
          const database = openDatabase(path.join(copy, name));
          expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
          expect(database.pragma('foreign_key_check')).toEqual([]);
          database.close();
        }
      },
    );
  },
);
