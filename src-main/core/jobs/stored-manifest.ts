import { buffer } from 'node:stream/consumers';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Destination } from '../destinations/destination.ts';
import { parseManifest } from '../engine/manifest-files.ts';

/** No manifest is larger, in bytes; one of a database with a hundred thousand tables has about ten million. */
const LARGEST_MANIFEST = 64 * 1024 * 1024;

/** Reads a manifest at a destination. @throws SnapkeepError `NOT_FOUND`, `TOO_NEW`, `CORRUPT` */
export async function readManifestAt(
  driver: Destination,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const stored = await driver.stat(name);
  if (stored !== undefined && stored.bytes > LARGEST_MANIFEST) {
    throw new SnapkeepError('CORRUPT', `${name} is too large for a manifest.`, { hint: 'Look at what it is.' });
  }
  const data = await buffer(await driver.get(name, undefined, signal === undefined ? {} : { signal }));
  return parseManifest(data.toString('utf8'), name);
}
