import { z } from 'zod';
import { AttachedFileName } from '../attached-file.ts';
import { Bytes, FilePath, Instant } from '../values.ts';

const count = z.number().int().nonnegative();

/** A file or folder that a restore would replace, compared with the current one. */
export const FilesTarget = z.object({
  attachedFile: AttachedFileName,
  /** The file or folder in the attached file; empty for all of it. */
  part: z.string(),
  targetPath: FilePath,
  files: count,
  bytes: Bytes,
  /** The current content (here) and that of the snapshot (there); folders count by their content. `null` for an image. */
  comparison: z
    .object({
      onlyHere: count,
      onlyThere: count,
      different: count,
      same: count,
      examples: z.array(z.object({ path: z.string(), how: z.enum(['onlyHere', 'onlyThere', 'different']) })),
    })
    .nullable(),
  /** Undo restores the current content; that of a device is lost. */
  undoable: z.boolean(),
  /** What will not be as it was, or not as it was stored, as sentences. */
  notes: z.array(z.string()),
});
export type FilesTarget = z.infer<typeof FilesTarget>;

/** What a person should know before files are restored, and the value that confirms just that. */
export const FilesCheck = z.object({
  snapshotId: z.uuid(),
  snapshotName: z.string(),
  createdAt: Instant,
  targets: z.array(FilesTarget),
  confirmation: z.string(),
});
export type FilesCheck = z.infer<typeof FilesCheck>;

/** What a restore of files did at one target. */
export const RestoredFiles = z.object({
  attachedFile: AttachedFileName,
  part: z.string(),
  targetPath: FilePath,
  /** Where the previous file is kept, beside it; `null`: there was none. */
  keptPath: FilePath.nullable(),
  /** What a device held is gone. */
  undoable: z.boolean(),
  /** How many entries differed. */
  changed: count,
});
export type RestoredFiles = z.infer<typeof RestoredFiles>;
