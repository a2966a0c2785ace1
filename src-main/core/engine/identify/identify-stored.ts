import { stat } from 'node:fs/promises';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { answerOn } from '../engine-errors.ts';
import { readManifest } from '../files/manifest-files.ts';
import { isRestorable } from './content-words.ts';
import { identifyContent } from './identify-file.ts';
import { repositoryError } from './repository-around.ts';

/** What a file is by its first bytes and by the manifest beside it. */
export interface StoredIdentity {
  content: FileContent;
  sizeBytes: number;
  modifiedAt: string;
  /** `null`: there is none, or it is damaged, which keeps nobody from the file: the check says what is wrong with it. */
  manifest: Manifest | null;
  /** It belongs to the repository of another program: whose, and what to do, in words. */
  repository: string | null;
}

/** Looks at a file of unknown origin. @throws SnapkeepError when it cannot be read, `TOO_NEW` for its manifest */
export async function identifyStored({ path }: { path: string }): Promise<StoredIdentity> {
  const content = await identifyContent(path);
  const { size, mtime } = await stat(path);
  const repository = isRestorable(content) ? null : await repositoryError(path, 'file');
  return {
    content,
    sizeBytes: size,
    modifiedAt: mtime.toISOString(),
    manifest: (await readManifest(path).catch(answerOn(['CORRUPT'], undefined, path))) ?? null,
    repository: repository === null ? null : `${repository.message} ${repository.hint}`,
  };
}
