import { z } from 'zod';

/** The formats of encrypted databases that are tried, the likeliest first. */
export const CipherFormat = z.enum([
  'sqlcipher-4',
  'sqlcipher-3',
  'sqlcipher-3-4096',
  'sqlcipher-2',
  'sqlcipher-1',
  'sqlcipher',
  'chacha20',
  'sqleet',
  'aegis',
  'ascon128',
  'aes256cbc',
  'aes128cbc',
  'rc4',
]);
export type CipherFormat = z.infer<typeof CipherFormat>;

/** What a key is known by: a salt and what scrypt makes of the key with it. The key cannot be told from it. */
export const KeyFingerprint = z.string().regex(/^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$/);
export type KeyFingerprint = z.infer<typeof KeyFingerprint>;

/** How a database is encrypted, and with which key. */
export const Encryption = z.object({ format: CipherFormat, key: KeyFingerprint });
export type Encryption = z.infer<typeof Encryption>;

const fromEnvironment = z.strictObject({ environment: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/) });
/** A program with its arguments, or a line for the shell; the first line it prints is the key. */
const fromCommand = z.strictObject({
  command: z.union([z.array(z.string().max(4000)).min(1).max(100), z.string().trim().min(1).max(4000)]),
});

/** A key as it is given: itself, or where the core reads it. */
export const KeyInput = z.union([z.strictObject({ value: z.string().min(1).max(4096) }), fromEnvironment, fromCommand]);
export type KeyInput = z.infer<typeof KeyInput>;

/** Where a plan's key comes from, and by which fingerprint it was last known; never the key. */
export const PlanKey = z.object({
  from: z.union([z.strictObject({ kept: z.literal(true) }), fromEnvironment, fromCommand]),
  fingerprint: KeyFingerprint,
  format: CipherFormat,
});
export type PlanKey = z.infer<typeof PlanKey>;
