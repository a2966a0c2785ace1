import { type UseFormReturnType, useForm } from '@mantine/form';
import type { PlanRecovery, RecoverablePlan } from '../../../src-shared/model/recovery/recovery.ts';

/** The choices for a plan that was found. */
interface PlanDraft {
  chosen: boolean;
  name: string;
  sourcePath: string;
  /** Where the attached files are on this machine, by their position in the plan. */
  filePaths: string[];
  /** The snapshots that become the plan's own. */
  snapshotIds: string[];
}

export type RecoveryFormApi = UseFormReturnType<{ plans: PlanDraft[] }>;

/** The form of a recovery: all found plans are chosen, with all their snapshots. */
export const useRecoveryForm = (found: readonly RecoverablePlan[]): RecoveryFormApi =>
  useForm({
    initialValues: {
      plans: found.map(({ name, sourcePath, attachedFiles, snapshots }) => ({
        ...{ chosen: true, name, sourcePath },
        filePaths: attachedFiles.map(({ path }) => path),
        snapshotIds: snapshots.map(({ id }) => id),
      })),
    },
  });

/** Returns the chosen plans that have a name and a path for everything they back up. */
export function chosenPlans(found: readonly RecoverablePlan[], drafts: readonly PlanDraft[]): PlanRecovery[] {
  return drafts.flatMap(({ chosen, name, sourcePath, filePaths, snapshotIds }, index) => {
    const plan = found[index];
    if (plan === undefined || !chosen) return [];
    const paths = filePaths.map((path) => path.trim());
    // The source of a plan of files is the first of them.
    const source = plan.sourceKind === 'files' ? (paths[0] ?? '') : sourcePath.trim();
    if ([name.trim(), source, ...paths].includes('')) return [];
    const { serviceId, planId, attachedFiles } = plan;
    const moved = attachedFiles.map((file, position) => [file.name, paths[position] ?? file.path]);
    const typed = { name: name.trim(), sourcePath: source, snapshotIds };
    return [{ serviceId, planId, ...typed, attachedFilePaths: Object.fromEntries(moved) }];
  });
}
