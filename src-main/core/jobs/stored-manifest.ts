import { buffer } from 'node:stream/consumers';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Destination } from '../destinations/destination.ts';
import { parseManifest, requireManifestSize } from '../engine/manifest-files.ts';

/** Reads a manifest at a destination. @throws SnapkeepError `NOT_FOUND`, `TOO_NEW`, `CORRUPT` */
export async function readManifestAt(
  driver: Destination,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const stored = await driver.stat(name);
  if (stored !== undefined) requireManifestSize(stored.bytes, name);
  const data = await buffer(await driver.get(name, undefined, signal === undefined ? {} : { signal }));
  return parseManifest(data.toString('utf8'), name);
}
