import { z } from 'zod';
import { FilePath, Instant } from '../values.ts';

/** What a person needs when Snapkeep and this machine are gone: what is stored where, and how to open it manually. */
export const RecoveryKit = z.object({
  /** The whole kit as text. */
  text: z.string(),
  /** The same as a page to print; it needs nothing from anywhere. */
  html: z.string(),
  /** Names for the two files. */
  names: z.object({ text: z.string(), html: z.string() }),
  /** Changes when what the kit says changes, and not with the time. */
  digest: z.string(),
});
export type RecoveryKit = z.infer<typeof RecoveryKit>;

/** What is remembered of the kit that was saved last. */
export const SavedRecoveryKit = z.object({ digest: z.string(), savedAt: Instant, folder: FilePath.nullable() });
export type SavedRecoveryKit = z.infer<typeof SavedRecoveryKit>;

/** `none`: there is nothing to recover yet. `outdated`: what was saved no longer says what is true. */
export const RecoveryKitState = z.object({
  state: z.enum(['none', 'unsaved', 'outdated', 'saved']),
  savedAt: Instant.nullable(),
  /** Where it was last saved; `null`: printed, or not saved. */
  folder: FilePath.nullable(),
});
export type RecoveryKitState = z.infer<typeof RecoveryKitState>;
