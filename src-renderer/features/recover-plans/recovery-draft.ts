import type { PlanRecovery, RecoverablePlan, RecoveryScan } from '../../../src-shared/model/recovery/recovery.ts';

/** A plan that was found, and what is chosen for it. */
export interface PlanDraft {
  key: string;
  found: RecoverablePlan;
  chosen: boolean;
  name: string;
  sourcePath: string;
  /** The snapshots that become the plan's own. */
  snapshotIds: ReadonlySet<string>;
}

/** Returns all found plans, chosen with all their snapshots. */
export function draftsOf({ plans }: RecoveryScan): PlanDraft[] {
  return plans.map((found) => ({
    key: `${found.serviceId} ${found.planId}`,
    found,
    chosen: true,
    name: found.name,
    sourcePath: found.sourcePath,
    snapshotIds: new Set(found.snapshots.map(({ id }) => id)),
  }));
}

/** Returns the chosen plans that have a name and a source. */
export function chosenPlans(drafts: readonly PlanDraft[]): PlanRecovery[] {
  return drafts
    .filter(({ chosen, name, sourcePath }) => chosen && name.trim() !== '' && sourcePath.trim() !== '')
    .map(({ found: { serviceId, planId }, name, sourcePath, snapshotIds }) => ({
      ...{ serviceId, planId, name: name.trim(), sourcePath: sourcePath.trim(), attachedFilePaths: {} },
      snapshotIds: [...snapshotIds],
    }));
}
