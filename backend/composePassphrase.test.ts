import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { filesWith } from '../tests/support/filesOf.ts';
import { temporaryFolders } from '../tests/support/folders.ts';
import { compose, type Application } from './compose.ts';
import { loadConfig } from './config.ts';
import { systemClock } from './core/clock.ts';
import { silentLogger } from './core/logger.ts';
import { createTokens } from './http/tokens.ts';
import { backupFolder } from './storage/backups/createBackup.ts';
import { loadSecrets } from './storage/secrets.ts';
import { readHostFile } from './storage/store.ts';

const newFolder = temporaryFolders('vigie-passphrase-');
const open: Application[] = [];
afterEach(async () => {
  for (const application of open.splice(0)) await application.stop();
});

type Ask = (isWrong: boolean) => Promise<string | null>;
async function application(
  dataDir: string,
  environment: Record<string, string> = {},
  askPassphrase?: Ask,
): Promise<Application> {
  const settings = { WASSENGER_API_KEY: 'key', WASSENGER_DEVICE_ID: 'device', ...environment };
  const config = loadConfig({ dataDir, demo: false }, settings);
  const made = await compose({ config, mode: 'command', logger: silentLogger, askPassphrase });
  open.push(made);
  return made;
}
async function close(): Promise<void> {
  await open.pop()?.stop();
}

/** A text that is sealed with the key that the secrets keep. */
const CODE = 'PLANTED-CODE-314159';
function plant({ services }: Application): string {
  const message = { to: '+33639980001', type: 'otp', priority: 3, whenPossible: true, body: CODE } as const;
  return services.messages.send(message).attempt.id;
}

it('secrets in clear are sealed by a passphrase that is chosen while it runs, and every start needs it (DSK-6)', async () => {
  const folder = newFolder();
  const first = await application(folder);
  const secrets = loadSecrets(folder);
  const passphrase = 'cheval batterie agrafe';
  expect(await first.services.protection.setPassphrase({ passphrase }, 'test')).toMatchObject({
    secrets: 'passphrase',
  });
  expect(filesWith(folder, [secrets.jwtSecret, secrets.dataKeys[0]?.key ?? '', passphrase])).toEqual([]);
  await expect(first.services.protection.setPassphrase({ passphrase }, 'test')).rejects.toMatchObject({
    ...{ code: 'bad_request', data: { reason: 'passphrase_missing' } },
  });
  // What is saved later is sealed too.
  await first.services.protection.rotate('test');
  expect(() => loadSecrets(folder)).toThrow('frozen');
  const { dataKey } = first.services.protection.export('test');
  await close();

  expect((await application(folder)).frozenBy()).toMatchObject({ data: { reason: 'passphrase_missing' } });
  await close();
  const again = await application(folder, { VIGIE_PASSPHRASE: passphrase });
  expect(again.services.protection.export('test').dataKey).toBe(dataKey);
  expect(again.services.audit.list({ limit: 50 }).items.map(({ action }) => action)).toContain('secrets.passphrase');
});

describe('a passphrase that was chosen (DSK-6)', () => {
  const [FIRST, SECOND] = ['cheval batterie agrafe', 'tournesol gravier nuage'] as const;
  const answering =
    (answer: string): Ask =>
    (isWrong) =>
      Promise.resolve(isWrong ? null : answer);
  async function chosen(folder: string): Promise<Application> {
    const host = await application(folder);
    await host.services.protection.setPassphrase({ passphrase: FIRST }, 'test');
    await close();
    return application(folder, {}, answering(FIRST));
  }
  const actions = (host: Application): string[] =>
    host.services.audit.list({ limit: 50 }).items.map(({ action }) => action);

  it('is changed by who knows it; from then on the new one opens, in a backup of later too', async () => {
    const folder = newFolder();
    const host = await chosen(folder);
    const code = plant(host);
    const before = readFileSync(path.join(folder, 'secrets.json'), 'utf8');
    const { dataKey } = host.services.protection.export('test');
    for (const current of [undefined, SECOND])
      await expect(
        host.services.protection.setPassphrase({ passphrase: SECOND, ...(current && { current }) }, 'test'),
      ).rejects.toMatchObject({
        ...{ code: 'bad_request', data: { reason: current ? 'passphrase_wrong' : 'passphrase_missing' } },
      });
    expect(readFileSync(path.join(folder, 'secrets.json'), 'utf8')).toBe(before);

    await host.services.protection.setPassphrase({ passphrase: SECOND, current: FIRST }, 'test');
    // What is saved and backed up later follows.
    await host.services.protection.rotate('test');
    const made = await host.services.backups.create('manual', 'test');
    expect(actions(host)).toContain('secrets.passphrase_changed');
    await close();
    expect((await application(folder, {}, answering(FIRST))).frozenBy()?.data).toMatchObject({
      reason: 'passphrase_wrong',
    });
    await close();
    const again = await application(folder, {}, answering(SECOND));
    expect(again.services.attempts.get(code).body).toBe(CODE);
    expect(again.services.protection.export('test').dataKey).toContain(dataKey);
    await close();

    const other = newFolder();
    mkdirSync(backupFolder(other), { recursive: true });
    copyFileSync(made.path, path.join(backupFolder(other), made.name));
    for (const passphrase of [FIRST, SECOND]) {
      const elsewhere = await application(other, { VIGIE_PASSPHRASE: passphrase });
      const restoring = Promise.resolve(elsewhere.services.backups.restore(made.name, 'test'));
      if (passphrase === SECOND) await restoring;
      else await expect(restoring).rejects.toMatchObject({ code: 'backup_key_missing' });
      await close();
      if (passphrase === FIRST) rmSync(path.join(other, 'secrets.json'));
      if (passphrase === FIRST) rmSync(path.join(other, 'secrets.copy.json'));
    }
  });

  it('is changed by one of two who try at once; the other is asked for the new one', async () => {
    const folder = newFolder();
    const { protection } = (await chosen(folder)).services;
    const tried = await Promise.allSettled(
      [SECOND, 'troisième phrase secrète'].map((passphrase) =>
        protection.setPassphrase({ passphrase, current: FIRST }, 'test'),
      ),
    );
    expect(tried.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(tried[1]).toMatchObject({ reason: { data: { reason: 'passphrase_wrong' } } });
    await close();
    expect((await application(folder, {}, answering(SECOND))).frozenBy()).toBe(null);
  });

  it('opens nothing that is sealed after it was changed, whoever kept an old file', async () => {
    const folder = newFolder();
    const host = await chosen(folder);
    const old = JSON.parse(readFileSync(path.join(folder, 'secrets.json'), 'utf8')) as { locks: unknown };
    await host.services.protection.setPassphrase({ passphrase: SECOND, current: FIRST }, 'test');
    await close();
    const now = JSON.parse(readFileSync(path.join(folder, 'secrets.json'), 'utf8')) as object;
    writeFileSync(path.join(folder, 'secrets.json'), JSON.stringify({ ...now, locks: old.locks }));
    expect((await application(folder, {}, answering(FIRST))).frozenBy()?.data).toMatchObject({
      reason: 'secrets_damaged',
    });
  });

  it('is taken away by who knows it: no start asks any more', async () => {
    const folder = newFolder();
    const host = await chosen(folder);
    const { dataKey } = host.services.protection.export('test');
    await expect(host.services.protection.removePassphrase({ current: SECOND }, 'test')).rejects.toMatchObject({
      data: { reason: 'passphrase_wrong' },
    });
    expect(await host.services.protection.removePassphrase({ current: FIRST }, 'test')).toMatchObject({
      secrets: 'none',
    });
    expect(actions(host)).toContain('secrets.passphrase_removed');
    await host.services.protection.rotate('test');
    await close();
    const again = await application(folder);
    expect([again.frozenBy(), again.services.protection.get().secrets]).toEqual([null, 'none']);
    expect(again.services.protection.export('test').dataKey).toContain(dataKey);
    await expect(again.services.protection.removePassphrase({ current: FIRST }, 'test')).rejects.toMatchObject({
      data: { reason: 'protected_already' },
    });
  });

  it('of the environment is neither changed nor taken away here: the next start would not know', async () => {
    const folder = newFolder();
    const host = await application(folder, { VIGIE_PASSPHRASE: FIRST });
    const fixed = { data: { reason: 'fixed_by_environment' } };
    const { protection } = host.services;
    await expect(protection.setPassphrase({ passphrase: SECOND, current: FIRST }, 'test')).rejects.toMatchObject(fixed);
    await expect(protection.removePassphrase({ current: FIRST }, 'test')).rejects.toMatchObject(fixed);
  });

  it('does not keep commands on this machine from the host that runs, whenever it is chosen or goes (SEC-2)', async () => {
    const folder = newFolder();
    const config = loadConfig({ dataDir: folder, demo: false, port: '0', webhookPort: '0' }, {});
    const host = await compose({ config, logger: silentLogger });
    open.push(host);
    await host.start();
    const lent = (): string | undefined => readHostFile(folder)?.key;
    expect(lent()).toBeUndefined();
    await host.services.protection.setPassphrase({ passphrase: FIRST }, 'test');
    const { token } = await createTokens({
      ...{ secret: Buffer.from(lent() ?? '', 'base64url'), clock: systemClock },
    }).issueToken({ role: 'admin', expiresInMs: 60_000 });
    const answer = await fetch(`${host.addresses().admin}/api/protection`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await answer.json()).toMatchObject({ secrets: 'passphrase' });
    await host.services.protection.removePassphrase({ current: FIRST }, 'test');
    expect(lent()).toBeUndefined();
  });

  it('stays as it was when the change cannot be written', async () => {
    const folder = newFolder();
    const host = await chosen(folder);
    const file = path.join(folder, 'secrets.json');
    const before = readFileSync(file);
    // What is to be written first cannot be.
    mkdirSync(`${file}.${process.pid}.tmp`);
    await expect(
      host.services.protection.setPassphrase({ passphrase: SECOND, current: FIRST }, 'test'),
    ).rejects.toThrow('EISDIR');
    rmSync(`${file}.${process.pid}.tmp`, { recursive: true });
    expect(readFileSync(file).equals(before)).toBe(true);
    await host.services.protection.rotate('test');
    await close();
    expect((await application(folder, {}, answering(FIRST))).frozenBy()).toBe(null);
  });
});
