import { safeStorage } from 'electron';
import type { Keychain } from '../core/ports.ts';
import { NODE_PLATFORM } from '../platform/platform.ts';

/** How the system keeps the key, in words for people. */
const KEEPERS: Readonly<Partial<Record<string, string>>> = {
  darwin: 'Secrets are encrypted with a key in the macOS Keychain.',
  win32: 'Secrets are encrypted with a key that only your Windows account opens.',
};

/**
 * The system's own keeper of secrets; `undefined` where it has none that keeps anything from anyone. Only once the
 * application is ready.
 */
export function systemKeychain(platform = NODE_PLATFORM): Keychain | undefined {
  if (!safeStorage.isEncryptionAvailable() || hasFixedPassword(platform)) return undefined;
  return {
    words: KEEPERS[platform] ?? "Secrets are encrypted with a key in your desktop's keyring.",
    wrap: (key) => safeStorage.encryptString(key),
    unwrap: (wrapped) => safeStorage.decryptString(wrapped),
  };
}

function hasFixedPassword(platform: NodeJS.Platform): boolean {
  return platform === 'linux' && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}
