import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Identity, Recipient } from 'age-encryption';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { trimEndOf } from '../../../../src-shared/words/trimmed.ts';

/*
 * The passphrases of age (https://c2sp.org/age, “The scrypt recipient type”) with Node's own scrypt. The library has one
 * too, in JavaScript: it takes twice as long, lets nothing else happen meanwhile, and leaves its memory to be collected.
 */

const LABEL = Buffer.from('age-encryption.org/v1/scrypt', 'latin1');
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const WRAPPED_BYTES = 32;
const NONCE = Buffer.alloc(12);
const CIPHER = 'chacha20-poly1305';
/** 1 GiB of memory; more is not tried, whatever a file asks for. */
const LARGEST_WORK_FACTOR = 20;

/** Wraps the key of a file by a passphrase. @param workFactor the power of two of scrypt's cost; 17: 128 MiB */
export function passphraseRecipient(passphrase: string, workFactor: number): Recipient {
  return {
    wrapFileKey: async (fileKey) => {
      const { Stanza } = await import('age-encryption');
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt, workFactor), NONCE, {
        authTagLength: TAG_BYTES,
      });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['scrypt', trimEndOf(salt.toString('base64'), '='), String(workFactor)], body)];
    },
  };
}

/** Unwraps the key of a file by a passphrase. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      const [, encodedSalt = '', encodedFactor = ''] = stanza.args;
      const salt = Buffer.from(encodedSalt, 'base64');
      const sound =
        stanzas.length === 1 &&
        stanza.args.length === 3 &&
        salt.length === SALT_BYTES &&
        stanza.body.length === WRAPPED_BYTES &&
        /^[1-9]\d*$/.test(encodedFactor);
      if (!sound) throw new Error('The scrypt stanza is malformed.');
      const workFactor = Number(encodedFactor);
      if (workFactor > LARGEST_WORK_FACTOR) throw tooDear(workFactor);
      return open(stanza.body, await keyOf(passphrase, salt, workFactor));
    },
  };
}

function open(wrapped: Uint8Array, key: Buffer): Uint8Array | null {
  const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
  const fileKey = decipher.update(wrapped.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return fileKey;
  } catch {
    // It is not the right passphrase.
    return null;
  }
}

function keyOf(passphrase: string, salt: Buffer, workFactor: number): Promise<Buffer> {
  const N = 2 ** workFactor;
  const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
  return derive(passphrase, Buffer.concat([LABEL, salt]), 32, { N, r: 8, p: 1, maxmem: 128 * 8 * N + 1024 * 1024 });
}

function tooDear(workFactor: number): SnapkeepError {
  return new SnapkeepError(
    'UNSUPPORTED',
    `Its passphrase has a work factor of ${workFactor}, which needs too much memory.`,
    {
      hint: 'Decrypt it with the age command, and restore the result.',
    },
  );
}
