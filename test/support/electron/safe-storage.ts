import { app } from './app.ts';
import { refuseUnknown } from './refuse.ts';

/** What Chromium writes before what it encrypted with the fixed password. */
const PREFIX = 'v10';

/** As on a Linux without a keyring: nothing is encrypted until the application says that a fixed password will do. */
class SafeStorage {
  _plainText = false;

  getSelectedStorageBackend(): string {
    return app.isReady() ? 'basic_text' : 'unknown';
  }

  isEncryptionAvailable(): boolean {
    return app.isReady() && this._plainText;
  }

  setUsePlainTextEncryption(usePlainText: boolean): void {
    this._plainText = usePlainText;
  }

  encryptString(text: string): Buffer {
    this._requireEncryption('encrypting');
    return Buffer.from(PREFIX + Buffer.from(text, 'utf8').toString('base64'), 'latin1');
  }

  decryptString(encrypted: Buffer): string {
    this._requireEncryption('decrypting');
    const text = encrypted.toString('latin1');
    if (!text.startsWith(PREFIX))
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
    return Buffer.from(text.slice(PREFIX.length), 'base64').toString('utf8');
  }

  _requireEncryption(what: string): void {
    if (!this.isEncryptionAvailable())
      throw new Error(`Error while ${what} the text provided to safeStorage. Encryption is not available.`);
  }
}

/** Electron's `safeStorage`. */
export const safeStorage = refuseUnknown('safeStorage', new SafeStorage());
