import { beforeEach, expect, test, vi } from 'vitest';
import { systemKeychain } from '../../../src-main/electron/safe-storage.ts';

const system = vi.hoisted(() => ({ backend: 'gnome_libsecret', available: true }));

vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: () => system.available,
    getSelectedStorageBackend: () => system.backend,
    encryptString: (text: string) => Buffer.from(text).reverse(),
    decryptString: (encrypted: Buffer) => Buffer.from(encrypted).reverse().toString(),
  },
}));

beforeEach(() => Object.assign(system, { backend: 'gnome_libsecret', available: true }));

test.each<[NodeJS.Platform, string]>([
  ['linux', "Secrets are encrypted with a key in your desktop's keyring."],
  ['darwin', 'Secrets are encrypted with a key in the macOS Keychain.'],
  ['win32', 'Secrets are encrypted with a key that only your Windows account opens.'],
])('on %s the system keeps the key', (platform, words) => {
  const keychain = systemKeychain(platform);
  expect(keychain).toMatchObject({ words });
  expect(keychain?.unwrap(keychain.wrap('secret'))).toBe('secret');
});

test.each([
  ['a fixed password', { backend: 'basic_text', available: true }],
  ['nothing', { backend: 'unknown', available: false }],
])('a Linux with %s offers no keychain', (_name, state) => {
  Object.assign(system, state);
  expect(systemKeychain('linux')).toBeUndefined();
});
