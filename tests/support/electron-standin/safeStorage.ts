import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { unsupported } from './strict.ts';

/**
 * Electron's key store with its asynchronous calls alone: the synchronous ones are deprecated and fail here. The key
 * stands for that of the user's session; `VIGIE_STANDIN_KEYRING` names the session, or is `basic_text` for a system
 * without a key store.
 */
const session = process.env['VIGIE_STANDIN_KEYRING'] ?? 'basic_text';
const key = createHash('sha256').update(`stand-in key ring of ${session}`).digest();
const IV_BYTES = 12;
const TAG_BYTES = 16;

export const safeStorage = {
  getSelectedStorageBackend: (): string => (session === 'basic_text' ? 'basic_text' : 'gnome_libsecret'),
  isAsyncEncryptionAvailable: (): Promise<boolean> => Promise.resolve(true),

  encryptStringAsync(text: string): Promise<Buffer> {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    return Promise.resolve(Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]));
  },

  async decryptStringAsync(sealed: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> {
    await Promise.resolve();
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const clear = decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES));
    return { shouldReEncrypt: false, result: Buffer.concat([clear, decipher.final()]).toString('utf8') };
  },

  encryptString(): never {
    throw unsupported('safeStorage.encryptString (deprecated)');
  },
  decryptString(): never {
    throw unsupported('safeStorage.decryptString (deprecated)');
  },
};
