import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../tests/support/folders.ts';
import { VigieError } from '../contract/errors.ts';
import { toDataKey } from './encryption/dataKeys.ts';
import { openProtection, type KeyMeans, type KeyStore } from './secretProtection.ts';
import { loadSecrets, saveSecrets, type Secrets } from './secrets.ts';

const newFolder = temporaryFolders('vigie-secrets-');
const NOTHING: KeyMeans = { passphrase: null, dataKeys: [] };
const PHRASE: KeyMeans = { ...NOTHING, passphrase: 'cheval batterie agrafe' };
const key = toDataKey(randomBytes(32));
const ENVIRONMENT: KeyMeans = { ...NOTHING, dataKeys: [key] };

/** A key store of a session: what another one wrapped it refuses. */
function keyStoreOf(session: string): KeyStore {
  return {
    wrap: (text) => Promise.resolve(Buffer.from(`${session}:${Buffer.from(text).toString('hex')}`)),
    unwrap(wrapped) {
      const [owner, hex = ''] = wrapped.toString().split(':');
      return owner === session
        ? Promise.resolve(Buffer.from(hex, 'hex').toString())
        : Promise.reject(new Error('not of this session'));
    },
  };
}
const SYSTEM: KeyMeans = { ...NOTHING, keyStore: keyStoreOf('awa') };

const load = async (folder: string, means: KeyMeans): Promise<Secrets> =>
  loadSecrets(folder, await openProtection(folder, means));
const refusal = async (folder: string, means: KeyMeans): Promise<unknown> => {
  try {
    await load(folder, means);
  } catch (error) {
    return error instanceof VigieError ? error.data?.['reason'] : error;
  }
  return 'no error';
};
/** Everything that lies in a folder, as bytes. */
const contents = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'latin1'))
    .join('\n');

describe('the secrets of a folder (DSK-6)', () => {
  it.each([
    ['a passphrase', PHRASE, 'passphrase'],
    ['the key of the environment', ENVIRONMENT, 'environment'],
    ['the key store of the system', SYSTEM, 'os'],
  ])('that lay in clear are sealed by %s at the next start, and stay the same', async (_how, means, kind) => {
    const folder = newFolder();
    const clear = await load(folder, NOTHING);
    expect(contents(folder)).toContain(clear.jwtSecret);
    const protection = await openProtection(folder, means);
    expect(protection.kind).toBe(kind);
    expect(loadSecrets(folder, protection)).toEqual(clear);
    for (const secret of [clear.jwtSecret, clear.webhookToken, clear.dataKeys[0]?.key ?? ''])
      expect(contents(folder)).not.toContain(secret);
    expect(await load(folder, means)).toEqual(clear);
    const sealed = readFileSync(path.join(folder, 'secrets.json'), 'utf8');
    await load(folder, means);
    expect(readFileSync(path.join(folder, 'secrets.json'), 'utf8')).toBe(sealed);
  });

  it('are refused, and left as they are, without what opens them or with the wrong one', async () => {
    const wrong: KeyMeans = { ...NOTHING, passphrase: 'cheval batterie agrafes' };
    const other: KeyMeans = { ...NOTHING, dataKeys: [toDataKey(randomBytes(32))] };
    const stranger: KeyMeans = { ...NOTHING, keyStore: keyStoreOf('bob') };
    for (const [means, refused] of [
      [PHRASE, { passphrase_missing: NOTHING, passphrase_wrong: wrong }],
      [ENVIRONMENT, { data_key_wrong: other }],
      [SYSTEM, { secrets_locked: NOTHING, os_store_failed: stranger }],
    ] as const) {
      const folder = newFolder();
      const secrets = await load(folder, means);
      const before = contents(folder);
      for (const [reason, given] of Object.entries(refused)) expect(await refusal(folder, given)).toBe(reason);
      expect(contents(folder)).toBe(before);
      expect(await load(folder, means)).toEqual(secrets);
    }
  });

  it('are asked for where somebody can answer, and never written over by who has no key', async () => {
    const folder = newFolder();
    const secrets = await load(folder, PHRASE);
    const asked = { ...NOTHING, askPassphrase: () => Promise.resolve(PHRASE.passphrase ?? '') };
    expect(await load(folder, asked)).toEqual(secrets);
    const before = contents(folder);
    expect(() => saveSecrets(folder, secrets)).toThrow('frozen');
    expect(contents(folder)).toBe(before);
  });

  it('are asked for again after a wrong answer, until there is none; a wrong setting asks nobody', async () => {
    const folder = newFolder();
    const secrets = await load(folder, PHRASE);
    const questions: boolean[] = [];
    const answering = (...answers: (string | null)[]): KeyMeans => ({
      ...NOTHING,
      askPassphrase(isWrong) {
        questions.push(isWrong);
        return Promise.resolve(answers.shift() ?? null);
      },
    });
    expect(await load(folder, answering('cheval', PHRASE.passphrase))).toEqual(secrets);
    expect(await refusal(folder, answering('cheval', null))).toBe('passphrase_wrong');
    expect(await refusal(folder, answering(null))).toBe('passphrase_missing');
    expect(questions).toEqual([false, true, false, true, false]);
    expect(await refusal(folder, { ...answering(PHRASE.passphrase), passphrase: 'cheval batterie' })).toBe(
      'passphrase_wrong',
    );
    expect(questions).toHaveLength(5);
  });

  it('change hands: each way of keeping them follows the other, and a key of the environment its successor', async () => {
    const folder = newFolder();
    const secrets = await load(folder, ENVIRONMENT);
    const next = toDataKey(randomBytes(32));
    expect(await load(folder, { ...NOTHING, dataKeys: [next, key] })).toEqual(secrets);
    expect(await load(folder, { ...NOTHING, dataKeys: [next] })).toEqual(secrets);
    expect(await load(folder, { ...PHRASE, dataKeys: [next] })).toEqual(secrets);
    expect(await load(folder, PHRASE)).toEqual(secrets);
  });

  it.each([
    ['in clear', NOTHING],
    ['sealed', PHRASE],
  ])('come back from the copy beside them when their file is gone, %s', async (_how, means) => {
    const folder = newFolder();
    const secrets = await load(folder, means);
    rmSync(path.join(folder, 'secrets.json'));
    expect(await load(folder, means)).toEqual(secrets);
    expect(await load(folder, means)).toEqual(secrets);
    if (means === PHRASE) {
      rmSync(path.join(folder, 'secrets.json'));
      expect(await refusal(folder, NOTHING)).toBe('passphrase_missing');
      expect(await load(folder, means)).toEqual(secrets);
    }
  });

  it('are not made anew while a copy lies there that cannot be read', async () => {
    const folder = newFolder();
    await load(folder, NOTHING);
    rmSync(path.join(folder, 'secrets.json'));
    writeFileSync(path.join(folder, 'secrets.copy.json'), '{"jwtSecret":');
    expect(await refusal(folder, NOTHING)).toBe('secrets_damaged');
    expect(readdirSync(folder)).toEqual(['secrets.copy.json']);
  });

  it('never lose a data key, whoever saves', async () => {
    const folder = newFolder();
    const secrets = await load(folder, PHRASE);
    const protection = await openProtection(folder, PHRASE);
    saveSecrets(folder, { ...secrets, dataKeys: [] }, protection);
    expect((await load(folder, PHRASE)).dataKeys).toEqual(secrets.dataKeys);
  });

  it('that were changed in the file are refused', async () => {
    const folder = newFolder();
    await load(folder, PHRASE);
    const file = path.join(folder, 'secrets.json');
    const sealed = JSON.parse(readFileSync(file, 'utf8')) as { sealed: string };
    writeFileSync(file, JSON.stringify({ ...sealed, sealed: `AAAA${sealed.sealed.slice(4)}` }));
    expect(await refusal(folder, PHRASE)).toBe('secrets_damaged');
  });
});
