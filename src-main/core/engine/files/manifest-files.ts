import { readFile, stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { MANIFEST_FORMAT, MANIFEST_SUFFIX, Manifest, ManifestFormat } from '../../../../src-shared/model/manifest.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { partialPath, publishFile, writeSynced } from './durable-files.ts';
import { removedAtEnd } from './remove-tree.ts';

/** Where the manifest of a snapshot's file is. */
export function manifestPath(snapshotPath: string): string {
  return snapshotPath + MANIFEST_SUFFIX;
}

/**
 * Reads the manifest beside a file; `undefined` when there is none.
 * @throws SnapkeepError `TOO_NEW` for a format of a later version, `CORRUPT` for one that cannot be understood
 */
export async function readManifest(snapshotPath: string): Promise<Manifest | undefined> {
  const path = manifestPath(snapshotPath);
  let text: string;
  try {
    requireManifestSize((await stat(path)).size, path);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw explainError(error, path);
  }
  return parseManifest(text, path);
}

/** No manifest is larger, in bytes; one of a database with a hundred thousand tables has about ten million. */
const LARGEST_MANIFEST = 16 * 1024 * 1024;

/** @throws SnapkeepError `CORRUPT` for a file that is too large to be a manifest */
export function requireManifestSize(bytes: number, name: string): void {
  if (bytes <= LARGEST_MANIFEST) return;
  throw new SnapkeepError('CORRUPT', `${name} is too large for a manifest.`, {
    hint: 'Check that the file is a manifest.',
  });
}

/** @throws SnapkeepError `TOO_NEW`, `CORRUPT` */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
  const format = ManifestFormat.safeParse(value);
  if (!format.success) throw unreadable(path, format.error);
  if (format.data.format > MANIFEST_FORMAT) {
    throw new SnapkeepError(
      'TOO_NEW',
      `${path} was written by a newer version of Snapkeep (manifest format ${format.data.format}).`,
      {
        hint: 'Update Snapkeep to use this snapshot. Without its manifest, in another folder, the file can still be restored.',
      },
    );
  }
  const manifest = Manifest.safeParse(value);
  if (!manifest.success) throw unreadable(path, manifest.error);
  return manifest.data;
}

/** Returns the text of a manifest, which is the same wherever the snapshot is stored. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(Manifest.parse(manifest), null, 2)}\n`;
}

/** Writes a manifest so that it exists completely or not at all, and never over another. */
export async function writeManifest(path: string, manifest: Manifest, runId: string): Promise<void> {
  const partial = partialPath(path, runId);
  await using _partial = removedAtEnd(partial);
  await writeSynced(partial, manifestText(manifest));
  await publishFile(partial, path);
}

function unreadable(path: string, cause: unknown): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${path} is not a valid manifest.`, {
    hint: 'Without the manifest, in another folder, the file can still be verified and restored.',
    cause,
  });
}
