import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode } from '../engine/engine-errors.ts';
import type { SecretProtector } from '../ports.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals secrets with AES-256-GCM and a key in a file that only its owner can read. It keeps them out of copies of the
 * catalog and of prying eyes, not from whoever can read all of the owner's files.
 * @param folder the data folder
 */
export function keyFileProtector(folder: string): SecretProtector {
  const path = join(folder, 'secrets.key');
  let key: Buffer | undefined;
  const getKey = (): Buffer => {
    key ??= readKey(path) ?? makeKey(path);
    return key;
  };
  return {
    protects: false,
    words: `They are sealed with a key in ${path}, which only you can read.`,
    seal(secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', getKey(), nonce);
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed) {
      const decipher = createDecipheriv('aes-256-gcm', getKey(), sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const secret = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8');
      return secret + decipher.final('utf8');
    },
  };
}

function readKey(path: string): Buffer | undefined {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (key.length === KEY_BYTES) return key;
  throw new SnapkeepError('CORRUPT', `${path}, the key of the secrets, is damaged.`, {
    hint: 'Remove it and give the secrets again in the settings.',
  });
}

function makeKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, key);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return key;
}
