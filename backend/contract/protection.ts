import { oc } from '@orpc/contract';
import { z } from 'zod';
import { instant } from './common.ts';

/** What is encrypted, with which key, and how the key itself is kept (SEC-3, DSK-6). */
export const protection = z.object({
  /** Texts of every message; false: those of sensitive types alone. */
  encryptAll: z.boolean(),
  /** How far the texts of before are under the key in use. */
  progress: z.object({ running: z.boolean(), done: z.int(), total: z.int() }),
  /** Remains of replaced texts lie in the file until the next start. */
  cleanedAtNextStart: z.boolean(),
  key: z.object({
    /** First digits of its hash. */
    id: z.string(),
    from: z.enum(['environment', 'folder']),
    usedSince: instant,
    /** Keys of before, kept for the backups of before. */
    earlier: z.int(),
  }),
  /** By what the secrets of the folder are protected; `none`: they lie in clear in a file of the operator's own. */
  secrets: z.enum(['os', 'passphrase', 'environment', 'none']),
});
export type Protection = z.infer<typeof protection>;

export const protectionPatch = z.object({ encryptAll: z.boolean() });
export type ProtectionPatch = z.infer<typeof protectionPatch>;
/** Guessed offline by who has the file: so it is not a short one. */
export const LEAST_PASSPHRASE = 12;
const currentPassphrase = z.string().min(1).max(500);
export const passphraseInput = z.object({
  passphrase: z.string().min(LEAST_PASSPHRASE).max(500),
  /** Where one is in force: that one. */
  current: currentPassphrase.exactOptional(),
});
export type PassphraseInput = z.infer<typeof passphraseInput>;
export const passphraseRemoval = z.object({ current: currentPassphrase });
export type PassphraseRemoval = z.infer<typeof passphraseRemoval>;

/** What `VIGIE_DATA_KEY` takes on another machine. */
export const exportedKey = z.object({ id: z.string(), dataKey: z.string() });
export type ExportedKey = z.infer<typeof exportedKey>;

export const protectionRoutes = {
  protection: {
    get: oc.route({ method: 'GET', path: '/protection', tags: ['settings'] }).output(protection),
    update: oc
      .route({ method: 'PATCH', path: '/protection', tags: ['settings'] })
      .input(protectionPatch)
      .output(protection),
    rotate: oc.route({ method: 'POST', path: '/protection/key/rotate', tags: ['settings'] }).output(protection),
    setPassphrase: oc
      .route({ method: 'POST', path: '/protection/passphrase', tags: ['settings'] })
      .input(passphraseInput)
      .output(protection),
    removePassphrase: oc
      .route({ method: 'POST', path: '/protection/passphrase/remove', tags: ['settings'] })
      .input(passphraseRemoval)
      .output(protection),
    export: oc.route({ method: 'POST', path: '/protection/key/export', tags: ['settings'] }).output(exportedKey),
  },
};
