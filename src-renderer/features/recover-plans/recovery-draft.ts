import { type UseFormReturnType, useForm } from '@mantine/form';
import type { PlanRecovery, RecoverablePlan } from '../../../src-shared/model/recovery/recovery.ts';

/** The choices for a plan that was found. */
interface PlanDraft {
  chosen: boolean;
  name: string;
  sourcePath: string;
  /** The snapshots that become the plan's own. */
  snapshotIds: string[];
}

export type RecoveryFormApi = UseFormReturnType<{ plans: PlanDraft[] }>;

/** The form of a recovery: all found plans are chosen, with all their snapshots. */
export const useRecoveryForm = (found: readonly RecoverablePlan[]): RecoveryFormApi =>
  useForm({
    initialValues: {
      plans: found.map(({ name, sourcePath, snapshots }) => ({
        ...{ chosen: true, name, sourcePath },
        snapshotIds: snapshots.map(({ id }) => id),
      })),
    },
  });

/** Returns the chosen plans that have a name and a source. */
export function chosenPlans(found: readonly RecoverablePlan[], drafts: readonly PlanDraft[]): PlanRecovery[] {
  return drafts.flatMap(({ chosen, name, sourcePath, snapshotIds }, index) => {
    const plan = found[index];
    if (plan === undefined || !chosen || name.trim() === '' || sourcePath.trim() === '') return [];
    const { serviceId, planId } = plan;
    const typed = { name: name.trim(), sourcePath: sourcePath.trim(), snapshotIds };
    return [{ serviceId, planId, ...typed, attachedFilePaths: {} }];
  });
}
