import type { Plan, RestoreTest } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';

/**
 * Returns the restore test of a plan whose encryption is new: unscheduled where no stored copy can be opened here, for it would only fail. What
 * is encrypted for recipients needs the identity of one of them.
 * @param given with the plan
 */
export function restoreTestThatOpens(
  { encryptions }: Pick<CoreContext, 'encryptions'>,
  { encryption, restoreTest }: Pick<Plan, 'encryption' | 'restoreTest'>,
  given: readonly EncryptionSecret[] = [],
): RestoreTest {
  if (encryption?.kind !== 'recipients') return restoreTest;
  const { recipients } = encryption;
  const opens = ({ kind, fingerprint }: EncryptionSecret): boolean =>
    kind === 'identity' && recipients.includes(fingerprint);
  return [...given, ...encryptions.all()].some(opens) ? restoreTest : { ...restoreTest, schedule: { kind: 'manual' } };
}
