import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_SUFFIX } from '../../../../src-shared/model/manifest.ts';
import { sidecarPaths } from '../../engine/files/durable-files.ts';

/** Removes a safety snapshot that nothing has replaced yet. */
export async function discardSafety(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const { wal, journal } = sidecarPaths(path);
  for (const file of [path, `${path}${MANIFEST_SUFFIX}`, wal, journal]) await rm(file, { force: true });
}
