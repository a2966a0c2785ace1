import { z } from 'zod';
import { TableChange } from './restore/restore.ts';
import { SourceDescription } from './source.ts';
import { Instant } from './values.ts';

/** A database beside the newest snapshot of a plan, before it becomes the source of that plan. */
export const SourceComparison = z.object({
  source: SourceDescription,
  /** `null`: the plan has no snapshot yet. */
  snapshot: z.object({ name: z.string(), createdAt: Instant }).nullable(),
  /** Whether it looks like the database of the snapshot; `null`: there is no snapshot, or the database is locked. */
  same: z.boolean().nullable(),
  /** Why it looks like another one, one sentence each. */
  differences: z.array(z.string()),
  /** The rows of each table in the snapshot (`now`) and in the database (`after`). */
  tables: z.array(TableChange),
});
export type SourceComparison = z.infer<typeof SourceComparison>;
