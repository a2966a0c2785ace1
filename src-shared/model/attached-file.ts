import { z } from 'zod';
import { Bytes, Compression, FilePath, Sha256 } from './values.ts';

/** `file` and `folder` are stored file by file; `image` is a block device or an image file, stored front to back. */
export const AttachedFileKind = z.enum(['folder', 'file', 'image']);
export type AttachedFileKind = z.infer<typeof AttachedFileKind>;

/** What is in the names of its snapshots; without dots, so that names can be taken apart again. */
export const AttachedFileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/)
  .refine((name) => !/^(db|manifest|latest)$/i.test(name));

/** What lies beside a database and belongs to it. */
export const AttachedFile = z.strictObject({
  name: AttachedFileName,
  path: FilePath,
  kind: AttachedFileKind,
  /** Patterns in the manner of `.gitignore`, relative to the folder. */
  exclude: z.array(z.string().trim().min(1).max(500)).max(100).default([]),
});
export type AttachedFile = z.infer<typeof AttachedFile>;

/** Those of a plan. */
export const AttachedFiles = z
  .array(AttachedFile)
  .max(20)
  .refine((all) => new Set(all.map(({ name }) => name.toLowerCase())).size === all.length, {
    message: 'Two attached files have the same name.',
  });

/** Something that is not in a snapshot, and why. */
const Problem = z.object({ path: z.string(), reason: z.string() });

/** What people need to know of an attached file in a snapshot. */
export const SnapshotAttachedFile = z.object({
  name: AttachedFileName,
  kind: AttachedFileKind,
  /** Where it was, and where a restore puts it back. */
  path: FilePath,
  /** How it was stored first; at another destination it may be stored otherwise. */
  way: z.enum(['linked-folder', 'archive', 'image']),
  /** Why this way, as a sentence. */
  why: z.string(),
  files: z.number().int().nonnegative(),
  /** The sizes of its files: what it shows, and what a restore of it needs. */
  bytes: Bytes,
  /** What it added to the disk where it was stored first; unchanged files of a linked folder add nothing. */
  diskBytes: Bytes,
  /** Everything that was to be stored is in it. */
  whole: z.boolean(),
  /** What is not in it, the first of it. An empty path stands for all of it. */
  problems: z.array(Problem),
});
export type SnapshotAttachedFile = z.infer<typeof SnapshotAttachedFile>;

const Digest = z.object({ bytes: Bytes, sha256: Sha256 });

/** An attached file as the manifest of its snapshot at a destination describes it. */
export const StoredAttachedFile = z.object({
  ...SnapshotAttachedFile.shape,
  exclude: z.array(z.string()),
  /** The name of its folder or file, beside the snapshot's file; `null`: it could not be stored. Never a path. */
  storedName: z
    .string()
    .max(255)
    .regex(/^[^./\\\0][^/\\\0]*$/)
    .nullable(),
  compression: Compression,
  /** Of an archive or an image, as it is stored and as it is unpacked; `null` for a folder. */
  digest: z.object({ stored: Digest, image: Digest }).nullable(),
  /** The SHA-256 of the index in a stored folder; `null` for what is no folder. */
  indexSha256: Sha256.nullable(),
});
export type StoredAttachedFile = z.infer<typeof StoredAttachedFile>;

/** What became of an attached file in a verification. */
export const AttachedFileVerification = z.object({
  name: AttachedFileName,
  valid: z.boolean(),
  files: z.number().int().nonnegative(),
  bytes: Bytes,
  message: z.string(),
  /** What is not as it was stored, the first of it. */
  damage: z.array(Problem),
});
export type AttachedFileVerification = z.infer<typeof AttachedFileVerification>;

/** How many problems are written down. */
export const PROBLEMS_KEPT = 100;
