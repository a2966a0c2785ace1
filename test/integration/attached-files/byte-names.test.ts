import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { storeAttachedFile } from '../../../src-main/core/backup/store-attached-file.ts';
import { putBackFolder } from '../../../src-main/core/engine/attached-files/folder/folder-swap.ts';
import { restoreFolder } from '../../../src-main/core/engine/attached-files/folder/restore-folder.ts';
import { verifyFolder } from '../../../src-main/core/engine/attached-files/folder/verify-folder.ts';
import { type StoredFolder, verifyArchive } from '../../../src-main/core/engine/attached-files/stage-snapshot.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';

const RUN = 'beef0000-0000-4000-8000-000000000000';
/** As the text of a snapshot's index has it: “caf”, and “é” in Latin-1. */
const CAFE = 'caf\udce9';

let scene: AttachedFileScene;

/** Two names that Node shows as the third one, which is another file's, and a folder and links of such names. */
beforeEach(() => {
  scene = new AttachedFileScene({ 'bad\ufffd': 'good', 'left.tmp': 'x', ünï: 'utf-8' });
  const at = (...name: Array<string | number>) =>
    Buffer.concat(
      [`${scene.source}/`, ...name].map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
    );
  writeFileSync(at('bad', 0xff), 'x');
  writeFileSync(at('bad', 0xfe), 'yy');
  writeFileSync(at(0xe9, '.tmp'), 'left out on purpose');
  mkdirSync(at('caf', 0xe9));
  writeFileSync(at('caf', 0xe9, '/in ', 0xff, ' it'), 'zzz');
  symlinkSync(Buffer.from([0x63, 0xe9]), join(scene.source, 'link'));
});

/** Everything in a folder with its names as bytes, and what is in its files. */
function bytesIn(folder: string): string {
  const found = 'find . -mindepth 1 ! -name ".*" -printf "%P %y %l\\n" | LC_ALL=C sort';
  const contents = 'find . -type f ! -name ".*" -exec cat {} + | LC_ALL=C fold -w 1 | sort | tr -d "\\n"';
  return execFileSync('sh', ['-c', `${found}; ${contents}`], { cwd: folder, encoding: 'latin1' });
}

const expected = (): string =>
  bytesIn(scene.source)
    .split('\n')
    .filter((line) => !line.includes('.tmp'))
    .slice(0, -1)
    .join('\n');

const names = (folder: string): string => bytesIn(folder).split('\n').slice(0, -1).join('\n');

const restore = (stored: StoredFolder, targetFolder: string, part = '') =>
  restoreFolder({ runId: RUN, stored, part, targetFolder }, scene.context(), async () => {});

describe.skipIf(process.platform !== 'linux')('names that are not UTF-8 are kept as bytes', () => {
  test('in a dated folder, which is complete, verified, and shared by the next one', async () => {
    const first = await scene.take({ exclude: ['*.tmp'] });
    expect(first.facts).toMatchObject({ whole: true, problems: [], files: 5, folders: 1, links: 1 });
    expect(names(first.path)).toBe(expected());
    expect((await verifyFolder(first.path, scene.context())).damage).toEqual([]);
    const second = await scene.take({ exclude: ['*.tmp'] });
    expect(second).toMatchObject({ linkedFiles: 5, copiedFiles: 0 });
    expect(names(second.path)).toBe(expected());
    execFileSync('sh', ['-c', 'printf changed > "$(printf "%s/caf\\351/in \\377 it" "$1")"', '', second.path]);
    expect((await verifyFolder(second.path, scene.context())).damage).toMatchObject([{ path: `${CAFE}/in \udcff it` }]);
  });

  test('restored whole or in part, and undone', async () => {
    const { path } = await scene.take({ exclude: ['*.tmp'] });
    const back = join(scene.folder, 'back');
    await restore({ kind: 'folder', path }, back);
    expect(names(back)).toBe(expected());
    const part = `${CAFE}/in \udcff it`;
    execFileSync('sh', ['-c', 'rm -r "$(printf "%s/caf\\351" "$1")"', '', back]);
    const { undoRecord, comparison } = await restore({ kind: 'folder', path }, back, part);
    expect(comparison).toMatchObject({ onlyThere: 1, same: 0 });
    expect(names(back)).toBe(expected());
    await putBackFolder(undoRecord, RUN.replace('beef', 'cafe'), async () => {});
    expect(names(back)).not.toContain('it f');
    await restore({ kind: 'folder', path }, back, CAFE);
    expect((await restore({ kind: 'folder', path }, back)).comparison).toMatchObject({ different: 0, onlyThere: 0 });
    expect(names(back)).toBe(expected());
  });

  test('in an archive, for any tar and for a restore', async () => {
    const stored = await storeAttachedFile(
      { ...scene.request, exclude: ['*.tmp'], compression: 'none', encryptor: null, asArchive: 'asked for' },
      scene.context(),
    );
    if (stored.way !== 'archive') throw new Error('It was not stored as an archive.');
    expect(stored.facts).toMatchObject({ whole: true, files: 5 });
    const known = { kind: 'archive' as const, path: stored.path, sha256: stored.digest.stored.sha256 };
    expect((await verifyArchive(known, scene.context())).entries.has(CAFE)).toBe(true);
    const back = join(scene.folder, 'back');
    await restore(known, back);
    expect(names(back)).toBe(expected());

    const unpacked = join(scene.folder, 'unpacked');
    mkdirSync(unpacked);
    const untar = 'tar -xf "$1" -C "$2" --strip-components=1 2>&1';
    expect(execFileSync('sh', ['-c', untar, '', stored.path, unpacked], { encoding: 'utf8' })).toBe('');
    expect(names(unpacked)).toBe(expected());
  });
});
