import { buffer } from 'node:stream/consumers';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { absent, type Destination } from '../destinations/drivers/destination.ts';
import { parseManifest, requireManifestSize } from '../engine/files/manifest-files.ts';

/** Reads a manifest at a destination. @throws SnapkeepError `NOT_FOUND`, `TOO_NEW`, `CORRUPT` */
export async function readManifestAt(
  driver: Destination,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const stored = await driver.stat(name);
  if (stored === undefined) throw absent(name, driver.label);
  requireManifestSize(stored.bytes, name);
  // A file that grows meanwhile is read no further.
  const range = stored.bytes === 0 ? undefined : { start: 0, bytes: stored.bytes };
  const data = await buffer(await driver.get(name, range, signal === undefined ? {} : { signal }));
  return parseManifest(data.toString('utf8'), name);
}
