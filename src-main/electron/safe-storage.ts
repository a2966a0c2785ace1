import { safeStorage } from 'electron';
import type { SecretProtector } from '../core/ports.ts';

/** How the system keeps secrets, in words for people. */
const KEEPERS: Readonly<Partial<Record<string, string>>> = {
  darwin: 'Sealed with the macOS Keychain.',
  win32: 'Sealed with your Windows account.',
};

const UNPROTECTED =
  'Not protected: this system has no keyring that Snapkeep can use, so whoever can read the data folder can read the secrets.';

/**
 * The system's own keeper of secrets; `undefined` where it has none, so that the core keeps a key itself.
 * Only once the application is ready.
 */
export function systemSecretProtector(platform = process.platform): SecretProtector | undefined {
  const protects = safeStorage.isEncryptionAvailable() && !hasFixedPassword(platform);
  if (!protects) {
    if (platform !== 'linux') return undefined;
    // A fixed password that anyone knows: it seals, and what is sealed is still readable once there is a keyring.
    safeStorage.setUsePlainTextEncryption(true);
  }
  return {
    protects,
    words: protects ? (KEEPERS[platform] ?? "Sealed with your desktop's keyring.") : UNPROTECTED,
    seal: (secret) => safeStorage.encryptString(secret),
    open: (sealed) => safeStorage.decryptString(sealed),
  };
}

function hasFixedPassword(platform: NodeJS.Platform): boolean {
  return platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}
