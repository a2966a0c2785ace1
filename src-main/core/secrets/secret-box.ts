import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine/engine-errors.ts';
import type { Keychain, ProcessLog } from '../ports.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** How the secrets of a data folder are kept. */
export interface SecretProtection {
  /** Whether the system's keychain is used; `null`: this host has none. */
  readonly keychain: boolean | null;
  /** For people. */
  readonly words: string;
}

/**
 * Encrypts the secrets of a data folder with its one random key, AES-256-GCM. Each is bound to its name: under another
 * one it does not open. The key is in `secrets.key`, which only the owner can read, so that every host opens what the
 * others stored; or, if a person wants it so, in `secrets.key.keychain`, encrypted by the system's keychain.
 */
export class SecretBox {
  readonly #file: string;
  readonly #keychainFile: string;
  readonly #keychain: Keychain | undefined;
  readonly #log: Pick<ProcessLog, 'hide'>;
  #key: Buffer | undefined;

  /** @param folder the data folder, held by this process */
  constructor(folder: string, keychain: Keychain | undefined, log: Pick<ProcessLog, 'hide'>) {
    this.#file = join(folder, 'secrets.key');
    this.#keychainFile = join(folder, 'secrets.key.keychain');
    this.#keychain = keychain;
    this.#log = log;
  }

  protection(): SecretProtection {
    const inKeychain = readIfThere(this.#keychainFile) !== undefined;
    if (inKeychain && this.#keychain !== undefined) return { keychain: true, words: this.#keychain.words };
    if (inKeychain) return { keychain: null, words: 'Secrets are encrypted with a key in the system keychain.' };
    return {
      keychain: this.#keychain === undefined ? null : false,
      words: `Secrets are encrypted with the key in ${this.#file}, which only its owner can read.`,
    };
  }

  /** @throws SnapkeepError as {@link open} does, where the existing key cannot be used */
  encryption(name: string, secret: string): Buffer {
    this.#log.hide(secret);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#readKey() ?? this.#makeKey(), nonce);
    cipher.setAAD(Buffer.from(name));
    const encrypted = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
  }

  /**
   * @throws SnapkeepError `NOT_FOUND` when the key is missing, `CORRUPT` when it is damaged, `BAD_KEY` when the secret
   * was encrypted with another one or under another name, `UNAVAILABLE` when only the desktop application has it
   */
  open(name: string, encrypted: Buffer): string {
    const key = this.#readKey();
    if (key === undefined)
      throw new SnapkeepError('NOT_FOUND', `The key of the secrets was not found: ${this.#file}`, {
        hint: 'Restore the file from a copy of the data folder, or enter the secrets again.',
      });
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, encrypted.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(encrypted.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const secret = Buffer.concat([decipher.update(encrypted.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      const text = secret.toString('utf8');
      this.#log.hide(text);
      return text;
    } catch (error) {
      throw new SnapkeepError('BAD_KEY', `The secret “${name}” was not encrypted with the key in ${this.#file}.`, {
        hint: 'Restore the key file that belongs to this data folder, or enter the secret again.',
        cause: error,
      });
    }
  }

  /**
   * Moves the key into the system's keychain, or back into its file.
   * @throws SnapkeepError `UNSUPPORTED` where this host has no keychain
   */
  useKeychain(use: boolean): void {
    const keychain = this.#keychain;
    if (keychain === undefined)
      throw new SnapkeepError('UNSUPPORTED', 'The keychain is available only in the desktop application.', {
        hint: 'Turn the keychain on or off in the desktop application.',
      });
    const key = this.#readKey() ?? this.#makeKey();
    if (use) writeDurably(this.#keychainFile, keychain.wrap(key.toString('base64')));
    else writeDurably(this.#file, key);
    rmSync(use ? this.#file : this.#keychainFile, { force: true });
  }

  #readKey(): Buffer | undefined {
    this.#key ??= this.#fromKeychain() ?? readIfThere(this.#file);
    if (this.#key === undefined || this.#key.length === KEY_BYTES) return this.#key;
    this.#key = undefined;
    throw new SnapkeepError('CORRUPT', `The key of the secrets is damaged: ${this.#file}`, {
      hint: 'Restore the file from a copy of the data folder, or remove it and enter the secrets again.',
    });
  }

  #fromKeychain(): Buffer | undefined {
    const wrapped = readIfThere(this.#keychainFile);
    if (wrapped === undefined) return undefined;
    if (this.#keychain === undefined)
      throw new SnapkeepError('UNAVAILABLE', 'The key of the secrets is in the keychain of the desktop application.', {
        hint: 'Use the desktop application, or turn the keychain off in its settings.',
      });
    try {
      return Buffer.from(this.#keychain.unwrap(wrapped), 'base64');
    } catch (error) {
      throw new SnapkeepError('UNAVAILABLE', 'The system keychain denied access to the key of the secrets.', {
        hint: 'Unlock the keychain of the user who turned it on, then try again.',
        cause: error,
      });
    }
  }

  #makeKey(): Buffer {
    this.#key = randomBytes(KEY_BYTES);
    writeDurably(this.#file, this.#key);
    return this.#key;
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function writeDurably(path: string, content: Buffer): void {
  const beside = `${path}.partial`;
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}
