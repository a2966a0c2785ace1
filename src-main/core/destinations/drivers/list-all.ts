import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { cancelledError } from '../../engine/task-context.ts';
import type { Destination, StoredObject } from './destination.ts';

/** The most files that a destination is read with; a listing without an end would fill the memory. */
const MOST_FILES = 100_000;
/** The most pages of one listing: a million files, or a server without an end. */
const MOST_PAGES = 1000;

/**
 * Asks for page after page of a listing.
 * @param label what is listed, for the error
 * @param ask answers the page after a token; `null` asks for the first, and is the token after the last
 * @throws SnapkeepError `UNSUPPORTED` for a listing without an end
 */
export async function* pagesOf<Page extends { next: Token | null }, Token>(
  label: string,
  ask: (after: Token | null) => Promise<Page>,
): AsyncGenerator<Page> {
  let after: Token | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page: Page = await ask(after);
    yield page;
    after = page.next;
    if (after === null) return;
  }
  throw containsMore(label, `${MOST_PAGES} pages of files`);
}

/** The error for a destination that cannot be listed to its end. @param than the most with its noun, or what is not possible with more */
export function containsMore(label: string, than: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `${label} contains more than ${than}.`, {
    hint: 'Use a separate folder or prefix for snapshots.',
  });
}

/**
 * Lists all objects of a destination, page by page.
 * @param folder one below, by its path
 * @throws SnapkeepError as the driver does; `UNSUPPORTED` for a listing without an end, `CANCELLED`
 */
export async function* objectsAt(
  driver: Destination,
  signal?: AbortSignal,
  folder?: string,
): AsyncGenerator<StoredObject> {
  for await (const page of pagesOf(driver.label, (after: string | null) => driver.list(after, undefined, folder))) {
    if (signal?.aborted === true) throw cancelledError();
    yield* page.objects;
  }
}

/** Returns the names of all objects of a destination. @throws SnapkeepError `UNSUPPORTED` when there are too many */
export async function listAll(driver: Destination, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of objectsAt(driver, signal)) {
    names.push(name);
    if (names.length > MOST_FILES) throw containsMore(driver.label, `${MOST_FILES} files`);
  }
  return names;
}
