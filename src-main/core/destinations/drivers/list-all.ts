import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { cancelledError } from '../../engine/task-context.ts';
import type { Destination, StoredObject } from './destination.ts';

/** The most files that a destination is read with; a listing without an end would fill the memory. */
const MOST_FILES = 100_000;

/**
 * Lists all objects of a destination, page by page.
 * @param folder one below, by its path
 * @throws SnapkeepError as the driver does; `CANCELLED`
 */
export async function* objectsAt(
  driver: Destination,
  signal?: AbortSignal,
  folder?: string,
): AsyncGenerator<StoredObject> {
  let after: string | null = null;
  do {
    const page = await driver.list(after, undefined, folder);
    if (signal?.aborted === true) throw cancelledError();
    yield* page.objects;
    after = page.next;
  } while (after !== null);
}

/** Returns the names of all objects of a destination. @throws SnapkeepError `UNSUPPORTED` when there are too many */
export async function listAll(driver: Destination, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of objectsAt(driver, signal)) {
    names.push(name);
    if (names.length > MOST_FILES) {
      throw new SnapkeepError('UNSUPPORTED', `${driver.label} contains more than ${MOST_FILES} files.`, {
        hint: 'Use a separate folder or prefix for snapshots.',
      });
    }
  }
  return names;
}
