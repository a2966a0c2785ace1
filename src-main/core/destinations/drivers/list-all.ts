import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { cancelledError } from '../../engine/task-context.ts';
import type { Destination } from './destination.ts';

/** The most files that a destination is read with; a listing without an end would fill the memory. */
const MOST_FILES = 100_000;

/** The names of all that is at a destination. @throws SnapkeepError `UNSUPPORTED` when there are too many */
export async function listAll(driver: Destination, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page = await driver.list(after);
    if (signal?.aborted === true) throw cancelledError();
    for (const { name } of page.objects) names.push(name);
    if (names.length > MOST_FILES) {
      throw new SnapkeepError('UNSUPPORTED', `${driver.label} contains more than ${MOST_FILES} files.`, {
        hint: 'Use a separate folder or prefix for snapshots.',
      });
    }
    after = page.next;
  } while (after !== null);
  return names;
}
