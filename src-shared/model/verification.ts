import { z } from 'zod';
import { AttachedFileVerification } from './attached-file.ts';
import { Instant, TableRows } from './values.ts';

/**
 * How far a snapshot has been verified: not at all; a copy was read back and found equal to an image whose content was
 * checked while it was stored; a copy was unpacked and checked in full; restored, by a restore test or for real.
 */
export const VerificationLevel = z.enum(['none', 'read-back', 'checked', 'restored']);
export type VerificationLevel = z.infer<typeof VerificationLevel>;

/** The checks of a verification, in the order they are made. `identity`: it is the snapshot that the catalog knows; `archive`: the database was taken from one; `dump`: a SQL dump was read to its end. */
export const CheckName = z.enum([
  'identity',
  'stored-hash',
  'decompress',
  'archive',
  'dump',
  'image-hash',
  'integrity',
  'foreign-keys',
  'manifest',
  'schema',
  'row-counts',
  'attachedFiles',
]);
export type CheckName = z.infer<typeof CheckName>;

/** What a check was made on: the stored copy, or the image it was made of, which was checked while it was stored. */
export const CheckedOn = z.enum(['copy', 'image']);
export type CheckedOn = z.infer<typeof CheckedOn>;

/**
 * One check and how it went. `partial`: passed for all that SQLite can check here. A `warning` does not make the snapshot
 * bad: the copy is faithful. `repairable`: so is this one, and all rows can be read, but what finds them or the list of
 * free pages is out of step. `skipped` says in `detail` why, for example that there is no manifest to compare with.
 */
export const Check = z.object({
  name: CheckName,
  outcome: z.enum(['passed', 'partial', 'warning', 'repairable', 'failed', 'skipped']),
  on: CheckedOn.default('copy'),
  detail: z.string(),
});
export type Check = z.infer<typeof Check>;

/**
 * A part of a database that SQLite cannot check here, which says nothing against it. A `column` is a generated one;
 * `table` is the content of one, `rows` its number of rows.
 */
export const UncheckedPart = z.object({
  what: z.enum(['index', 'column', 'check', 'full-text', 'table', 'foreign-keys', 'rows']),
  /** The index; of a column `TABLE.COLUMN`; of all else the table. */
  name: z.string(),
  /** What it uses that only the database's own program brings, for example `the collation unicase`; `null`: see the reason. */
  uses: z.string().nullable(),
  /** Why, for example `the collation unicase is not available here`. */
  reason: z.string(),
});
export type UncheckedPart = z.infer<typeof UncheckedPart>;

/** Whether the copy is what was stored, by hashes, sizes and all else that is known of it. `unknown`: nothing is known to compare with. */
export const StoredVerdict = z.enum(['same', 'different', 'unknown']);
export type StoredVerdict = z.infer<typeof StoredVerdict>;

/**
 * What SQLite finds in the content. `partial`: no damage in all that it can check here; `repairable`: rows that can all be
 * read, and indexes or free pages that need repair; `unknown`: it was not opened.
 */
export const ContentVerdict = z.enum(['sound', 'partial', 'repairable', 'damaged', 'unknown']);
export type ContentVerdict = z.infer<typeof ContentVerdict>;

/**
 * The result of verifying a snapshot or a bare file: of reading back a copy of an image whose content was checked, or of
 * restoring it to a temporary location and checking everything in it there.
 */
export const Verification = z.object({
  /**
   * Neither verdict is against it. With the level `none` only its stored bytes are verified: nobody here can open it, or
   * its content needs repair.
   */
  valid: z.boolean(),
  stored: StoredVerdict,
  content: ContentVerdict,
  /** What "Verified, except …" names. */
  unchecked: z.array(UncheckedPart),
  level: VerificationLevel,
  at: Instant,
  durationMs: z.number().nonnegative(),
  /** One sentence for people. */
  message: z.string(),
  tables: z.array(TableRows),
  checks: z.array(Check),
  /** Those of the snapshot, if it has any. */
  attachedFiles: z.array(AttachedFileVerification).optional(),
});
export type Verification = z.infer<typeof Verification>;
