import { z } from 'zod';
import { AttachedFile } from '../attached-file.ts';
import { RecordedPlanSettings, SnapshotTrigger } from '../manifest.ts';
import { ScanOutcome } from '../run.ts';
import { SourceKind } from '../source.ts';
import { Bytes, FilePath, Instant, Name } from '../values.ts';

/** A snapshot at a destination as its manifest describes it, whether the catalog knows it or not. */
export const DescribedSnapshot = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: Instant,
  sizeBytes: Bytes,
  planName: z.string(),
  sourcePath: FilePath,
  trigger: SnapshotTrigger,
  /** How the catalog lists it; `null`: it does not. */
  listedAs: z.enum(['own', 'imported']).nullable(),
});
export type DescribedSnapshot = z.infer<typeof DescribedSnapshot>;

/** A plan of another service, or of a lost catalog, as far as the newest manifest of its snapshots tells. */
export const RecoverablePlan = z.object({
  /** The service whose plan it was, and its id there. */
  serviceId: z.uuid(),
  planId: z.uuid(),
  name: z.string(),
  sourceKind: SourceKind,
  sourcePath: FilePath,
  /** Whether there is such a file or folder on this machine now. */
  sourceExists: z.boolean(),
  attachedFiles: z.array(AttachedFile),
  /** `null`: the manifest does not tell; the recovered plan then has no schedule and keeps everything. */
  settings: RecordedPlanSettings.nullable(),
  /** The newest first. */
  snapshots: z.array(DescribedSnapshot),
});
export type RecoverablePlan = z.infer<typeof RecoverablePlan>;

/** What the manifests at a destination tell. Nothing of it is in the catalog by that. */
export const RecoveryScan = z.object({
  /** The location as sentences name it. */
  location: z.string(),
  plans: z.array(RecoverablePlan),
  /** All of them, the newest first. */
  snapshots: z.array(DescribedSnapshot),
  problems: ScanOutcome.shape.problems,
});
export type RecoveryScan = z.infer<typeof RecoveryScan>;

/** A plan that a person recovers: what it is called and where its source is now, and the snapshots that become its own. */
export const PlanRecovery = z.strictObject({
  serviceId: z.uuid(),
  planId: z.uuid(),
  name: Name,
  sourcePath: FilePath,
  /** Where attached files are now, by their names; those that are not named stay where they were. */
  attachedFilePaths: z.record(z.string(), FilePath).default({}),
  snapshotIds: z.array(z.uuid()),
});
export type PlanRecovery = z.infer<typeof PlanRecovery>;
