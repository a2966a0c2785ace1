import { z } from 'zod';

export const HashAlgorithm = z.enum(['sha1', 'sha256', 'sha512']);
export type HashAlgorithm = z.infer<typeof HashAlgorithm>;

/** The page sizes SQLite knows, in bytes. */
export const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536] as const;
/** The sizes of a plaintext header, in bytes: whole blocks within the header of a database; `0`: there is none. */
export const PLAINTEXT_HEADER_SIZES = [0, 16, 32, 48, 64, 80, 96] as const;
/** More would take minutes to derive; the most that is in use is about a million. */
export const MAX_KDF_ITERATIONS = 10_000_000;

/** What SQLCipher has to be told besides the key. */
export const SqlcipherSettings = z.strictObject({
  /** `sqlcipher-mc`: as SQLite3 Multiple Ciphers writes it by default, with bytes 16 to 23 of the file readable. */
  cipher: z.enum(['sqlcipher', 'sqlcipher-mc']),
  pageSize: z.literal(PAGE_SIZES),
  /** `null`: the key is raw, and no key is derived from it. */
  kdfIterations: z.number().int().min(1).max(MAX_KDF_ITERATIONS).nullable(),
  kdfAlgorithm: HashAlgorithm,
  /** `null`: pages have no HMAC. */
  hmacAlgorithm: HashAlgorithm.nullable(),
  /** Where it is not zero, the salt stands nowhere in the file and belongs to the key. */
  plaintextHeaderSize: z.literal(PLAINTEXT_HEADER_SIZES),
});
export type SqlcipherSettings = z.infer<typeof SqlcipherSettings>;

/** The other ciphers of SQLite3 Multiple Ciphers, which are known with their defaults alone. */
export const OtherCipher = z.enum(['chacha20', 'sqleet', 'aegis', 'ascon128', 'aes256cbc', 'aes128cbc', 'rc4']);
export type OtherCipher = z.infer<typeof OtherCipher>;

/** All that has to be known besides the key to open an encrypted database. None of it is secret. */
export const CipherSettings = z.discriminatedUnion('cipher', [
  SqlcipherSettings,
  z.strictObject({ cipher: OtherCipher, rawKey: z.boolean() }),
]);
export type CipherSettings = z.infer<typeof CipherSettings>;

/** The salt of a database with a plaintext header: 16 bytes in hexadecimal digits. */
export const CipherSalt = z.string().regex(/^[0-9a-f]{32}$/i);

/** What a key is known by: a salt and what scrypt makes of the key with it. The key cannot be told from it. */
export const KeyFingerprint = z.string().regex(/^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$/);
export type KeyFingerprint = z.infer<typeof KeyFingerprint>;

/** How a database is encrypted, and with which key. */
export const DatabaseEncryption = z.object({ settings: CipherSettings, key: KeyFingerprint });
export type DatabaseEncryption = z.infer<typeof DatabaseEncryption>;

const fromEnvironment = z.strictObject({ environment: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/) });
/** A program with its arguments, or a line for the shell; the first line it prints is the key. */
const fromCommand = z.strictObject({
  command: z.union([z.array(z.string().max(4000)).min(1).max(100), z.string().trim().min(1).max(4000)]),
});
/** What may be given with a key; without it the settings are found out, and a salt is taken from the file or a raw key. */
const custom = { settings: z.optional(SqlcipherSettings), salt: z.optional(CipherSalt) };

/** A key as it is given: itself, or where the core reads it. */
export const KeyInput = z.union([
  z.strictObject({ value: z.string().min(1).max(4096), ...custom }),
  fromEnvironment.extend(custom),
  fromCommand.extend(custom),
]);
export type KeyInput = z.infer<typeof KeyInput>;

/** Where a plan's key comes from, and by which fingerprint it was last known; never the key. */
export const PlanKey = z.object({
  from: z.union([z.strictObject({ kept: z.literal(true) }), fromEnvironment, fromCommand]),
  fingerprint: KeyFingerprint,
  settings: CipherSettings,
});
export type PlanKey = z.infer<typeof PlanKey>;
