import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { storeAttachedFile } from '../../../src-main/core/backup/store-attached-file.ts';
import { archiveFolder } from '../../../src-main/core/engine/attached-files/archive/archive-folder.ts';
import { whyNoLinks } from '../../../src-main/core/engine/attached-files/folder/link-ability.ts';
import { restoreFolder } from '../../../src-main/core/engine/attached-files/folder/restore-folder.ts';
import {
  type StoredArchive,
  type StoredFolder,
  verifyArchive,
} from '../../../src-main/core/engine/attached-files/stage-snapshot.ts';
import { systemCalls } from '../../../src-main/core/engine/attached-files/system-calls.ts';
import { cancelledError } from '../../../src-main/core/engine/task-context.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { readTree, type Tree } from '../../support/trees.ts';

const RUN = 'beef0000-0000-4000-8000-000000000000';
const long = 'a name that is long '.repeat(10);

const everything: Tree = {
  'a.wav': 'first',
  none: '',
  'deep/er/c.wav': 'third',
  empty: null,
  link: '→ a.wav',
  out: '→ /etc/passwd',
  'ünï\ncode': 'odd',
  '-rf': 'dash',
  [`${long}/${long}/x`]: 'long',
  [`to ${long}`]: `→ ${long}/${long}/x`,
};

/** A disk that knows no hard links. */
function poorCalls() {
  return { ...systemCalls(), link: () => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' })) };
}

async function takeArchive(scene: AttachedFileScene, compression: Compression, more = {}) {
  const stored = await storeAttachedFile(
    { ...scene.request, compression, encryptor: null, asArchive: null, ...more },
    scene.context(),
    poorCalls(),
  );
  if (stored.way !== 'archive') throw new Error('It was not stored as an archive.');
  const known: StoredArchive = { kind: 'archive', path: stored.path, sha256: stored.digest.stored.sha256 };
  return { ...stored, known, unknown: { ...known, sha256: null } };
}

function restore(scene: AttachedFileScene, stored: StoredFolder, part = '', targetFolder = join(scene.folder, 'back')) {
  return restoreFolder({ runId: RUN, stored, part, targetFolder }, scene.context(), async () => {});
}

test('where links can be had, a dated folder is stored, and it says so', async () => {
  const scene = new AttachedFileScene();
  const stored = await storeAttachedFile(
    { ...scene.request, compression: 'zst', encryptor: null, asArchive: null },
    scene.context(),
  );
  expect(stored).toMatchObject({ way: 'linked-folder', why: expect.stringContaining('hard links'), copiedFiles: 3 });
});

test.each(['link', 'symlink'] as const)(
  'where no %s can be had, an archive is stored, and it says why',
  async (call) => {
    const scene = new AttachedFileScene();
    for (const code of ['EPERM', 'ENOTSUP', 'EMLINK', 'EXDEV', 'ENOSYS']) {
      const calls = { ...systemCalls(), [call]: () => Promise.reject(Object.assign(new Error(code), { code })) };
      expect(await whyNoLinks(scene.destination, 'generated', RUN, calls)).toMatch(/links/);
    }
    const calls = { ...systemCalls(), [call]: () => Promise.reject(Object.assign(new Error('disk'), { code: 'EIO' })) };
    await expect(whyNoLinks(scene.destination, 'generated', RUN, calls)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(readdirSync(scene.destination)).toEqual([]);
  },
);

test.each([
  ['gz', '.tar.gz', 'gunzip -c'],
  ['zst', '.tar.zst', 'zstd -dc'],
  ['none', '.tar', 'cat'],
] as const)('any tar reads what is stored as %s', async (compression, extension, unpack) => {
  const scene = new AttachedFileScene(everything);
  const { path, name, facts, why } = await takeArchive(scene, compression);
  expect(path).toBe(join(scene.destination, `generated-2026-01-01-030000-k3f9qa${extension}`));
  expect(why).toContain('does not support hard links');
  expect(facts).toMatchObject({ whole: true, files: 6, links: 3 });
  const plain = join(scene.folder, 'plain');
  mkdirSync(plain);
  execFileSync('sh', ['-c', `${unpack} "$0" | tar -xf - -C "$1"`, path, plain], { stdio: ['ignore', 'pipe', 'pipe'] });
  expect(readTree(join(plain, name))).toEqual(readTree(scene.source));
  expect(readdirSync(scene.destination)).toEqual([`${name}${extension}`]);
});

test.each(['gz', 'zst', 'none'] as const)('an archive of %s is restored, whole and in part', async (compression) => {
  const scene = new AttachedFileScene(everything);
  const { known } = await takeArchive(scene, compression);
  await restore(scene, known);
  expect(readTree(join(scene.folder, 'back'))).toEqual(readTree(scene.source));
  await restore(scene, known, 'deep', join(scene.folder, 'folder'));
  await restore(scene, known, 'deep/er/c.wav', join(scene.folder, 'file'));
  for (const place of ['folder', 'file'])
    expect(readFileSync(join(scene.folder, place, 'deep/er/c.wav'), 'utf8')).toBe('third');
  expect((await verifyArchive(known, scene.context())).entries.size).toBe(15);
});

test('large files go through the staging folder, and nothing stays there', async () => {
  const scene = new AttachedFileScene({ small: 'small' });
  const content = Buffer.alloc(20 * 1024 * 1024, 'large files take more than one piece');
  writeFileSync(join(scene.source, 'large'), content);
  const { known } = await takeArchive(scene, 'zst');
  await restore(scene, known);
  expect(readFileSync(join(scene.folder, 'back', 'large')).equals(content)).toBe(true);
  expect(readdirSync(scene.staging)).toEqual([]);
});

test('a file that never holds still is not in the archive; a sink is given the rest, slow as it may be', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first', 'log.txt': 'start', 'z.wav': 'last' });
  const pieces: Uint8Array[] = [];
  const sink = async (piece: Uint8Array): Promise<void> => {
    await new Promise(setImmediate);
    pieces.push(piece);
  };
  const growing = { throwIfCancelled: () => appendFileSync(join(scene.source, 'log.txt'), 'more') };
  const { facts, digest, name } = await archiveFolder(
    { ...scene.request, compression: 'gz', encryptor: null },
    sink,
    scene.context(growing),
  );
  expect(name).toBe('generated-2026-01-01-030000-k3f9qa');
  expect(facts).toMatchObject({ whole: false, files: 2, problems: [{ path: 'log.txt' }] });
  const bytes = Buffer.concat(pieces);
  expect(digest.stored).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
});

test('a sink that fails, and a run that is cancelled, end it; nothing is left', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first' });
  writeFileSync(join(scene.source, 'large'), Buffer.alloc(12 * 1024 * 1024, 1));
  const request = { ...scene.request, compression: 'none' as const, encryptor: null, asArchive: null };
  const full = (): never => {
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  };
  await expect(archiveFolder(request, full, scene.context())).rejects.toMatchObject({ code: 'NO_SPACE' });
  for (const most of [0, 3, 8, 15]) {
    let looks = 0;
    const throwIfCancelled = (): void => {
      if (looks++ >= most) throw cancelledError();
    };
    const stored = storeAttachedFile(request, scene.context({ throwIfCancelled }), poorCalls());
    await expect(stored).rejects.toMatchObject({ code: 'CANCELLED' });
  }
  expect(readdirSync(scene.destination)).toEqual([]);
  expect(readdirSync(scene.staging)).toEqual([]);
});

test('a restore from an archive that is cancelled changes nothing', async () => {
  const scene = new AttachedFileScene();
  const { known } = await takeArchive(scene, 'gz');
  const throwIfCancelled = (): void => {
    throw cancelledError();
  };
  const request = { runId: RUN, stored: known, part: '', targetFolder: join(scene.folder, 'back') };
  await expect(restoreFolder(request, scene.context({ throwIfCancelled }), async () => {})).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(readdirSync(scene.folder).sort()).toEqual(['backups', 'generated', 'staging']);
});

test('a damaged archive is CORRUPT wherever it is damaged, and nothing is restored', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first '.repeat(500), 'b.wav': 'second '.repeat(300) });
  const { path, unknown } = await takeArchive(scene, 'none');
  const good = readFileSync(path);
  for (let at = 0; at < good.length - 1024; at += 397) {
    const bad = Buffer.from(good);
    bad.writeUInt8(bad.readUInt8(at) ^ 0x55, at);
    writeFileSync(path, bad);
    const outcome = await restore(scene, unknown).then(
      () => readTree(join(scene.folder, 'back')),
      (error: Error) => error,
    );
    // Some bytes of a header mean nothing, such as the names of owners; all else is found.
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ code: 'CORRUPT' });
      await expect(verifyArchive(unknown, scene.context())).rejects.toMatchObject({ code: 'CORRUPT' });
    } else expect(Object.values(outcome).join()).toContain('second');
    rmSync(join(scene.folder, 'back'), { recursive: true, force: true });
  }
  writeFileSync(path, good.subarray(0, good.length / 2));
  await expect(restore(scene, unknown)).rejects.toMatchObject({ code: 'CORRUPT' });
  expect(readdirSync(scene.folder).filter((name) => name.includes('back') && name !== 'backups')).toEqual([]);
});

test('an archive that is not the one that was stored is refused', async () => {
  const scene = new AttachedFileScene();
  const first = await takeArchive(scene, 'none');
  const second = await takeArchive(scene, 'none');
  await expect(restore(scene, { ...first.known, path: second.path })).rejects.toMatchObject({ code: 'CORRUPT' });
});

test('links that lead out are restored from an archive that is vouched for, and from no other', async () => {
  const scene = new AttachedFileScene({ 'a/b': 'b', 'a/inside': '→ ../a/b' });
  const { unknown: harmless } = await takeArchive(scene, 'gz');
  await restore(scene, harmless);
  symlinkSync('../../outside', join(scene.source, 'a', 'out'));
  const { known, unknown } = await takeArchive(scene, 'gz');
  await expect(restore(scene, unknown)).rejects.toMatchObject({ code: 'CORRUPT' });
  await restore(scene, known);
  expect(readTree(join(scene.folder, 'back'))).toEqual(readTree(scene.source));
});

const file = (name: string) => ({ name, type: 'file' as const, mode: 0o644 });

test.each<[string, (archive: ReturnType<typeof pack>) => void]>([
  ['a path with ..', (archive) => archive.entry(file('x/../../evil'), 'evil')],
  ['a path with .. at its beginning', (archive) => archive.entry(file('../evil'), 'evil')],
  ['an absolute path', (archive) => archive.entry(file('/tmp/evil'), 'evil')],
  ['a hard link', (archive) => archive.entry({ name: 'x/evil', type: 'link', linkname: '/etc/passwd' })],
  ['a device', (archive) => archive.entry({ name: 'x/evil', type: 'character-device', devmajor: 1, devminor: 3 })],
  ['a link to an absolute path', (archive) => archive.entry({ name: 'x/evil', type: 'symlink', linkname: '/etc' })],
  ['a link out', (archive) => archive.entry({ name: 'x/evil', type: 'symlink', linkname: '../evil' })],
  [
    'a file through a link',
    (archive) => {
      archive.entry({ name: 'x/evil', type: 'symlink', linkname: '.' });
      archive.entry(file('x/evil/inside'), 'evil');
    },
  ],
  [
    'a file in the place of a link',
    (archive) => {
      archive.entry({ name: 'x/evil', type: 'symlink', linkname: 'elsewhere' });
      archive.entry(file('x/evil'), 'evil');
    },
  ],
  ['no index', (archive) => archive.entry(file('x/plain'), 'plain')],
])('an archive with %s is refused, and nothing is written', async (_what, add) => {
  const scene = new AttachedFileScene();
  const archive = pack();
  archive.entry({ name: 'x/', type: 'directory', mode: 0o755 });
  add(archive);
  archive.finalize();
  const path = join(scene.folder, 'evil.tar');
  const pieces: Uint8Array[] = [];
  for await (const piece of archive) if (Buffer.isBuffer(piece)) pieces.push(piece);
  writeFileSync(path, Buffer.concat(pieces));
  const stored: StoredFolder = { kind: 'archive', path, sha256: null };
  await expect(restore(scene, stored)).rejects.toMatchObject({ code: 'CORRUPT', hint: expect.any(String) });
  expect(readdirSync(scene.folder).sort()).toEqual(['backups', 'evil.tar', 'generated', 'staging']);
});
