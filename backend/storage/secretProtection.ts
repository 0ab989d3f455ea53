import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { VigieError } from '../contract/errors.ts';
import type { DataKey } from './encryption/dataKeys.ts';
import { KEY_BYTES, seal, unseal } from './encryption/seal.ts';

export const SECRETS_FILE = 'secrets.json';
/** A second copy, kept in the same way: without its secrets a folder cannot be read, nor its backups. */
export const SECRETS_COPY = 'secrets.copy.json';

/** What the file of a folder's secrets holds; its copy's where the file is gone; null in a folder that never had any. */
export function readSecretsFile(folder: string): string | null {
  const found = [SECRETS_FILE, SECRETS_COPY].map((name) => path.join(folder, name)).find((file) => existsSync(file));
  return found === undefined ? null : readFileSync(found, 'utf8');
}

/** 64 MiB and about 0.3 s for each guess (OWASP, scrypt: N=2^16, r=8, p=2). */
export const SCRYPT = { N: 2 ** 16, r: 8, p: 2 } as const;
/** Node refuses by default what needs more than 32 MiB. */
const SCRYPT_MEMORY = 256 * 1024 * 1024;
const SALT_BYTES = 16;

const lock = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('passphrase'),
    salt: z.base64(),
    scrypt: z.object({ N: z.int().max(2 ** 20), r: z.int().max(32), p: z.int().max(16) }),
    wrapped: z.base64(),
  }),
  z.object({ kind: z.literal('data_key'), keyId: z.string(), wrapped: z.base64() }),
  z.object({ kind: z.literal('os'), wrapped: z.base64() }),
]);
type Lock = z.infer<typeof lock>;

/** Sealed secrets: one key for the content, and each lock gives that key to who can open the lock. */
const envelope = z.object({ format: z.literal(1), locks: z.array(lock).min(1), sealed: z.base64() });
type Envelope = z.infer<typeof envelope>;

/** The operating system's key store, as Electron offers it. */
export type KeyStore = {
  wrap(text: string): Promise<Buffer>;
  /** @throws when it was wrapped by another user or on another machine */
  unwrap(wrapped: Buffer): Promise<string>;
};

/** What a process has to open secrets with. */
export type KeyMeans = {
  passphrase: string | null;
  /** Keys of `VIGIE_DATA_KEY`, the one in use first. */
  dataKeys: readonly DataKey[];
  /** Null where there is none that encrypts. */
  keyStore?: KeyStore | null;
  /** Asks whoever sits in front of the machine, once more when the answer was wrong; null: there is no answer. */
  askPassphrase?: ((isWrong: boolean) => Promise<string | null>) | undefined;
};

export type ProtectionKind = 'os' | 'passphrase' | 'environment' | 'none';

/** How the secrets of a folder are kept. Made before they are read; then everything is at hand without waiting. */
export type SecretProtection = {
  readonly kind: ProtectionKind;
  /** Content of the file that holds these secrets. */
  seal(secrets: string): string;
  /** @throws VigieError `frozen` when it cannot be opened by these means */
  open(content: string): string;
  /** Content for an archive: opened by the passphrase where there is one, and by this data key. */
  sealForArchive(secrets: string, key: DataKey): string;
  /**
   * What is sealed from now on opens by this passphrase alone; null: by what else there is, or it lies in clear. Until it is
   * sealed anew, what is there opens as before.
   * @returns takes the change back
   */
  setPassphrase(passphrase: string | null): Promise<() => void>;
  /** Whether the secrets are kept under this passphrase. */
  opensBy(passphrase: string): Promise<boolean>;
};

const PLACE = 'vigie secrets';
const KEY_PLACE = 'vigie key of secrets';

/** Secrets in clear, in a file that its owner alone can read. */
export const UNPROTECTED: SecretProtection = {
  kind: 'none',
  seal: (secrets) => secrets,
  open(content) {
    if (readEnvelope(content) !== null) throw new VigieError('frozen', { reason: 'secrets_locked' });
    return content;
  },
  sealForArchive: (secrets, key) => sealWith(randomBytes(KEY_BYTES), (content) => [dataKeyLock(content, key)], secrets),
  setPassphrase: () => Promise.reject(new VigieError('frozen', { reason: 'secrets_locked' })),
  opensBy: () => Promise.resolve(false),
};

/**
 * Finds out how the secrets of a folder are opened and how they are to be kept: by passphrase when one is given, else by
 * the key of the environment, else by the operating system, else in clear.
 * @throws VigieError `frozen` with the reason: `passphrase_missing`, `passphrase_wrong`, `secrets_locked`,
 *   `data_key_wrong`, `os_store_failed`
 */
export async function openProtection(dataDir: string, means: KeyMeans): Promise<SecretProtection> {
  const content = readSecretsFile(dataDir);
  return protectionFor(content === null ? null : readEnvelope(content), means);
}

/** Null where the secrets of a folder cannot be opened: putting files in its place is the way out of that too. */
export async function protectionAtHand(dataDir: string, means: KeyMeans): Promise<SecretProtection | null> {
  try {
    return await openProtection(dataDir, means);
  } catch (error) {
    if (error instanceof VigieError && error.code === 'frozen') return null;
    throw error;
  }
}

/** For secrets that are to be written anew, whatever lies in the folder. */
export function freshProtection(means: KeyMeans): Promise<SecretProtection> {
  return protectionFor(null, means);
}

async function protectionFor(found: Envelope | null, means: KeyMeans): Promise<SecretProtection> {
  const opened = found === null ? null : await unlock(found, means);
  const passphrase = opened?.passphrase ?? means.passphrase;
  const firstKey = opened?.contentKey ?? randomBytes(KEY_BYTES);
  let kept: Kept = { contentKey: firstKey, own: await ownLock(firstKey, { ...means, passphrase }, found) };
  let former: Kept | null = null;
  const locks = (): Lock[] => (kept.own === null ? [] : [kept.own]);
  return {
    get kind() {
      return kept.own === null ? 'none' : kindOf(kept.own);
    },
    seal: (secrets) => (kept.own === null ? secrets : sealWith(kept.contentKey, locks, secrets)),
    open(content) {
      const sealed = readEnvelope(content);
      if (sealed === null) return content;
      // Nothing was ever sealed with this key.
      if (kept.own === null && found === null && former === null)
        throw new VigieError('frozen', { reason: 'secrets_locked' });
      return openWith([kept, former], sealed);
    },
    sealForArchive(secrets, key) {
      const portable = locks().filter(({ kind }) => kind === 'passphrase');
      return sealWith(kept.contentKey, () => [...portable, dataKeyLock(kept.contentKey, key)], secrets);
    },
    async setPassphrase(chosen) {
      // Another key for the content: who has an old file and the old passphrase opens no new one.
      const contentKey = randomBytes(KEY_BYTES);
      const own = await ownLock(contentKey, { ...means, passphrase: chosen }, null);
      former = kept;
      kept = { contentKey, own };
      return () => {
        [kept, former] = [former ?? kept, kept];
      };
    },
    async opensBy(given) {
      const { own, contentKey } = kept;
      if (own?.kind !== 'passphrase') return false;
      const opened = unseal(await deriveKey(given, own), Buffer.from(own.wrapped, 'base64'), KEY_PLACE);
      return opened !== null && timingSafeEqual(opened, contentKey);
    },
  };
}

/** The key of the content, and the lock that gives it; null: the content lies in clear. */
type Kept = { contentKey: Buffer; own: Lock | null };

/**
 * The secrets of an archive, opened by whatever is at hand; those of an older version are in clear.
 * @throws VigieError `backup_key_missing`
 */
export async function openArchived(content: string, means: KeyMeans): Promise<string> {
  const sealed = readEnvelope(content);
  if (sealed === null) return content;
  try {
    return openWith([await unlock(sealed, means)], sealed);
  } catch (cause) {
    const keyId = sealed.locks.find(({ kind }) => kind === 'data_key');
    throw new VigieError('backup_key_missing', { keyId: keyId?.kind === 'data_key' ? keyId.keyId : '-' }, { cause });
  }
}

/** True when the secrets of a file are in clear. */
export function isClear(content: string): boolean {
  return readEnvelope(content) === null;
}

type Unlocked = { contentKey: Buffer; passphrase: string | null };

/** Tries every lock that these means fit; says which one is missing or wrong when none opens. */
async function unlock(found: Envelope, means: KeyMeans): Promise<Unlocked> {
  let refusal = new VigieError('frozen', { reason: 'secrets_locked' });
  // What needs no answer first: nobody is asked for what is at hand.
  const silent = found.locks.filter(({ kind }) => kind !== 'passphrase');
  for (const candidate of [...silent, ...found.locks.filter(({ kind }) => kind === 'passphrase')]) {
    const result = await openLock(candidate, means);
    if (!(result instanceof VigieError)) return result;
    refusal = result;
  }
  throw refusal;
}

async function openLock(candidate: Lock, means: KeyMeans): Promise<Unlocked | VigieError> {
  const wrapped = Buffer.from(candidate.wrapped, 'base64');
  switch (candidate.kind) {
    case 'passphrase': {
      for (let isWrong = false; ; isWrong = true) {
        const given = isWrong ? null : means.passphrase;
        const passphrase = given ?? (await askFor(means, isWrong));
        if (passphrase === null)
          return new VigieError('frozen', { reason: isWrong ? 'passphrase_wrong' : 'passphrase_missing' });
        const contentKey = unseal(await deriveKey(passphrase, candidate), wrapped, KEY_PLACE);
        if (contentKey !== null) return { contentKey, passphrase };
      }
    }
    case 'data_key': {
      const known = means.dataKeys.find(({ id }) => id === candidate.keyId);
      const contentKey = known === undefined ? null : unseal(known.key, wrapped, KEY_PLACE);
      return contentKey === null
        ? new VigieError('frozen', { reason: 'data_key_wrong', keyId: candidate.keyId })
        : { contentKey, passphrase: null };
    }
    case 'os': {
      if (!means.keyStore) return new VigieError('frozen', { reason: 'secrets_locked' });
      try {
        return { contentKey: Buffer.from(await means.keyStore.unwrap(wrapped), 'base64'), passphrase: null };
      } catch (cause) {
        return new VigieError('frozen', { reason: 'os_store_failed' }, { cause });
      }
    }
  }
}

/** A passphrase of the settings that is wrong is a wrong setting: nobody is asked for another one. */
async function askFor({ passphrase, askPassphrase }: KeyMeans, isWrong: boolean): Promise<string | null> {
  return passphrase === null ? ((await askPassphrase?.(isWrong)) ?? null) : null;
}

/** The lock under which the secrets are to be kept; null for none. One that is there already is kept as it is. */
async function ownLock(contentKey: Buffer, means: KeyMeans, found: Envelope | null): Promise<Lock | null> {
  const there = (kind: Lock['kind']): Lock | undefined => found?.locks.find((candidate) => candidate.kind === kind);
  const { passphrase, dataKeys, keyStore } = means;
  if (passphrase !== null) {
    return there('passphrase') ?? passphraseLock(contentKey, passphrase);
  }
  const [first] = dataKeys;
  if (first !== undefined) {
    const kept = there('data_key');
    return kept?.kind === 'data_key' && kept.keyId === first.id ? kept : dataKeyLock(contentKey, first);
  }
  if (!keyStore) return null;
  const wrap = async (): Promise<string> => (await keyStore.wrap(contentKey.toString('base64'))).toString('base64');
  return there('os') ?? { kind: 'os', wrapped: await wrap() };
}

async function passphraseLock(contentKey: Buffer, passphrase: string): Promise<Lock> {
  const fresh = { salt: randomBytes(SALT_BYTES).toString('base64'), scrypt: SCRYPT };
  const wrapped = seal(await deriveKey(passphrase, fresh), contentKey, KEY_PLACE).toString('base64');
  return { kind: 'passphrase', ...fresh, wrapped };
}

function dataKeyLock(contentKey: Buffer, { id, key }: DataKey): Lock {
  return { kind: 'data_key', keyId: id, wrapped: seal(key, contentKey, KEY_PLACE).toString('base64') };
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

function deriveKey(passphrase: string, from: { salt: string; scrypt: { N: number; r: number; p: number } }) {
  const salt = Buffer.from(from.salt, 'base64');
  // The same characters can be typed in several ways.
  return derive(passphrase.normalize('NFKC'), salt, KEY_BYTES, { ...from.scrypt, maxmem: SCRYPT_MEMORY });
}

function sealWith(contentKey: Buffer, locks: (contentKey: Buffer) => Lock[], secrets: string): string {
  const sealed = seal(contentKey, Buffer.from(secrets, 'utf8'), PLACE).toString('base64');
  return JSON.stringify({ format: 1, locks: locks(contentKey), sealed } satisfies Envelope);
}

function openWith(keys: readonly ({ contentKey: Buffer } | null)[], { sealed }: Envelope): string {
  for (const key of keys) {
    const clear = key === null ? null : unseal(key.contentKey, Buffer.from(sealed, 'base64'), PLACE);
    if (clear !== null) return clear.toString('utf8');
  }
  throw new VigieError('frozen', { reason: 'secrets_damaged', file: SECRETS_FILE });
}

function readEnvelope(content: string): Envelope | null {
  try {
    const parsed = envelope.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function kindOf({ kind }: Lock): ProtectionKind {
  return kind === 'data_key' ? 'environment' : kind;
}
