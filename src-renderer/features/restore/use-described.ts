import { useEffect } from 'react';
import type { Result } from '../../../src-shared/contract/methods.ts';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { ReplicaPoint } from '../../../src-shared/model/history/replica.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type {
  Snapshot,
  SnapshotCopy,
  SnapshotOrigin,
  VerificationSummary,
} from '../../../src-shared/model/snapshot.ts';
import type { SourceKind } from '../../../src-shared/model/source.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { useLast } from '../../hooks/use-last.ts';
import { type Loaded, useAnswer, usePlan } from '../../stores/core.ts';

/** The snapshot, point in time or dropped file to restore. */
export interface Described {
  name: string;
  /** `null`: not in a folder of this machine. */
  path: string | null;
  /** The copies it can be restored from; empty for a bare file. */
  stored: SnapshotCopy[];
  message: string;
  restorable: boolean;
  /** The plan whose snapshots can be chosen instead; `null`: none. */
  planId: string | null;
  planName: string | null;
  createdAt: string | null;
  sizeBytes: number;
  imageBytes: number | null;
  tables: TableRows[] | null;
  verification: VerificationSummary | null;
  suggestedTarget: string | null;
  /** `imported`: its source is known from its manifest only. */
  origin: SnapshotOrigin;
  /** Its attached files; empty for a bare file. */
  attachedFiles: SnapshotAttachedFile[];
  sourceKind: SourceKind;
}

/**
 * Returns what is known of a snapshot, a point in time or a file. While another one is fetched, the last one stays.
 * @param onSnapshot the file is the content list of a snapshot, which is restored instead
 */
export function useDescribed(source: RestoreSource, onSnapshot: (source: RestoreSource) => void) {
  const file = useAnswer('files.identify', 'path' in source ? { path: source.path } : null);
  const snapshotId = 'snapshotId' in source ? source.snapshotId : (file.value?.snapshotId ?? null);
  const found = useAnswer('snapshots.get', snapshotId === null ? null : { snapshotId });
  const point = usePoint(source);
  const meant = file.value?.sourceKind === 'files' ? file.value.snapshotId : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the file alone
  useEffect(() => {
    if (meant !== null) onSnapshot({ snapshotId: meant });
  }, [meant]);
  const snapshot = found.value?.snapshot ?? null;
  const other = 'path' in source ? describeFile(file.value, snapshotId, snapshot) : describe(snapshot);
  const current = point === null ? other : point.described;
  const asked = snapshotId === null || file.error !== null ? file : found;
  return { answer: point?.answer ?? asked, described: useLast(current), current };
}

/** What is known of a point in time of a plan or of a replica; `null`: the source is none. */
function usePoint(source: RestoreSource): { answer: Loaded<unknown>; described: Described | null } | null {
  const ofPlan = 'planId' in source ? source : null;
  const ofReplica = 'replica' in source ? source : null;
  const point = useAnswer('history.pointAt', ofPlan);
  const replicaPoint = useAnswer('replicas.pointAt', ofReplica);
  const plan = usePlan(ofPlan?.planId ?? '')?.plan;
  if (ofPlan !== null) return { answer: point, described: describePoint(point.value, plan) };
  if (ofReplica !== null) return { answer: replicaPoint, described: describeReplicaPoint(replicaPoint.value) };
  return null;
}

function describe(snapshot: Snapshot | null): Described | null {
  if (snapshot === null) return null;
  return {
    ...snapshot,
    stored: snapshot.copies.filter(({ state }) => state === 'stored'),
    message: `This is a snapshot of ${snapshot.planName}.`,
    restorable: !snapshot.missing,
    suggestedTarget: snapshot.sourcePath,
  };
}

/** A point has a database alone, which goes back to where it was captured. */
function describePoint(point: Point | null, plan: Plan | undefined): Described | null {
  if (point === null || plan === undefined) return null;
  return {
    ...describedPoint(point),
    planName: plan.name,
    message: `This is a point in the history of ${plan.name}.`,
    tables: point.tables,
    suggestedTarget: plan.sourcePath,
    origin: 'own',
  };
}

/** Where the database of a replica belongs is not in it. */
function describeReplicaPoint(point: ReplicaPoint | null): Described | null {
  if (point === null) return null;
  return {
    ...describedPoint(point),
    planName: null,
    message: 'This is a point of a Litestream replica.',
    tables: null,
    suggestedTarget: null,
    origin: 'imported',
  };
}

const describedPoint = ({ txid, madeAt, bytes }: ReplicaPoint) => ({
  ...{ name: `Point ${txid}`, path: null, stored: [], restorable: true, planId: null },
  ...{ createdAt: madeAt, sizeBytes: bytes, imageBytes: null, verification: null },
  ...{ attachedFiles: [], sourceKind: 'database' as const },
});

function describeFile(
  file: Result<'files.identify'> | null,
  snapshotId: string | null,
  known: Snapshot | null,
): Described | null {
  if (file === null || (snapshotId !== null && (file.sourceKind === 'files' || known === null))) return null;
  const { verification = null, origin = 'imported' } = known ?? {};
  return { ...file, stored: [], planId: null, verification, origin, attachedFiles: [] };
}
