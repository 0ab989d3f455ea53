import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QuotaLedger } from '../../../backend/monitoring/quotaLedger.ts';
import { AttemptStore } from '../../../backend/sending/attemptStore.ts';
import { markRestored } from '../../../backend/storage/backups/restore.ts';
import { openDatabase } from '../../../backend/storage/database.ts';
import { createBodyCipher, type BodyCipher } from '../../../backend/storage/encryption/bodyCipher.ts';
import { toDataKey, type DataKey } from '../../../backend/storage/encryption/dataKeys.ts';
import { missingKey } from '../../../backend/storage/encryption/sealingKeys.ts';
import { pullWorkspace } from '../../../backend/sync/pull.ts';
import { createRemote } from '../../../backend/sync/remote.ts';
import { MIGRATIONS } from '../engine.ts';
import { temporaryFolders } from '../folders.ts';
import { SERVICE_KEY } from './adapter.ts';
import type { Engine } from './engine.ts';
import { expectCopied, type createMachine, type Machine } from './machine.ts';

type Pull = {
  url: () => string;
  engine: () => Engine;
  machine: (options?: Partial<Parameters<typeof createMachine>[0]>) => Machine;
};

const someKey = (): DataKey => toDataKey(randomBytes(32));
const cipherOf = (ring: () => DataKey[], sealsAll = false): BodyCipher =>
  createBodyCipher({ ring, sealsAll: () => sealsAll });

/** What a new machine makes of the copy of a lost one, as far as its keys go. */
export function describePull({ url, engine, machine }: Pull): void {
  const temporaryFolder = temporaryFolders('vigie-pulled-');
  const pull = async (
    options: {
      ring?: DataKey[];
      withoutKey?: boolean;
      linesWithKeys?: string[];
      now?: number;
      progress?: () => void;
      /** Runs when the rows were read for the first time. */
      beforeTakeOver?: () => Promise<void>;
    } = {},
  ) => {
    const { beforeTakeOver = () => Promise.resolve(), ...asked } = options;
    const folder = temporaryFolder();
    const remote = createRemote({ url: url(), serviceRoleKey: SERVICE_KEY });
    const pulled = await pullWorkspace({
      ...{
        ring: [],
        withoutKey: false,
        linesWithKeys: ['line'],
        now: Date.parse('2026-11-20T08:00:00.000Z'),
        progress: () => {},
        ...asked,
      },
      ...{ source: 'machine-1', migrationsDir: MIGRATIONS },
      remote: {
        ...remote,
        takeOver: async (source: string) => {
          await beforeTakeOver();
          return remote.takeOver(source);
        },
      },
      folders: { folder, secretsFolder: folder, demo: false },
    }).catch((error: unknown) => error);
    const [known] = await remote.sources();
    return { pulled, folder, files: readdirSync(folder), generation: known?.generation };
  };
  const open = (folder: string) => {
    const database = openDatabase(path.join(folder, 'vigie.db'));
    onTestFinished(() => {
      database.close();
    });
    return database;
  };

  describe('a pull of sealed texts', () => {
    it('without their key changes nothing, and names it; with it each text is read (SYN-3, SEC-3)', async () => {
      const [own, other] = [someKey(), someKey()];
      const lost = machine({ cipher: cipherOf(() => [own]) });
      const code = lost.add({ type: 'otp', body: '491823', title: 'Votre code' });
      lost.add({ body: 'Bonjour' });
      await lost.sync.push({ hourly: true });

      for (const ring of [[], [other]]) {
        const refused = await pull({ ring });
        expect(refused.pulled).toMatchObject({ code: 'copy_key_missing', data: { keyId: own.id } });
        expect([refused.files, refused.generation]).toEqual([[], 1]);
      }
      const { pulled, folder } = await pull({ ring: [other, own] });
      expect(pulled).toMatchObject({ usedKeys: [own.id], missingKeys: [], unreadable: 0, linesWithoutKeys: [] });
      const database = open(folder);
      const store = new AttemptStore(
        database,
        cipherOf(() => [other, own]),
      );
      expect(store.content(store.get(code.id)!)).toMatchObject({ body: '491823', title: 'Votre code' });
      // A start without that key is refused from now on, as after a restored backup.
      expect([missingKey(database, [other]), missingKey(database, [own])]).toEqual([own.id, null]);
    });

    it('goes on without the key when told to, and counts what cannot leave (SYN-3, SEC-3)', async () => {
      const own = someKey();
      const lost = machine({ cipher: cipherOf(() => [own]) });
      const template = { name: 'code', language: 'fr', parameters: ['491823'] };
      lost.add({ type: 'otp', body: '491823' });
      lost.add({ type: 'account', body: '', template });
      const left = lost.add({ type: 'otp', body: '776655' });
      lost.database.prepare(`UPDATE attempts SET state = 'cancelled', finished_at = 1 WHERE id = ?`).run(left.id);
      lost.add({ body: 'Bonjour' });
      await lost.sync.push({ hourly: true });
      const { pulled, folder } = await pull({ withoutKey: true });
      expect(pulled).toMatchObject({ usedKeys: [], missingKeys: [own.id], unreadable: 2, leftOut: 0 });
      expect(missingKey(open(folder), [])).toBe(null);
    });

    it('asks for each of several keys, wherever their texts stand, and keeps on sealing all (SYN-3, SEC-3)', async () => {
      const [first, second, third] = [someKey(), someKey(), someKey()];
      let inUse = first;
      const lost = machine({ cipher: cipherOf(() => [inUse, first, second, third], true) });
      lost.add({ body: '', template: { name: 'code', language: 'fr', parameters: [] } });
      inUse = second;
      lost.add({ body: 'Bonjour' });
      inUse = third;
      const claimed = lost.claim();
      if (claimed.kind !== 'claimed') throw new Error('nothing claimed');
      lost.outcomes.record(claimed.attempt, { kind: 'refused', code: 'x', class: 'final_contact', detail: 'refused' });
      await lost.sync.push({ hourly: true });
      const refused = await pull({ ring: [second] });
      expect(refused.pulled).toMatchObject({
        ...{ code: 'copy_key_missing', data: { keyId: [first.id, third.id].toSorted().join(', ') } },
      });
      const { pulled, folder } = await pull({ ring: [third, second, first] });
      expect(pulled).toMatchObject({ usedKeys: [third.id, second.id, first.id], unreadable: 0 });
      const setting = open(folder).prepare<[], string>(`SELECT value FROM meta WHERE key = 'encrypt_all'`).pluck();
      expect(setting.get()).toBe('1');
    });

    it('is refused before the place of the other machine is taken, also when many keys are at hand (SYN-3, SEC-3)', async () => {
      const [first, ...others] = Array.from({ length: 7 }, someKey);
      if (first === undefined) throw new Error('no key');
      const ring = [...others, first];
      let inUse = first;
      const lost = machine({ cipher: cipherOf(() => [inUse, ...ring], true) });
      lost.add({ body: 'Bonjour' });
      inUse = someKey();
      lost.add({ body: 'Bonsoir' });
      await lost.sync.push({ hourly: true });
      const refused = await pull({ ring });
      expect(refused.pulled).toMatchObject({ code: 'copy_key_missing', data: { keyId: inUse.id } });
      expect([refused.files, refused.generation]).toEqual([[], 1]);
    });

    it('is refused before the place is taken, too, when a timeline alone needs the key (SYN-3, SEC-3)', async () => {
      const own = someKey();
      const lost = machine({ cipher: cipherOf(() => [own], true) });
      const { id } = lost.add({ body: '' });
      const sealed = cipherOf(() => [own]).seal('refused', ['attempts', id, 'error_detail']);
      lost.database.prepare(`UPDATE attempts SET body = '', title = NULL WHERE id = ?`).run(id);
      lost.database
        .prepare(
          `INSERT INTO attempt_events (attempt_id, at, event, detail) VALUES (?, 1, 'refused', json_object('detail', ?))`,
        )
        .run(id, sealed);
      await lost.sync.push({ hourly: true });
      const refused = await pull();
      expect(refused.pulled).toMatchObject({ code: 'copy_key_missing', data: { keyId: own.id } });
      expect([refused.files, refused.generation]).toEqual([[], 1]);
    });

    it('takes over what the other machine still wrote while its rows were read (SYN-3, I9)', async () => {
      const lost = machine();
      const [kept, gone] = [lost.add({ title: 'before' }), lost.add()];
      await lost.sync.push({ hourly: true });
      let late: Promise<void> | null = null;
      const { pulled, folder } = await pull({
        progress: () => {
          lost.database.prepare(`UPDATE attempts SET title = 'after' WHERE id = ?`).run(kept.id);
          lost.database.prepare(`DELETE FROM attempts WHERE id = ?`).run(gone.id);
          late ??= lost.sync.push({ hourly: true });
        },
        beforeTakeOver: async () => late ?? undefined,
      });
      expect(pulled).toMatchObject({ leftOut: 0 });
      const titles = open(folder).prepare<[], string | null>(`SELECT title FROM attempts`).pluck().all();
      expect(titles).toEqual(['after']);
    });
  });

  it('what another machine sent on an account counts once a line of it is set, or has its keys again (SYN-3, SND-12)', async () => {
    const [lost, other] = [machine(), machine({ source: 'machine-2', account: 'device-1' })];
    for (const attemptId of ['one', 'two', 'three'])
      other.ledger.take({ attemptId, lineId: 'line', kind: 'other', now: other.clock.now() }, other.limits);
    await other.sync.push({ hourly: true });
    lost.ledger.take({ attemptId: 'own', lineId: 'line', kind: 'other', now: lost.clock.now() }, lost.limits);
    lost.database
      .prepare(
        `INSERT INTO lines (id, provider, label, source, created_at) VALUES ('lyon', 'wassenger', 'Lyon', 'app', 1)`,
      )
      .run();
    await lost.sync.push({ hourly: true });
    const used = ({ ledger, clock }: Pick<Machine, 'ledger' | 'clock'>): number => ledger.usage(clock.now()).used;
    expect(used(lost)).toBe(1);
    lost.accounts['lyon'] = 'device-1';
    for (let again = 0; again < 2; again++) await lost.sync.push({ hourly: true });
    expect([used(lost), lost.sync.problem]).toEqual([4, null]);

    const { folder } = await pull({ now: lost.clock.now() });
    const database = open(folder);
    const pulled = { ledger: new QuotaLedger(database), clock: lost.clock };
    const accounts: Record<string, string> = { line: 'machine-1' };
    const sync = lost.syncOf(database, accounts);
    await sync.push({ hourly: true });
    expect([used(pulled), sync.problem]).toEqual([1, null]);
    accounts['lyon'] = 'device-1';
    await sync.push({ hourly: true });
    expect(used(pulled)).toBe(4);
  });

  it('a pull names the lines whose keys are not here, but for those that were removed (SYN-3, SND-12)', async () => {
    const lost = machine();
    const add = lost.database.prepare(
      `INSERT INTO lines (id, provider, label, source, created_at, archived_at) VALUES (?, 'wassenger', ?, 'app', ?, ?)`,
    );
    add.run('lyon', 'Lyon', 1, null);
    add.run('nice', 'Nice', 2, 3);
    await lost.sync.push({ hourly: true });
    expect((await pull()).pulled).toMatchObject({ linesWithoutKeys: ['Lyon'] });
    expect((await pull({ linesWithKeys: [] })).pulled).toMatchObject({ linesWithoutKeys: ['Lyon', 'Line'] });
  });

  it('a restored backup is the older file also when it changed a lot before Supabase was reached (SYN-3, I9)', async () => {
    const first = machine();
    const [changed, removed] = [first.add({ title: 'at the backup' }), first.add()];
    await first.sync.push({ hourly: true });
    const file = path.join(temporaryFolder(), 'vigie.db');
    first.database.prepare(`VACUUM INTO ?`).run(file);
    for (const { id } of [changed, removed])
      first.database.prepare(`UPDATE attempts SET title = 'after the backup' WHERE id = ?`).run(id);
    for (const attemptId of ['one', 'two'])
      first.ledger.take({ attemptId, lineId: 'line', kind: 'other', now: first.clock.now() }, first.limits);
    await first.sync.push({ hourly: true });

    markRestored(file, { createdAt: '2026-11-20T07:00:00.000Z', kind: 'daily' }, first.clock.now());
    const database = openDatabase(file);
    onTestFinished(() => {
      database.close();
    });
    const retitle = database.prepare(`UPDATE attempts SET title = ? WHERE id = ?`);
    retitle.run('after the restore', changed.id);
    database.prepare(`DELETE FROM attempts WHERE id = ?`).run(removed.id);
    const setting = database.prepare(
      `INSERT INTO settings (key, value, updated_at) VALUES (?, '1', 1) ON CONFLICT (key) DO UPDATE SET updated_at = 2`,
    );
    for (let count = 0; count < 50; count++) setting.run('dailyLimit');
    const sync = first.syncOf(database, first.accounts);
    await sync.push({ hourly: true });
    expect(sync.problem).toBe(null);
    expect(new QuotaLedger(database).usage(first.clock.now()).used).toBe(2);
    await expectCopied(engine(), { database, source: 'machine-1' });
    const { version } = sync.outbox.state();
    await first.syncOf(database, first.accounts).push({ hourly: true });
    // Once is enough.
    expect(sync.outbox.state().version).toBe(version);
  });
}
