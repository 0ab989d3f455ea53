import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { VigieError } from '../contract/errors.ts';

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

const storedSecrets = z.object({
  /** 256 bit, base64url: signs tokens (SEC-2). */
  jwtSecret: z.string().min(32),
  /** Unguessable part of the webhook path (WHK-3). */
  webhookToken: z.string().min(16),
  /** By the line's id. */
  lines: z.record(z.string(), storedLine).default({}),
  /** A line was set: the demo is over, also when that line is removed again. */
  demoLeft: z.boolean().default(false),
});
export type Secrets = z.infer<typeof storedSecrets>;

/**
 * The secrets of a data folder, made at first start and readable by their owner only.
 * @throws VigieError `frozen` when the file is there but damaged: made anew, every webhook address would break
 */
export function loadSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    const made: Secrets = {
      jwtSecret: randomBytes(32).toString('base64url'),
      webhookToken: randomBytes(24).toString('base64url'),
      lines: {},
      demoLeft: false,
    };
    saveSecrets(dataDir, made);
    return made;
  }
  try {
    return storedSecrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Without the cause: a parser's message quotes what it read.
    throw new VigieError('frozen', { reason: 'secrets_damaged', file: 'secrets.json' });
  }
}

/** Writes the secrets of a data folder, all of them, so that a crash leaves either the former or these. */
export function saveSecrets(dataDir: string, secrets: Secrets): void {
  writeDurably(path.join(dataDir, 'secrets.json'), JSON.stringify(secrets));
}

/** Key of the tokens: the one of the settings, else the one of the data folder (SEC-2). */
export function tokenKey({ jwtSecret, dataDir }: { jwtSecret: string | null; dataDir: string }): Uint8Array {
  if (jwtSecret !== null) return Buffer.from(jwtSecret, 'utf8');
  return Buffer.from(loadSecrets(dataDir).jwtSecret, 'base64url');
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
