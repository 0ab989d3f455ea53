import { afterEach, describe, expect, it, vi } from 'vitest';
import { safeStorage } from '../tests/support/electron-standin/safeStorage.ts';
import { systemKeyStore } from './secrets.ts';

vi.mock('electron', () => import('../tests/support/electron-standin/safeStorage.ts'));
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the key store of the system, on its stand-in (DSK-6)', () => {
  it('gives back what it was given, by the asynchronous calls alone', async () => {
    vi.spyOn(safeStorage, 'getSelectedStorageBackend').mockReturnValue('gnome_libsecret');
    const store = await systemKeyStore();
    const wrapped = await store?.wrap('a key');
    expect(wrapped?.includes('a key')).toBe(false);
    expect(await store?.unwrap(wrapped ?? Buffer.alloc(0))).toBe('a key');
  });

  it('is none where Chromium would use a password that everybody knows, or has nothing at all', async () => {
    const platform = vi.spyOn(process, 'platform', 'get');
    platform.mockReturnValue('linux');
    vi.spyOn(safeStorage, 'getSelectedStorageBackend').mockReturnValue('basic_text');
    expect(await systemKeyStore()).toBeNull();
    platform.mockReturnValue('darwin');
    vi.spyOn(safeStorage, 'isAsyncEncryptionAvailable').mockResolvedValue(false);
    expect(await systemKeyStore()).toBeNull();
  });
});
