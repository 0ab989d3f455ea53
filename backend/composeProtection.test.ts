import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { filesWith } from '../tests/support/filesOf.ts';
import { column, temporaryFolders } from '../tests/support/folders.ts';
import { compose, MIGRATIONS, type Application } from './compose.ts';
import { loadConfig } from './config.ts';
import { silentLogger } from './core/logger.ts';
import { AttemptStore } from './sending/attemptStore.ts';
import { completeRestore } from './storage/backups/restore.ts';
import { backupFolder } from './storage/backups/createBackup.ts';
import { toDataKey, writeDataKey } from './storage/encryption/dataKeys.ts';
import { loadSecrets } from './storage/secrets.ts';
import { openStore } from './storage/store.ts';
import { createWebhookInbox } from './webhooks/inbox.ts';

const newFolder = temporaryFolders('vigie-protection-');
const open: Application[] = [];
afterEach(async () => {
  for (const application of open.splice(0)) await application.stop();
});

async function application(dataDir: string, environment: Record<string, string> = {}): Promise<Application> {
  const settings = { WASSENGER_API_KEY: 'key', WASSENGER_DEVICE_ID: 'device', ...environment };
  const config = loadConfig({ dataDir, demo: false }, settings);
  const made = await compose({ config, mode: 'command', logger: silentLogger });
  open.push(made);
  return made;
}
async function close(): Promise<void> {
  await open.pop()?.stop();
}
const main = (folder: string): string => path.join(folder, 'vigie.db');
const NEWLY = writeDataKey(toDataKey(randomBytes(32)));

/** Texts that a folder was given, and nobody may find there. */
const CODES = ['PLANTED-CODE-314159', 'PLANTED-TITLE-271828', 'PLANTED-CONTEXT-161803'];
const TEXTS = ['PLANTED-TEXT-141421', 'PLANTED-TEXT-173205'];
const WEBHOOK = 'PLANTED-WEBHOOK-223606';

function plant({ services }: Application): { code: string; text: string } {
  const [body = '', title = '', code = ''] = CODES;
  const base = { to: '+33639980001', priority: 3, whenPossible: true };
  const sensitive = services.messages.send({ ...base, type: 'otp', body, title, context: { code } });
  const other = services.messages.send({ ...base, type: 'notification', body: TEXTS[0] ?? '', title: TEXTS[1] });
  return { code: sensitive.attempt.id, text: other.attempt.id };
}

/** What a version before this one would have left: everything in clear, also what no row holds any more. */
async function plantOldFolder(folder: string): Promise<void> {
  loadSecrets(folder);
  const store = openStore(folder, MIGRATIONS);
  const attempts = new AttemptStore(store.main);
  store.main
    .prepare(`INSERT INTO lines (id, provider, label, created_at) VALUES ('wassenger', 'wassenger', 'L', 0)`)
    .run();
  const add = store.main.prepare(`
    INSERT INTO attempts (id, line_id, type, phone, body, title, context, priority, max_attempts, reference,
      content_hash, due_at, created_at, updated_at)
    VALUES (@id, 'wassenger', @type, '+33639980001', @body, @title, @context, 3, 3, @id, @hash, 0, 0, 0)`);
  for (let number = 0; number < 400; number++) {
    const [body, title, code] = CODES;
    const hash = number.toString(16).padStart(64, '0');
    add.run({ id: `otp-${number}`, type: 'otp', body, title, context: JSON.stringify({ code }), hash });
    add.run({ id: `text-${number}`, type: 'notification', body: TEXTS[0], title: TEXTS[1], context: null, hash });
    attempts.addEvent(`otp-${number}`, { at: 0, event: 'refused_will_retry', detail: { detail: CODES[0] } });
  }
  // Freed pages and split ones keep copies.
  store.main.exec(`DELETE FROM attempts WHERE id LIKE 'text-%5'`);
  const inbox = createWebhookInbox(store.inbox);
  await Promise.all(Array.from({ length: 20 }, () => inbox.add(webhook(WEBHOOK))));
  store.close();
}
const webhook = (text: string) => ({
  ...({ receivedAt: 0, provider: 'wassenger', lineId: 'wassenger', rejected: null } as const),
  body: Buffer.from(JSON.stringify({ event: 'message:out:sent', text })),
});

describe('files of a workspace (SEC-3)', () => {
  it('hold no text of a sensitive message, in clear or guessable, nor does a backup', async () => {
    const folder = newFolder();
    const host = await application(folder);
    const { code, text } = plant(host);
    expect(filesWith(folder, CODES)).toEqual([]);
    await host.services.backups.create('manual', 'operator');
    expect(filesWith(folder, CODES)).toEqual([]);
    expect(filesWith(folder, TEXTS)).not.toEqual([]);
    const secrets = loadSecrets(folder);
    expect(filesWith(backupFolder(folder), [secrets.jwtSecret, secrets.dataKeys[0]?.key ?? '-'])).toEqual([]);
    await close();
    expect(filesWith(folder, CODES)).toEqual([]);
    const again = await application(folder);
    expect(again.services.attempts.get(code)).toMatchObject({ body: CODES[0], title: CODES[1] });
    expect(again.services.attempts.get(text)).toMatchObject({ body: TEXTS[0] });
  });

  it('of an older version hold nothing in clear once they were gone through, free pages and logs included', async () => {
    const folder = newFolder();
    await plantOldFolder(folder);
    expect(filesWith(folder, [...CODES, ...TEXTS, WEBHOOK])).toEqual(['inbox.db', 'vigie.db']);
    const host = await application(folder);
    const changed = await host.services.protection.update({ encryptAll: true }, 'operator');
    expect(changed).toMatchObject({ encryptAll: true, progress: { running: false }, cleanedAtNextStart: false });
    expect(filesWith(folder, [...CODES, ...TEXTS, WEBHOOK])).toEqual([]);
    expect(host.services.attempts.get('otp-7')).toMatchObject({ body: CODES[0], context: { code: CODES[2] } });
    expect(host.services.attempts.get('otp-7').timeline[0]?.detail).toEqual({ detail: CODES[0] });
    expect(host.services.attempts.get('text-7')).toMatchObject({ body: TEXTS[0], title: TEXTS[1] });
    await close();
    expect(column<string>(main(folder), `SELECT DISTINCT substr(content_hash, 1, 3) FROM attempts`)).toEqual(['fp:']);
    expect(filesWith(folder, [...CODES, ...TEXTS, WEBHOOK])).toEqual([]);
  });

  it('keep a row that somebody changed, and go on with all others', async () => {
    const folder = newFolder();
    const host = await application(folder);
    const { code, text } = plant(host);
    await close();
    column(main(folder), `UPDATE attempts SET body = body || 'A' WHERE id = '${code}' RETURNING id`);
    const again = await application(folder);
    await again.services.protection.update({ encryptAll: true }, 'operator');
    const rotated = await again.services.protection.rotate('operator');
    expect(rotated.progress.running).toBe(false);
    expect(again.services.attempts.get(code)).toMatchObject({ body: null, unreadable: true });
    expect(again.services.attempts.get(text)).toMatchObject({ body: TEXTS[0], unreadable: false });
  });
});

describe('a new key (SEC-3)', () => {
  it('takes the place of the old one everywhere, which goes out of use; each step is in the audit trail', async () => {
    const folder = newFolder();
    const host = await application(folder);
    const { code } = plant(host);
    const before = host.services.protection.get().key.id;
    const after = (await host.services.protection.rotate('operator')).key;
    expect(after).toMatchObject({ from: 'folder', earlier: 1 });
    expect(after.id).not.toBe(before);
    expect(host.services.attempts.get(code).body).toBe(CODES[0]);
    const { id, dataKey } = host.services.protection.export('operator');
    expect([id, dataKey.split(',').length]).toEqual([after.id, 2]);
    const trail = host.services.audit
      .list({ limit: 10 })
      .items.map(({ action, target, actor }) => [action, target, actor]);
    expect(trail).toEqual([
      ['key.export', after.id, 'operator'],
      ['key.retired', before, 'vigie'],
      ['key.rotate', after.id, 'operator'],
    ]);
    await close();
    expect(filesWith(folder, [`vigie:sealed:${before}`])).toEqual([]);
    expect(column(main(folder), `SELECT key_id FROM sealing_keys WHERE retired_at IS NULL`)).toEqual([after.id]);
  });

  it('of the environment is taken over from the folder’s at the next start, and is not changed from here', async () => {
    const folder = newFolder();
    const { code } = plant(await application(folder));
    await close();
    const host = await application(folder, { VIGIE_DATA_KEY: NEWLY });
    expect(host.services.protection.get()).toMatchObject({
      ...{ key: { from: 'environment', earlier: 1 }, secrets: 'environment', progress: { running: true } },
    });
    expect(() => host.services.protection.rotate('operator')).toThrow('bad_request');
    expect(host.services.attempts.get(code).body).toBe(CODES[0]);
  });
});

describe('a start without the right key (SEC-3, REL-2)', () => {
  it('is frozen with the reason and the way out, and changes nothing', async () => {
    const folder = newFolder();
    const { code } = plant(await application(folder));
    await close();
    const kept = newFolder();
    cpSync(folder, kept, { recursive: true });
    for (const name of ['secrets.json', 'secrets.copy.json']) rmSync(path.join(folder, name));
    const frozen = (await application(folder)).frozenBy();
    expect(frozen?.data).toMatchObject({ reason: 'data_key_missing' });
    await close();
    for (const name of ['secrets.json', 'secrets.copy.json'])
      copyFileSync(path.join(kept, name), path.join(folder, name));
    expect((await application(folder)).services.attempts.get(code).body).toBe(CODES[0]);
  });

  it('says which passphrase or key is missing, and goes on when it is given', async () => {
    const folder = newFolder();
    const PHRASE = { VIGIE_PASSPHRASE: 'cheval batterie agrafe' };
    const { code } = plant(await application(folder, PHRASE));
    await close();
    expect((await application(folder)).frozenBy()?.data).toMatchObject({ reason: 'passphrase_missing' });
    await close();
    const wrong = await application(folder, { VIGIE_PASSPHRASE: 'cheval batterie' });
    expect(wrong.frozenBy()?.data).toMatchObject({ reason: 'passphrase_wrong' });
    await close();
    const right = await application(folder, PHRASE);
    expect([right.frozenBy(), right.services.protection.get().secrets]).toEqual([null, 'passphrase']);
    expect(right.services.attempts.get(code).body).toBe(CODES[0]);
  });
});

describe('a backup with encrypted texts (REL-6, SEC-3)', () => {
  it('comes back on another machine with the key, and is refused without', async () => {
    const folder = newFolder();
    const host = await application(folder);
    const { code } = plant(host);
    const made = await host.services.backups.create('manual', 'operator');
    // A key that came later takes nothing from what was made before.
    await host.services.protection.rotate('operator');
    const { dataKey } = host.services.protection.export('operator');
    await close();
    for (const given of [null, dataKey]) {
      const other = newFolder();
      mkdirSync(backupFolder(other), { recursive: true });
      copyFileSync(made.path, path.join(backupFolder(other), made.name));
      const environment = given === null ? {} : { VIGIE_DATA_KEY: given };
      const elsewhere = await application(other, environment);
      const restoring = Promise.resolve(elsewhere.services.backups.restore(made.name, 'operator'));
      if (given === null) {
        await expect(restoring).rejects.toMatchObject({ code: 'backup_key_missing' });
        expect(readdirSync(other).filter((name) => name.startsWith('restoring'))).toEqual([]);
        continue;
      }
      await restoring;
      await close();
      completeRestore({ folder: other, secretsFolder: other, demo: false });
      const restored = await application(other, environment);
      expect([restored.frozenBy(), restored.services.attempts.get(code).body]).toEqual([null, CODES[0]]);
    }
  });

  it('heals secrets that were damaged, with the copy beside them', async () => {
    const folder = newFolder();
    const host = await application(folder);
    const { code } = plant(host);
    const made = await host.services.backups.create('manual', 'operator');
    await close();
    const before = readFileSync(path.join(folder, 'secrets.copy.json'), 'utf8');
    writeFileSync(path.join(folder, 'secrets.json'), '{"jwtSecret":');
    const frozen = await application(folder);
    expect(frozen.frozenBy()?.data).toMatchObject({ reason: 'secrets_damaged' });
    await frozen.services.backups.restore(made.name, 'operator');
    await close();
    completeRestore({ folder, secretsFolder: folder, demo: false });
    expect((await application(folder)).services.attempts.get(code).body).toBe(CODES[0]);
    expect(loadSecrets(folder)).toEqual(JSON.parse(before));
  });
});
