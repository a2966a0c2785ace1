import { z } from 'zod';
import { CompanionVerification } from './companion.ts';
import { Instant, TableRows } from './values.ts';

/** How far a snapshot has been proven: not at all; unpacked and checked in full; restored, by a drill or for real. */
export const ProofLevel = z.enum(['none', 'checked', 'restored']);
export type ProofLevel = z.infer<typeof ProofLevel>;

/** The checks of a verification, in the order they are made. */
export const CheckName = z.enum([
  'stored-hash',
  'decompress',
  'image-hash',
  'integrity',
  'foreign-keys',
  'schema',
  'row-counts',
  'companions',
]);
export type CheckName = z.infer<typeof CheckName>;

/** One check and how it went. A `warning` does not make the snapshot bad: the copy is faithful. `skipped` says in `detail` why, for example that there is no manifest to compare with. */
export const Check = z.object({
  name: CheckName,
  outcome: z.enum(['passed', 'warning', 'failed', 'skipped']),
  detail: z.string(),
});
export type Check = z.infer<typeof Check>;

/** The result of restoring a snapshot or a bare file to a scratch place and looking at everything in it. */
export const Verification = z.object({
  /** No check failed. With the level `none` it is whole but sealed, and nobody here can open it: nothing is proven. */
  valid: z.boolean(),
  level: ProofLevel,
  at: Instant,
  durationMs: z.number().nonnegative(),
  /** One sentence for people. */
  message: z.string(),
  tables: z.array(TableRows),
  checks: z.array(Check),
  /** Those of the snapshot, if it has any. */
  companions: z.array(CompanionVerification).optional(),
});
export type Verification = z.infer<typeof Verification>;
