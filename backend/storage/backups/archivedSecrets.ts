import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { VigieError } from '../../contract/errors.ts';
import { keyRing, type DataKey } from '../encryption/dataKeys.ts';
import {
  freshProtection,
  openArchived,
  readSecretsFile,
  SECRETS_FILE,
  UNPROTECTED,
  type KeyMeans,
  type SecretProtection,
} from '../secretProtection.ts';
import { dataKeysOfCopy, loadSecrets, parseSecrets, type Secrets } from '../secrets.ts';

/** What a workspace has for its secrets; `protection` is null when they cannot be opened. */
export type ArchiveKeys = { means: KeyMeans; protection: SecretProtection | null };

const NO_KEYS: ArchiveKeys = { means: { passphrase: null, dataKeys: [] }, protection: UNPROTECTED };

/**
 * The secrets as they go into an archive: sealed with the key in use, which is not in there, and with the passphrase where
 * there is one. So an archive alone gives away neither texts nor keys (SEC-3). Null when there are none.
 */
export function archivedSecrets(folder: string, keys: ArchiveKeys = NO_KEYS): string | null {
  if (readSecretsFile(folder) === null) return null;
  const protection = keys.protection ?? UNPROTECTED;
  const secrets = loadSecrets(folder, protection);
  const [key] = keyRing(keys.means.dataKeys, secrets.dataKeys);
  return key === undefined ? null : protection.sealForArchive(JSON.stringify(secrets), key);
}

/**
 * The secrets of an archive as the folder is to keep them, and all keys that are at hand then. The keys of the folder stay
 * in front: what is written from now on is sealed with the one that was in use.
 * @throws VigieError `backup_key_missing`
 */
export async function mergedSecrets(
  archived: string,
  folder: string,
  keys: ArchiveKeys = NO_KEYS,
): Promise<{ content: string | null; ring: DataKey[] }> {
  const { means } = keys;
  const present = presentSecrets(folder, keys).dataKeys;
  const ring = keyRing(means.dataKeys, present);
  if (!existsSync(archived)) return { content: null, ring };
  const found = parseSecrets(await openArchived(readFileSync(archived, 'utf8'), { ...means, dataKeys: ring }));
  const known = new Set(present.map(({ key }) => key));
  const dataKeys = [...present, ...found.dataKeys.filter(({ key }) => !known.has(key))];
  const protection = keys.protection ?? (await freshProtection(means));
  return {
    content: protection.seal(JSON.stringify({ ...found, dataKeys } satisfies Secrets)),
    ring: keyRing(means.dataKeys, dataKeys),
  };
}

/**
 * Lines and data keys of a folder's secrets; where those are damaged, the keys of the copy beside them; nothing in a folder
 * that is new.
 */
export function presentSecrets(folder: string, keys: ArchiveKeys): Pick<Secrets, 'dataKeys' | 'lines'> {
  const protection = keys.protection ?? UNPROTECTED;
  const file = path.join(folder, SECRETS_FILE);
  try {
    if (existsSync(file)) return parseSecrets(protection.open(readFileSync(file, 'utf8')));
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
  }
  return { dataKeys: dataKeysOfCopy(folder, protection), lines: {} };
}
