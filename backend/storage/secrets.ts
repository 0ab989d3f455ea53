import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { VigieError } from '../contract/errors.ts';

const storedSecrets = z.object({
  /** 256 bit, base64url: signs tokens (SEC-2). */
  jwtSecret: z.string().min(32),
  /** Unguessable part of the webhook path (WHK-3). */
  webhookToken: z.string().min(16),
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
    };
    writeDurably(file, JSON.stringify(made));
    return made;
  }
  try {
    return storedSecrets.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Without the cause: a parser's message quotes what it read.
    throw new VigieError('frozen', { reason: 'secrets_damaged', file: 'secrets.json' });
  }
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
