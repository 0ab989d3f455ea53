import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, fstatSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { VigieError } from '../contract/errors.ts';
import { makeDataKey } from './encryption/dataKeys.ts';
import {
  isClear,
  readSecretsFile,
  SECRETS_COPY,
  SECRETS_FILE,
  UNPROTECTED,
  type SecretProtection,
} from './secretProtection.ts';

/** A line that was set in the application, with its keys (SND-12). */
const storedLine = z.discriminatedUnion('provider', [
  z.object({
    provider: z.literal('wassenger'),
    label: z.string(),
    deviceId: z.string(),
    apiKey: z.string(),
    webhookSecrets: z.array(z.string()),
    baseUrl: z.string(),
    deliveryReports: z.boolean(),
    /** Unguessable part of its webhook path (WHK-3). */
    webhookToken: z.string().min(16),
    /** Former ones, and until when (epoch ms) they are taken too. */
    formerTokens: z.array(z.object({ token: z.string(), until: z.number() })),
  }),
  z.object({
    provider: z.literal('meta'),
    label: z.string(),
    phoneNumberId: z.string(),
    accessToken: z.string(),
    appSecrets: z.array(z.string()).min(1),
    verifyToken: z.string(),
    baseUrl: z.string(),
  }),
]);
export type StoredLine = z.infer<typeof storedLine>;

export const storedSecrets = z.object({
  /** 256 bit, base64url: signs tokens (SEC-2). */
  jwtSecret: z.string().min(32),
  /** Unguessable part of the webhook path (WHK-3). */
  webhookToken: z.string().min(16),
  /** By the line's id. */
  lines: z.record(z.string(), storedLine).default({}),
  /** Keys of the texts of messages (SEC-3), the newest first. Those of before stay: backups were made with them. */
  dataKeys: z.array(z.object({ key: z.string().length(43), madeAt: z.int() })).default([]),
});
export type Secrets = z.infer<typeof storedSecrets>;

/**
 * The secrets of a data folder, made at first start and readable by their owner only. Those that are not kept as
 * `protection` says are sealed now, and the clear file is overwritten (DSK-6).
 * A file that is gone comes back from its copy.
 * @throws VigieError `frozen` when the file is there but damaged: made anew, every webhook address would break
 */
export function loadSecrets(dataDir: string, protection: SecretProtection = UNPROTECTED): Secrets {
  const content = readSecretsFile(dataDir);
  if (content === null) {
    const made: Secrets = {
      jwtSecret: randomBytes(32).toString('base64url'),
      webhookToken: randomBytes(24).toString('base64url'),
      lines: {},
      dataKeys: [],
    };
    return withDataKey(dataDir, made, protection);
  }
  const found = parseSecrets(protection.open(content));
  if (found.dataKeys.length === 0) return withDataKey(dataDir, found, protection);
  const sealed = protection.seal(JSON.stringify(found));
  if (!hasSameLocks(content, sealed)) write(dataDir, sealed);
  else {
    for (const file of [SECRETS_FILE, SECRETS_COPY].map((name) => path.join(dataDir, name)))
      if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeDurably(file, content);
  }
  return found;
}

/**
 * Writes the secrets of a folder. A data key is never lost: those that the file holds and `secrets` does not stay.
 * @throws VigieError `frozen` when the file cannot be opened by these means; it is left as it is
 */
export function saveSecrets(dataDir: string, secrets: Secrets, protection: SecretProtection = UNPROTECTED): void {
  const content = readSecretsFile(dataDir);
  const before = content === null ? [] : parseSecrets(protection.open(content)).dataKeys;
  const known = new Set(secrets.dataKeys.map(({ key }) => key));
  const dataKeys = [...secrets.dataKeys, ...before.filter(({ key }) => !known.has(key))];
  write(dataDir, protection.seal(JSON.stringify({ ...secrets, dataKeys })));
}

/** @throws VigieError `frozen` with reason `secrets_damaged` */
export function parseSecrets(content: string): Secrets {
  try {
    return storedSecrets.parse(JSON.parse(content));
  } catch {
    // Without the cause: a parser's message quotes what it read.
    throw new VigieError('frozen', { reason: 'secrets_damaged', file: SECRETS_FILE });
  }
}

/** Data keys of the copy, for a folder whose secrets are damaged; none when that cannot be read either. */
export function dataKeysOfCopy(dataDir: string, protection: SecretProtection): Secrets['dataKeys'] {
  try {
    return parseSecrets(protection.open(readFileSync(path.join(dataDir, SECRETS_COPY), 'utf8'))).dataKeys;
  } catch {
    return [];
  }
}

function withDataKey(dataDir: string, secrets: Secrets, protection: SecretProtection): Secrets {
  // The key of a folder has no hour that anything depends on: that of its file is right.
  const made = { ...secrets, dataKeys: [makeDataKey(0)] };
  write(dataDir, protection.seal(JSON.stringify(made)));
  return made;
}

/** Kept in the same way: what is sealed differs with every sealing, its locks do not. */
function hasSameLocks(one: string, other: string): boolean {
  const locks = (content: string): string => JSON.stringify((JSON.parse(content) as { locks?: unknown }).locks ?? null);
  return locks(one) === locks(other);
}

function write(dataDir: string, content: string): void {
  const file = path.join(dataDir, SECRETS_FILE);
  const scrub = isClear(content) ? () => {} : scrubber([file, path.join(dataDir, SECRETS_COPY)]);
  writeDurably(file, content);
  writeDurably(path.join(dataDir, SECRETS_COPY), content);
  scrub();
}

/** Overwrites clear files once others have taken their names: what a rename lets go of stays on the disk (DSK-6). */
function scrubber(files: readonly string[]): () => void {
  // Windows gives no name away that somebody has open.
  if (process.platform === 'win32') return () => {};
  const clear = files.filter((file) => existsSync(file) && isClear(readFileSync(file, 'utf8')));
  const handles = clear.map((file) => openSync(file, 'r+'));
  return () => {
    for (const handle of handles) {
      writeSync(handle, randomBytes(fstatSync(handle).size), 0, null, 0);
      fsyncSync(handle);
      closeSync(handle);
    }
  };
}

/** Key of the tokens: the one of the settings, else the one of the data folder (SEC-2). */
export function tokenKey(
  { jwtSecret, dataDir }: { jwtSecret: string | null; dataDir: string },
  protection: SecretProtection = UNPROTECTED,
): Uint8Array {
  if (jwtSecret !== null) return Buffer.from(jwtSecret, 'utf8');
  return Buffer.from(loadSecrets(dataDir, protection).jwtSecret, 'base64url');
}

/** Makes a rename last through a power cut; Windows does that by itself and knows no such call. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a small file so that a crash leaves either the old content or the new one. */
export function writeDurably(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  syncFolder(path.dirname(file));
}
