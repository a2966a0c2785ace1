import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyFingerprint } from '../../../src-shared/model/database-encryption.ts';

/** As dear to guess at as a key of SQLCipher is. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

const derive = (text: string, salt: Buffer): Promise<Buffer> =>
  promisify<string, Buffer, number, typeof SCRYPT, Buffer>(scrypt)(text, salt, 32, SCRYPT);

/** What a key or a passphrase is known by. @param like a fingerprint whose salt is taken; without it a new one */
export async function fingerprintOfKey(text: string, like?: KeyFingerprint): Promise<KeyFingerprint> {
  const salt = like === undefined ? randomBytes(16) : Buffer.from(like.slice('scrypt:'.length, -65), 'hex');
  const hash = await derive(text, salt);
  return `scrypt:${salt.toString('hex')}:${hash.toString('hex')}`;
}

/** Whether two secrets are the same, without telling by the time it takes where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
