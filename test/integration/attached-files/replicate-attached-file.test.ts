import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replicateAttachedFile } from '../../../src-main/core/copies/replicate-attached-file.ts';
import { explainError, isOfSource } from '../../../src-main/core/engine/engine-errors.ts';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';

/** Copies a stored folder on, with something done to it once it has been read and compared with its index. */
async function replicateWhile(kind: 'folders' | 'files alone', act: (stored: string) => void) {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  const second = join(scene.folder, 'second');
  mkdirSync(second);
  const attachedFile: StoredAttachedFile & { storedName: string } = {
    name: 'generated',
    kind: 'folder',
    path: scene.source,
    exclude: [],
    way: 'linked-folder',
    why: '',
    storedName: stored.name,
    compression: 'gz',
    diskBytes: stored.copiedBytes,
    files: stored.facts.files,
    bytes: stored.facts.bytes,
    whole: true,
    problems: [],
    digest: null,
    indexSha256: null,
  };
  let acted = false;
  const context = scene.context({
    progress: (phase) => {
      if (phase === 'verifying' || acted) return;
      acted = true;
      act(stored.path);
    },
  });
  const replicated = replicateAttachedFile(
    {
      runId: scene.request.runId,
      planName: 'app',
      letters: scene.request.letters,
      attachedFile,
      storedPath: stored.path,
      folder: kind === 'folders' ? second : null,
    },
    context,
  );
  return { replicated, second };
}

test.each(['folders', 'files alone'] as const)(
  'a stored folder that loses files while it is copied to where %s can be kept is trouble of the source, and nothing is stored',
  async (kind) => {
    const { replicated, second } = await replicateWhile(kind, (stored) =>
      rmSync(join(stored, 'deep'), { recursive: true }),
    );
    const error = await replicated.then(
      () => undefined,
      (thrown: unknown) => explainError(thrown, 'the copy'),
    );
    expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringContaining('changed while it was copied') });
    expect(error !== undefined && isOfSource(error)).toBe(true);
    expect(readdirSync(second)).toEqual([]);
  },
);

test.each(['folders', 'files alone'] as const)(
  'a stored folder that is left alone is copied to where %s can be kept whole',
  async (kind) => {
    const { replicated, second } = await replicateWhile(kind, (stored) =>
      writeFileSync(join(stored, '..', 'other'), 'x'),
    );
    const { archivePath } = await replicated;
    expect(archivePath === null).toBe(kind === 'folders');
    expect(readdirSync(second).length > 0).toBe(kind === 'folders');
  },
);
