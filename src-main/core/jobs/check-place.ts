import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { noteCheck, requireThere, withPlace } from './places.ts';

/** A place that has not answered for so long is unavailable, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Checks that have not ended: a dead share is not asked again before it has answered. */
const pending = new Map<string, Promise<SnapkeepError | null>>();

/**
 * Asks a destination whether it is there, and waits only so long for the answer.
 * @returns why it is not; `null`: it is. Never rejects
 */
export async function checkPlace(core: CoreContext, destination: StoredDestination): Promise<SnapkeepError | null> {
  const { id, name } = destination;
  const key = `${core.serviceId} ${id}`;
  const check =
    pending.get(key) ??
    withPlace(core, destination, (driver) => requireThere(core, destination, driver)).then(
      () => null,
      (error: unknown) => explainError(error, name),
    );
  pending.set(key, check);
  void check.finally(() => pending.delete(key));
  const answer = await withinTime(check);
  if (answer !== 'late') return answer;
  const late = new SnapkeepError('UNAVAILABLE', `${name} does not answer.`, {
    hint: 'Check the disk, share or server, and the network.',
  });
  noteCheck(core, id, late);
  return late;
}

/** Waits for an answer no longer than people would. */
export async function withinTime<T>(answer: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
