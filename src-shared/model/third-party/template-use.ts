import { z } from 'zod';
import { AttachedFiles } from '../attached-file.ts';
import { LockFiles, NamePattern, PlanGroup, RestoreTest, Retention, SchemaVersionQuery } from '../plan.ts';
import { Schedule, TimeZone } from '../schedule.ts';
import { SourceKind } from '../source.ts';
import { BackupMethod, Compression, FilePath } from '../values.ts';

/** A template in a list. */
export const TemplateSummary = z.object({
  id: z.string(),
  name: z.string(),
  purpose: z.string(),
  /** It comes with Snapkeep; otherwise a person has saved it. */
  builtIn: z.boolean(),
  /** What it will do, one sentence after the other. */
  sentences: z.array(z.string()),
});
export type TemplateSummary = z.infer<typeof TemplateSummary>;

/** What a plan made from a template would be, but for what nobody has said yet. */
export const PlanDraft = z.object({
  name: z.string(),
  sourceKind: SourceKind,
  /** `null`: it is at none of its usual locations, so its attached files are not known either. */
  sourcePath: FilePath.nullable(),
  destinationPath: FilePath.nullable(),
  namePattern: NamePattern,
  method: BackupMethod,
  compression: Compression,
  attachedFiles: AttachedFiles,
  group: PlanGroup,
  schedule: Schedule,
  timeZone: TimeZone,
  retention: Retention,
  restoreTest: RestoreTest,
  schemaVersion: SchemaVersionQuery,
  lockFiles: LockFiles,
  /** The program's own variable with the key of the database; `null`: it is not encrypted. */
  keyVariable: z.string().nullable(),
});
export type PlanDraft = z.infer<typeof PlanDraft>;

/** A part of a template on this machine. */
export const AppliedPart = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['database', 'file', 'folder', 'image']),
  optional: z.boolean(),
  /** Where it may be, the likeliest first. */
  locations: z.array(z.object({ path: FilePath, exists: z.boolean() })),
  draft: PlanDraft,
  /** What the plan leaves out because it was not found; one sentence each. */
  leftOut: z.array(z.string()),
});
export type AppliedPart = z.infer<typeof AppliedPart>;

/** A template as it would be used on this machine. */
export const AppliedTemplate = z.object({
  id: z.string(),
  name: z.string(),
  sentences: z.array(z.string()),
  /** How people know the folder it may be given; `null`: it takes none. */
  folder: z.string().nullable(),
  /** Where its snapshots are suggested to go, the likeliest first. */
  destinations: z.array(z.object({ path: FilePath, exists: z.boolean() })),
  parts: z.array(AppliedPart),
});
export type AppliedTemplate = z.infer<typeof AppliedTemplate>;
