import { beforeEach, expect, test, vi } from 'vitest';
import { systemSecretProtector } from '../../../src-main/electron/safe-storage.ts';

const system = vi.hoisted(() => ({ backend: 'gnome_libsecret', available: true, plainText: false }));

vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: () => system.available,
    getSelectedStorageBackend: () => system.backend,
    setUsePlainTextEncryption: (use: boolean) => {
      system.plainText = use;
    },
    encryptString: (text: string) => Buffer.from(text).reverse(),
    decryptString: (sealed: Buffer) => Buffer.from(sealed).reverse().toString(),
  },
}));

beforeEach(() => Object.assign(system, { backend: 'gnome_libsecret', available: true, plainText: false }));

test.each<[NodeJS.Platform, string]>([
  ['linux', "Sealed with your desktop's keyring."],
  ['darwin', 'Sealed with the macOS Keychain.'],
  ['win32', 'Sealed with your Windows account.'],
])('on %s the system keeps secrets', (platform, words) => {
  const protector = systemSecretProtector(platform);
  expect(protector).toMatchObject({ protects: true, words });
  expect(protector?.open(protector.seal('secret'))).toBe('secret');
  expect(system.plainText).toBe(false);
});

test.each([
  ['a fixed password', { backend: 'basic_text', available: true }],
  ['nothing', { backend: 'unknown', available: false }],
])('a Linux with %s protects nothing, and says so', (_name, state) => {
  Object.assign(system, state);
  const protector = systemSecretProtector('linux');
  expect(protector?.protects).toBe(false);
  expect(protector?.words).toMatch(/^Not protected: .*whoever can read the data folder can read the secrets\.$/);
  expect(system.plainText).toBe(true);
});

test('elsewhere, without encryption, the core is left to its own key', () => {
  system.available = false;
  expect(systemSecretProtector('darwin')).toBeUndefined();
});
