import { z } from 'zod';

/**
 * How the stored snapshots of a plan are encrypted with age (https://age-encryption.org/v1), so that `age -d` opens
 * them; `null`: not by Snapkeep. The passphrase and the identities that open them are secrets and are not here.
 */
export const SnapshotEncryption = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('passphrase') }),
    z.strictObject({
      kind: z.literal('recipients'),
      recipients: z.array(z.string().trim().min(1).max(4000)).min(1).max(20),
    }),
  ])
  .nullable();
export type SnapshotEncryption = z.infer<typeof SnapshotEncryption>;

/** The secrets of a plan's encryption as they are entered; those left out stay as they are, and none is ever answered. */
export const EncryptionSecretsInput = z.strictObject({
  passphrase: z.string().min(8).max(1024).optional(),
  /** `AGE-SECRET-KEY-1…`: with it, snapshots for recipients can be verified and restored here. */
  identity: z.string().trim().min(1).max(8192).optional(),
});
export type EncryptionSecretsInput = z.infer<typeof EncryptionSecretsInput>;
