import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareFolder } from '../../../src-main/core/engine/attached-files/folder/compare-folder.ts';
import type { CopiedFolder } from '../../../src-main/core/engine/attached-files/folder/copy-folder.ts';
import { readIndex } from '../../../src-main/core/engine/attached-files/folder/folder-index.ts';
import {
  discardUndoRecord,
  keptPathFor,
  putBackFolder,
  takeBack,
} from '../../../src-main/core/engine/attached-files/folder/folder-swap.ts';
import { restoreFolder } from '../../../src-main/core/engine/attached-files/folder/restore-folder.ts';
import { verifyFolder } from '../../../src-main/core/engine/attached-files/folder/verify-folder.ts';
import { cancelledError } from '../../../src-main/core/engine/task-context.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { readTree, writeOld } from '../../support/trees.ts';

const RUN = 'beef0000-0000-4000-8000-000000000000';

function restore(scene: AttachedFileScene, { path }: CopiedFolder, part = '', targetFolder = scene.source) {
  return restoreFolder(
    { runId: RUN, stored: { kind: 'folder', path }, part, targetFolder },
    scene.context(),
    async () => {},
  );
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** Damages a stored file in place and keeps its size. */
function damage(path: string): void {
  const content = readFileSync(path);
  writeFileSync(path, content.fill(0x21));
}

test('folders on the way to a part get the modes they had, and vanish again where it cannot be restored', async () => {
  const scene = new AttachedFileScene();
  chmodSync(join(scene.source, 'deep'), 0o500);
  const stored = await scene.take();
  chmodSync(join(scene.source, 'deep'), 0o700);
  rmSync(scene.source, { recursive: true });
  await restore(scene, stored, 'deep/er/c.wav');
  expect(modeOf(join(scene.source, 'deep'))).toBe(0o500);
  expect(readFileSync(join(scene.source, 'deep/er/c.wav'), 'utf8')).toBe('third');

  chmodSync(join(scene.source, 'deep'), 0o700);
  rmSync(scene.source, { recursive: true });
  chmodSync(join(stored.path, 'deep'), 0o700);
  damage(join(stored.path, 'deep/er/c.wav'));
  await expect(restore(scene, stored, 'deep/er/c.wav')).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(existsSync(scene.source)).toBe(false);
});

test('a whole folder comes back as it was; what was there is kept, and Undo puts it back', async () => {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  const before = readTree(scene.source);
  writeOld(join(scene.source, 'a.wav'), 'changed');
  unlinkSync(join(scene.source, 'b.wav'));
  writeOld(join(scene.source, 'new.wav'), 'new');
  const changed = readTree(scene.source);
  const { comparison, undoRecord } = await restore(scene, stored);
  expect(comparison).toMatchObject({ onlyHere: 1, onlyThere: 1, different: 1, same: 1 });
  expect(readTree(scene.source)).toEqual(before);
  const undone = await putBackFolder(undoRecord, RUN.replace('beef', 'cafe'), async () => {});
  expect(readTree(scene.source)).toEqual(changed);
  const redone = await putBackFolder(undone, RUN.replace('beef', 'f00d'), async () => {});
  expect(readTree(scene.source)).toEqual(before);
  await discardUndoRecord(redone);
  expect(readdirSync(scene.folder).sort()).toEqual(['backups', 'generated', 'staging']);
});

test('what is restored shares nothing with the snapshot, and is unchanged for the next one', async () => {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  await restore(scene, stored);
  expect(lstatSync(join(scene.source, 'a.wav')).nlink).toBe(1);
  expect(await scene.take()).toMatchObject({ linkedFiles: 3, copiedFiles: 0 });
});

test('a folder that is not there is made, and Undo takes it away', async () => {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  const elsewhere = join(scene.folder, 'elsewhere');
  const { undoRecord, comparison } = await restore(scene, stored, '', elsewhere);
  expect(comparison).toMatchObject({ onlyHere: 0, onlyThere: 6, different: 0, same: 0 });
  expect(readTree(elsewhere)).toEqual(readTree(scene.source));
  await discardUndoRecord(await putBackFolder(undoRecord, RUN, async () => {}));
  expect(existsSync(elsewhere)).toBe(false);
});

test('a single file, or a folder in it, comes back to its place alone', async () => {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  const before = readTree(scene.source);
  writeOld(join(scene.source, 'a.wav'), 'stays changed');
  rmSync(join(scene.source, 'deep'), { recursive: true });
  const file = await restore(scene, stored, 'deep/er/c.wav');
  expect(file.comparison).toMatchObject({ onlyThere: 1, same: 0 });
  expect(readFileSync(join(scene.source, 'deep/er/c.wav'), 'utf8')).toBe('third');
  writeOld(join(scene.source, 'deep/er/c.wav'), 'other');
  const folder = await restore(scene, stored, 'deep');
  expect(folder.comparison).toMatchObject({ different: 1, onlyHere: 0, onlyThere: 0 });
  const after = readTree(scene.source);
  for (const path of ['deep', 'deep/er', 'deep/er/c.wav', 'b.wav']) expect(after[path]).toBe(before[path]);
  expect(after['a.wav']).toContain('stays changed');
  await expect(restore(scene, stored, 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const part of ['../x', '/deep', 'deep/', 'deep//er', '.'])
    await expect(restore(scene, stored, part)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
});

test('nothing is restored through a link', async () => {
  const scene = new AttachedFileScene();
  const stored = await scene.take();
  const outside = join(scene.folder, 'outside');
  renameSync(join(scene.source, 'deep'), outside);
  symlinkSync(outside, join(scene.source, 'deep'));
  const before = readTree(outside);
  await expect(restore(scene, stored, 'deep/er/c.wav')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  await expect(restore(scene, stored, 'deep')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  const link = join(scene.folder, 'link');
  symlinkSync(outside, link);
  await expect(restore(scene, stored, '', link)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  expect(readTree(outside)).toEqual(before);
});

test('a damaged file is found in each snapshot that shares it, and nothing of it is restored', async () => {
  const scene = new AttachedFileScene();
  const [first, second] = [await scene.take(), await scene.take()];
  damage(join(first.path, 'b.wav'));
  for (const { path } of [first, second]) {
    const { damage: found } = await verifyFolder(path, scene.context());
    expect(found).toEqual([{ path: 'b.wav', reason: 'has changed content' }]);
  }
  const before = readTree(scene.source);
  await expect(restore(scene, second)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringContaining('b.wav'),
  });
  expect(readTree(scene.source)).toEqual(before);
  expect(readdirSync(scene.folder).sort()).toEqual(['backups', 'generated', 'staging']);
  await restore(scene, second, 'a.wav');
});

test('a verification finds what is missing, added, cut off, or of another kind', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first', 'b.wav': 'second', 'c.wav': 'third', link: '→ a.wav' });
  const { path } = await scene.take();
  unlinkSync(join(path, 'a.wav'));
  writeFileSync(join(path, 'b.wav'), 'cut');
  unlinkSync(join(path, 'c.wav'));
  mkdirSync(join(path, 'c.wav'));
  writeFileSync(join(path, 'd.wav'), 'added');
  unlinkSync(join(path, 'link'));
  symlinkSync('d.wav', join(path, 'link'));
  const { damage: found } = await verifyFolder(path, scene.context());
  expect(found.map(({ path: at, reason }) => `${at} ${reason}`)).toEqual([
    'a.wav is missing',
    'b.wav has 3 bytes and had 6',
    'c.wav is a folder and was a file',
    'd.wav is not in the index',
    'link points to another target',
  ]);
  const index = join(path, '.snapkeep-index.jsonl');
  const text = readFileSync(index, 'utf8');
  for (const broken of [text.slice(0, -20), text.replace('"b.wav"', '"e.wav"'), '', `${text}\n`]) {
    writeFileSync(index, broken);
    await expect(verifyFolder(path, scene.context())).rejects.toMatchObject({ code: 'CORRUPT' });
  }
  writeFileSync(index, text.replace('"format":1', '"format":2'));
  await expect(verifyFolder(path, scene.context())).rejects.toMatchObject({ code: 'TOO_NEW' });
});

test('a crash between the two renames is put right', async () => {
  const scene = new AttachedFileScene();
  const before = readTree(scene.source);
  const exchange = { targetPath: scene.source, keptPath: keptPathFor(scene.source, RUN), arriving: null };
  renameSync(scene.source, exchange.keptPath);
  expect(await takeBack(exchange)).toBe('taken back');
  expect(readTree(scene.source)).toEqual(before);
  expect(await takeBack(exchange)).toBe('nothing');
});

test('what has come into the place of a file meanwhile stays', async () => {
  const scene = new AttachedFileScene();
  const exchange = { targetPath: scene.source, keptPath: keptPathFor(scene.source, RUN), arriving: null };
  renameSync(scene.source, exchange.keptPath);
  mkdirSync(scene.source);
  expect(await takeBack(exchange)).toBe('blocked');
  expect(readdirSync(scene.source)).toEqual([]);
});

test('a cancelled restore changes nothing', async () => {
  const scene = new AttachedFileScene();
  const { path } = await scene.take();
  writeOld(join(scene.source, 'a.wav'), 'changed');
  const before = readTree(scene.source);
  for (let most = 0; most < 12; most += 3) {
    let looks = 0;
    const throwIfCancelled = (): void => {
      if (looks++ >= most) throw cancelledError();
    };
    const request = { runId: RUN, stored: { kind: 'folder', path } as const, part: '', targetFolder: scene.source };
    await expect(restoreFolder(request, scene.context({ throwIfCancelled }), async () => {})).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(readTree(scene.source)).toEqual(before);
    expect(readdirSync(scene.folder).sort()).toEqual(['backups', 'generated', 'staging']);
  }
});

test('what no restore has kept is not removed', async () => {
  const scene = new AttachedFileScene();
  for (const keptPath of [
    scene.source,
    join(scene.destination, '.generated.beef0000.kept'),
    join(scene.folder, '.x.beef0000.kept'),
  ])
    await expect(discardUndoRecord({ targetPath: scene.source, keptPath })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  expect(existsSync(scene.source)).toBe(true);
});

test('a folder is compared with a snapshot by sizes and times', async () => {
  const scene = new AttachedFileScene({ same: 'same', touched: 'same', longer: 'one', gone: 'x', link: '→ a' });
  const { path } = await scene.take();
  const { entries } = await readIndex(path);
  const { atime, mtime } = statSync(join(scene.source, 'longer'));
  writeOld(join(scene.source, 'touched'), 'same');
  writeFileSync(join(scene.source, 'longer'), 'three');
  utimesSync(join(scene.source, 'longer'), atime, mtime);
  unlinkSync(join(scene.source, 'gone'));
  expect(await compareFolder({ folder: scene.source, entries }, scene.context())).toEqual({
    ...{ onlyHere: 0, onlyThere: 1, different: 2, same: 2 },
    examples: [
      { path: 'gone', how: 'onlyThere' },
      { path: 'longer', how: 'different' },
      { path: 'touched', how: 'different' },
    ],
  });
});
