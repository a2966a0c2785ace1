import type { Plan, RestoreTest } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import { opensHere } from '../secrets/encryptions.ts';

/**
 * Returns the restore test of a plan whose encryption is new: unscheduled where no stored copy can be opened here, for it
 * would only fail.
 * @param given with the plan
 */
export function restoreTestThatOpens(
  core: Pick<CoreContext, 'encryptions'>,
  { encryption, restoreTest }: Pick<Plan, 'encryption' | 'restoreTest'>,
  given: readonly EncryptionSecret[] = [],
): RestoreTest {
  return opensHere(core, encryption, given) ? restoreTest : { ...restoreTest, schedule: { kind: 'manual' } };
}
