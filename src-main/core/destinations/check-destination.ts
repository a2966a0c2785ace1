import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { askInTime } from './ask-in-time.ts';
import { assertReachable, doesNotAnswer, noteCheck, withDestination } from './destination-access.ts';

/**
 * Asks a destination whether it is available, and waits for the answer only for a limited time.
 * @returns why it is not; `null`: it is. Never rejects
 */
export async function destinationProblem(
  core: CoreContext,
  destination: StoredDestination,
): Promise<SnapkeepError | null> {
  const { id, name } = destination;
  const answer = await askInTime(`check ${core.serviceId} ${id}`, () =>
    withDestination(core, destination, (driver) => assertReachable(core, destination, driver)).then(
      () => null,
      (error: unknown) => explainError(error, name),
    ),
  );
  if (answer !== 'late') return answer;
  const late = doesNotAnswer(name);
  noteCheck(core, id, late);
  return late;
}
