import { safeStorage } from 'electron';

/** The operating system's key store as the backend takes it. */
type SystemKeyStore = { wrap(text: string): Promise<Buffer>; unwrap(wrapped: Buffer): Promise<string> };

/**
 * The key store of the operating system, by Electron's asynchronous calls; Electron must be ready. Null where there is
 * none: `basic_text`, Chromium's fallback on Linux, encrypts with a password that everybody knows, which is not
 * encryption (DSK-6).
 */
export async function systemKeyStore(): Promise<SystemKeyStore | null> {
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return null;
  return {
    wrap: (text) => safeStorage.encryptStringAsync(text),
    async unwrap(wrapped) {
      return (await safeStorage.decryptStringAsync(wrapped)).result;
    },
  };
}
