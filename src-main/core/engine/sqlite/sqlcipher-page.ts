import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import {
  HashAlgorithm,
  PAGE_SIZES,
  PLAINTEXT_HEADER_SIZES,
  type SqlcipherSettings,
} from '../../../../src-shared/model/database-encryption.ts';
import { hasPlaintextHeader, pageSizeOfDatabase } from '../identify/database-header.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const IV_BYTES = 16;
/** What is deciphered to tell a database from noise: its header and the head of its first table. */
const TOLD_BYTES = 112;
/** What pages without an HMAC, and with one of each algorithm, have at their end, in bytes. */
const RESERVED = { none: 16, sha1: 48, sha256: 48, sha512: 80 } as const;
/** What the salt is mixed with to derive the key of the HMAC, and in how many rounds. */
const HMAC_SALT_MASK = 0x3a;
const HMAC_ROUNDS = 2;

/** How a key of AES comes of what a person gives; `raw`: it is that key. */
export type Derivation = 'raw' | { algorithm: HashAlgorithm; iterations: number };

/** A key as a person gives it, with a salt that may be the one of the database. */
interface SaltedKey {
  readonly text: string;
  /** `null`: the one at the start of the file. */
  readonly salt: string | null;
}

/** The digits of a raw key, with its mark `x'…'` or bare; `null`: it can only be a passphrase. */
export function rawKeyIn(text: string): { key: string; salt: string | null } | null {
  const [, digits] = /^(?:x')?([0-9a-f]{64}(?:[0-9a-f]{32})?)'?$/i.exec(text) ?? [];
  if (digits === undefined || /^x'/i.test(text) !== text.endsWith("'")) return null;
  return { key: digits.slice(0, 64), salt: digits.length > 64 ? digits.slice(64) : null };
}

/**
 * Finds the settings of SQLCipher under which a key opens a first page. One derivation is enough for every page size,
 * HMAC and header: these are only compared.
 * @param start of the file, as many bytes as its largest possible page
 * @returns `null` when it opens under none, or the text is no raw key and is to be used as one
 */
export async function settingsOfPage(
  start: Buffer,
  given: SaltedKey,
  derivation: Derivation,
): Promise<SqlcipherSettings | null> {
  const material = start.length < PAGE_SIZES[0] ? null : await materialOf(start, given, derivation);
  if (material === null) return null;
  const { key, salt } = material;
  const kdfIterations = derivation === 'raw' ? null : derivation.iterations;
  for (const kdfAlgorithm of derivation === 'raw' ? ALGORITHMS : [derivation.algorithm]) {
    const hmacKey = await derive(key, masked(salt), HMAC_ROUNDS, kdfAlgorithm);
    for (const { settings, encryptedFrom } of hasPlaintextHeader(start) ? WITH_HEADER : WITHOUT_HEADER) {
      const found = matchPage(start, key, hmacKey, encryptedFrom);
      if (found !== null) return { ...settings, ...found, kdfIterations, kdfAlgorithm };
    }
  }
  return null;
}

const derive = (from: string | Buffer, salt: Buffer, rounds: number, algorithm: HashAlgorithm): Promise<Buffer> =>
  promisify(pbkdf2)(from, salt, rounds, KEY_BYTES, algorithm);

/** The key of AES and the salt. A salt that stands in the file is the right one, whatever is given. */
async function materialOf(
  start: Buffer,
  { text, salt }: SaltedKey,
  derivation: Derivation,
): Promise<{ key: Buffer; salt: Buffer } | null> {
  const raw = derivation === 'raw' ? rawKeyIn(text) : null;
  if (derivation === 'raw' && raw === null) return null;
  const apart = hasPlaintextHeader(start) ? (salt ?? raw?.salt ?? null) : null;
  const saltBytes = apart === null ? start.subarray(0, SALT_BYTES) : Buffer.from(apart, 'hex');
  if (derivation === 'raw') return { key: Buffer.from(raw?.key ?? '', 'hex'), salt: saltBytes };
  const key = await derive(text, saltBytes, derivation.iterations, derivation.algorithm);
  return { key, salt: saltBytes };
}

/** The likeliest first, which is also what stands for one that is of no account. */
const ALGORITHMS = HashAlgorithm.options.toReversed();

interface Layout {
  settings: Pick<SqlcipherSettings, 'cipher' | 'plaintextHeaderSize'>;
  /** The first byte of the first page that is encrypted. */
  encryptedFrom: number;
}

const WITHOUT_HEADER: readonly Layout[] = [
  { settings: { cipher: 'sqlcipher', plaintextHeaderSize: 0 }, encryptedFrom: SALT_BYTES },
  { settings: { cipher: 'sqlcipher-mc', plaintextHeaderSize: 0 }, encryptedFrom: 24 },
];
const WITH_HEADER: readonly Layout[] = PLAINTEXT_HEADER_SIZES.filter((size) => size > 0).map((size) => ({
  settings: { cipher: 'sqlcipher', plaintextHeaderSize: size },
  encryptedFrom: size,
}));

/** The page size and the HMAC that fit; `null`: none do. */
function matchPage(
  start: Buffer,
  key: Buffer,
  hmacKey: Buffer,
  from: number,
): Pick<SqlcipherSettings, 'pageSize' | 'hmacAlgorithm'> | null {
  for (const pageSize of PAGE_SIZES) {
    if (start.length < pageSize) break;
    const page = start.subarray(0, pageSize);
    for (const hmacAlgorithm of ALGORITHMS)
      if (hasHmac(page, hmacKey, hmacAlgorithm, from)) return { pageSize, hmacAlgorithm };
    if (isDeciphered(page, key, from)) return { pageSize, hmacAlgorithm: null };
  }
  return null;
}

function hasHmac(page: Buffer, hmacKey: Buffer, algorithm: HashAlgorithm, from: number): boolean {
  const end = page.length - RESERVED[algorithm] + IV_BYTES;
  const expected = createHmac(algorithm, hmacKey).update(page.subarray(from, end)).update(FIRST_PAGE).digest();
  return timingSafeEqual(expected, page.subarray(end, end + expected.length));
}

/** The number of the first page, as it goes into its HMAC. */
const FIRST_PAGE = Buffer.from([1, 0, 0, 0]);

/** Whether a page without an HMAC is that of a database under a key. */
function isDeciphered(page: Buffer, key: Buffer, from: number): boolean {
  const ivAt = page.length - RESERVED.none;
  const cipher = createDecipheriv('aes-256-cbc', key, page.subarray(ivAt, ivAt + IV_BYTES)).setAutoPadding(false);
  // Whole blocks.
  const told = from + Math.ceil((TOLD_BYTES - from) / IV_BYTES) * IV_BYTES;
  const plain = Buffer.concat([page.subarray(0, from), cipher.update(page.subarray(from, told))]);
  return pageSizeOfDatabase(plain) === page.length;
}

const masked = (salt: Buffer): Buffer => Buffer.from(salt.map((byte) => byte ^ HMAC_SALT_MASK));
