import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { identifyContent } from './identify-file.ts';
import { readManifest } from './manifest-files.ts';

/** What a file is by its first bytes and by the manifest beside it. */
export interface StoredIdentity {
  content: FileContent;
  sizeBytes: number;
  modifiedAt: string;
  /** `null`: there is none, or it is damaged, which keeps nobody from the file: the check says what is wrong with it. */
  manifest: Manifest | null;
}

/** Looks at a file of unknown origin. @throws SnapkeepError when it cannot be read, `TOO_NEW` for its manifest */
export async function identifyStored({ path }: { path: string }): Promise<StoredIdentity> {
  const content = await identifyContent(path);
  const { size, mtime } = await stat(path);
  return { content, sizeBytes: size, modifiedAt: mtime.toISOString(), manifest: await soundManifest(path) };
}

async function soundManifest(path: string): Promise<Manifest | null> {
  try {
    return (await readManifest(path)) ?? null;
  } catch (error) {
    if (error instanceof SnapkeepError && error.code === 'CORRUPT') return null;
    throw error;
  }
}
