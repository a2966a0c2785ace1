import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeFolderSnapshot } from '../../../src-main/core/engine/attached-files/folder/folder-snapshots.ts';
import { verifyFolder } from '../../../src-main/core/engine/attached-files/folder/verify-folder.ts';
import { systemCalls } from '../../../src-main/core/engine/attached-files/system-calls.ts';
import { cancelledError } from '../../../src-main/core/engine/task-context.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import { AttachedFileScene } from '../../support/attached-file-scene.ts';
import { canMount } from '../../support/can-mount.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { readTree, writeOld } from '../../support/trees.ts';

const inode = (...path: string[]): number => lstatSync(join(...path)).ino;
const asRoot = process.platform === 'linux' && process.getuid?.() === 0;

function failsWith(code: string) {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

test('the first snapshot is the folder as it is, under its date, and latest leads to it', async () => {
  const scene = new AttachedFileScene();
  symlinkSync('../elsewhere', join(scene.source, 'way out'));
  chmodSync(join(scene.source, 'a.wav'), 0o640);
  chmodSync(join(scene.source, 'deep'), 0o750);
  const stored = await scene.take();
  expect(stored).toMatchObject({
    name: 'generated-2026-01-01-030000-k3f9qa',
    linkedFiles: 0,
    copiedFiles: 3,
    copiedBytes: 16,
    facts: { whole: true, files: 3, folders: 3, links: 1, bytes: 16, problems: [], skipped: [] },
  });
  expect(readTree(stored.path)).toEqual(readTree(scene.source));
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(stored.name);
  expect(scene.names()).toEqual([stored.name, 'latest']);
  expect(await verifyFolder(stored.path, scene.context())).toMatchObject({
    facts: { files: 3, bytes: 16 },
    damage: [],
  });
});

test('what is unchanged shares its bytes with the snapshot before; what changed or is new is copied', async () => {
  const scene = new AttachedFileScene();
  const first = await scene.take();
  writeOld(join(scene.source, 'b.wav'), 'other!');
  writeOld(join(scene.source, 'deep', 'new.wav'), 'new');
  rmSync(join(scene.source, 'deep', 'er'), { recursive: true });
  const second = await scene.take();
  expect(second).toMatchObject({ linkedFiles: 1, copiedFiles: 2, copiedBytes: 9, facts: { whole: true } });
  expect(inode(second.path, 'a.wav')).toBe(inode(first.path, 'a.wav'));
  expect(inode(second.path, 'b.wav')).not.toBe(inode(first.path, 'b.wav'));
  expect(readTree(second.path)).toEqual(readTree(scene.source));
  expect(readFileSync(join(first.path, 'b.wav'), 'utf8')).toBe('second');
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(second.name);
});

test('a file is another one when its time, its size or its mode is', async () => {
  const scene = new AttachedFileScene({ time: 'same', mode: 'same', none: 'same' });
  const first = await scene.take();
  // The times of Linux are finer than those that Node can set: `touch` moves it by one nanosecond.
  const { mtimeNs } = statSync(join(scene.source, 'time'), { bigint: true });
  const later = mtimeNs + 1n;
  const written = `${later / 1_000_000_000n}.${String(later % 1_000_000_000n).padStart(9, '0')}`;
  execFileSync('touch', ['-d', `@${written}`, join(scene.source, 'time')]);
  chmodSync(join(scene.source, 'mode'), 0o600);
  const second = await scene.take();
  expect(second).toMatchObject({ linkedFiles: 1, copiedFiles: 2 });
  expect(inode(second.path, 'none')).toBe(inode(first.path, 'none'));
  expect(await scene.take()).toMatchObject({ linkedFiles: 3, copiedFiles: 0 });
});

test('a file that was written just before it was read is read again, for its time cannot tell a later change', async () => {
  const scene = new AttachedFileScene({});
  const path = join(scene.source, 'busy');
  writeFileSync(path, 'one');
  const { mtime } = statSync(path);
  const soon = new Date(mtime.getTime() + 60_000);
  utimesSync(path, soon, soon);
  await scene.take();
  writeFileSync(path, 'two');
  utimesSync(path, soon, soon);
  const second = await scene.take();
  expect(readFileSync(join(second.path, 'busy'), 'utf8')).toBe('two');
});

test('names of every kind are kept', async () => {
  const names = [
    '-rf',
    '--',
    'new\nline',
    'ünïcödé',
    '音楽.wav',
    ' blank ',
    'u\u2028nusual',
    '"quoted"',
    '\\',
    '...',
    '*?[a]',
  ];
  const scene = new AttachedFileScene(
    Object.fromEntries(
      names.flatMap((name) => [
        [name, name],
        [`in ${name}/x`, 'x'],
      ]),
    ),
  );
  await scene.take();
  const stored = await scene.take();
  expect(stored).toMatchObject({ linkedFiles: names.length * 2, facts: { whole: true } });
  expect(readTree(stored.path)).toEqual(readTree(scene.source));
  expect((await verifyFolder(stored.path, scene.context())).damage).toEqual([]);
});

test.skipIf(process.platform === 'win32')('sockets and pipes are skipped and said', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first' });
  execFileSync('mkfifo', [join(scene.source, 'pipe')]);
  const server = createServer().listen(join(scene.source, 'socket'));
  onTestFinished(() => {
    server.close();
  });
  await new Promise((listening) => server.once('listening', listening));
  expect((await scene.take()).facts).toMatchObject({
    whole: true,
    files: 1,
    skipped: [
      { path: 'pipe', reason: 'is a pipe' },
      { path: 'socket', reason: 'is a socket' },
    ],
  });
});

test('links are kept and never followed, also those to folders and to nothing', async () => {
  const scene = new AttachedFileScene({
    'real/a': 'a',
    folder: '→ real',
    out: '→ /etc',
    gone: '→ nowhere',
    loop: '→ .',
  });
  const { path, facts } = await scene.take();
  expect(facts).toMatchObject({ files: 1, folders: 1, links: 4 });
  expect(readTree(path)).toEqual(readTree(scene.source));
});

test('patterns exclude as those of .gitignore do', async () => {
  const scene = new AttachedFileScene({
    'a.tmp': '1',
    'keep.tmp': '2',
    'cache/x': '3',
    'deep/cache/y': '4',
    'deep/a.wav': '5',
    'top.log': '6',
    'deep/top.log': '7',
    'files/cache': 'a file is no folder',
  });
  const { path } = await scene.take({ exclude: ['*.tmp', '!keep.tmp', 'cache/', '/top.log'] });
  expect(Object.keys(readTree(path)).sort()).toEqual(
    ['', 'keep.tmp', 'deep', 'deep/a.wav', 'deep/top.log', 'files', 'files/cache'].sort(),
  );
});

test('the place of the snapshots is passed over where it lies in the folder itself', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first', backups: null });
  const destination = join(scene.source, 'backups');
  await scene.take({ destination });
  const second = await scene.take({ destination });
  expect(second.facts).toMatchObject({ files: 1, folders: 0, whole: true, skipped: [{ path: 'backups' }] });
  await expect(scene.take({ destination: scene.source })).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
});

test('a folder that was copied back manually may carry the index of a snapshot; it is passed over and said', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first', '.snapkeep-index.jsonl': 'not this one' });
  const { facts, path } = await scene.take();
  expect(facts).toMatchObject({ files: 1, whole: true, skipped: [{ path: '.snapkeep-index.jsonl' }] });
  expect((await verifyFolder(path, scene.context())).damage).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('holes stay holes', async () => {
  const scene = new AttachedFileScene({});
  const path = join(scene.source, 'sparse');
  writeFileSync(path, 'start');
  truncateSync(path, 64 * 1024 * 1024);
  appendFileSync(path, 'end');
  const stored = await scene.take();
  const copy = statSync(join(stored.path, 'sparse'));
  expect(copy.size).toBe(64 * 1024 * 1024 + 3);
  expect(copy.blocks * 512).toBeLessThan(1024 * 1024);
  expect(readFileSync(join(stored.path, 'sparse')).equals(readFileSync(path))).toBe(true);
  expect((await verifyFolder(stored.path, scene.context())).damage).toEqual([]);
});

test.skipIf(!asRoot)('owners and set-user-ID bits are kept [root]', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'first', 'deep/b': 'b', link: '→ a.wav' });
  for (const name of ['a.wav', 'deep']) chownSync(join(scene.source, name), 1234, 4321);
  chmodSync(join(scene.source, 'a.wav'), 0o4755);
  const { path } = await scene.take();
  for (const name of ['a.wav', 'deep']) expect(lstatSync(join(path, name))).toMatchObject({ uid: 1234, gid: 4321 });
  expect(lstatSync(join(path, 'a.wav')).mode & 0o7777).toBe(0o4755);
  chownSync(join(scene.source, 'deep', 'b'), 1234, 4321);
  expect(await scene.take()).toMatchObject({ linkedFiles: 1, copiedFiles: 1 });
});

test('a single file is a snapshot with one file in it', async () => {
  const scene = new AttachedFileScene({ 'config.toml': 'one', 'other.toml': 'not this one' });
  const sourcePath = join(scene.source, 'config.toml');
  const first = await scene.take({ sourcePath, name: 'config' });
  expect(first.name).toBe('config-2026-01-01-030000-k3f9qa');
  expect(readdirSync(first.path).sort()).toEqual(['.snapkeep-index.jsonl', 'config.toml']);
  expect(await scene.take({ sourcePath, name: 'config' })).toMatchObject({ linkedFiles: 1 });
  writeOld(sourcePath, 'two');
  const third = await scene.take({ sourcePath, name: 'config' });
  expect(readFileSync(join(third.path, 'config.toml'), 'utf8')).toBe('two');
  expect(readFileSync(join(first.path, 'config.toml'), 'utf8')).toBe('one');
});

test('a file that changes while it is read is read again', async () => {
  const scene = new AttachedFileScene({ 'log.txt': 'start\n' });
  let changes = 1;
  const stored = await scene.take({}, undefined, {
    throwIfCancelled: () => {
      if (existsSync(join(scene.destination, '.generated.0123abcd.partial', 'log.txt')) && changes-- > 0)
        appendFileSync(join(scene.source, 'log.txt'), 'more\n');
    },
  });
  expect(stored.facts.whole).toBe(true);
  expect(readFileSync(join(stored.path, 'log.txt'), 'utf8')).toBe('start\nmore\n');
});

test('a file that never holds still is not stored half; the rest is, and latest stays', async () => {
  const scene = new AttachedFileScene({ 'log.txt': 'start\n', 'a.wav': 'first' });
  const first = await scene.take();
  writeOld(join(scene.source, 'log.txt'), 'begin\n');
  const second = await scene.take({}, undefined, {
    throwIfCancelled: () => {
      if (existsSync(join(scene.destination, '.generated.0123abcd.partial', 'log.txt')))
        appendFileSync(join(scene.source, 'log.txt'), 'more\n');
    },
  });
  expect(second.facts).toMatchObject({
    whole: false,
    files: 1,
    problems: [{ path: 'log.txt', reason: 'kept changing while it was being read' }],
  });
  expect(existsSync(join(second.path, 'log.txt'))).toBe(false);
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(first.name);
  expect(scene.log.join('\n')).toContain('log.txt kept changing');
  const third = await scene.take();
  expect(third).toMatchObject({ linkedFiles: 1, copiedFiles: 1, facts: { whole: true } });
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(third.name);
});

test('what is deleted or renamed meanwhile is stored as it is in the end', async () => {
  const scene = new AttachedFileScene({ 'gone.wav': 'gone', 'old.wav': 'renamed', 'a.wav': 'first', 'deep/x': 'x' });
  let looks = 0;
  const stored = await scene.take({}, undefined, {
    throwIfCancelled: () => {
      // By then all names have been listed, and nothing has been copied.
      if (!existsSync(join(scene.destination, '.generated.0123abcd.partial')) || looks++ > 0) return;
      unlinkSync(join(scene.source, 'gone.wav'));
      renameSync(join(scene.source, 'old.wav'), join(scene.source, 'new.wav'));
      rmSync(join(scene.source, 'deep'), { recursive: true });
      writeOld(join(scene.source, 'deep'), 'a file now');
    },
  });
  expect(looks).toBeGreaterThan(0);
  expect(stored.facts).toMatchObject({ whole: true, problems: [] });
  expect(readTree(stored.path)).toEqual(readTree(scene.source));
});

test('a folder that became a link while it was read is not gone through', async () => {
  const scene = new AttachedFileScene({ 'deep/a': 'mine' });
  mkdirSync(join(scene.folder, 'outside'));
  writeFileSync(join(scene.folder, 'outside', 'a'), 'secret of others');
  let looks = 0;
  const stored = await scene.take({}, undefined, {
    throwIfCancelled: () => {
      if (!existsSync(join(scene.destination, '.generated.0123abcd.partial')) || looks++ > 0) return;
      renameSync(join(scene.source, 'deep'), join(scene.folder, 'moved'));
      symlinkSync('../outside', join(scene.source, 'deep'));
    },
  });
  expect(readTree(stored.path)).toEqual(readTree(scene.source));
  expect(stored.facts).toMatchObject({ files: 0, links: 1 });
});

test('a stored file that somebody has changed is not handed on', async () => {
  const scene = new AttachedFileScene();
  const first = await scene.take();
  writeFileSync(join(first.path, 'a.wav'), 'tampered with');
  unlinkSync(join(first.path, 'b.wav'));
  const second = await scene.take();
  expect(second).toMatchObject({ linkedFiles: 1, copiedFiles: 2 });
  expect(readTree(second.path)).toEqual(readTree(scene.source));
  expect(scene.log.join('\n')).toContain('has changed since it was stored');
});

test('a snapshot with a damaged index is not built upon; the one before it is', async () => {
  const scene = new AttachedFileScene();
  await scene.take();
  const second = await scene.take();
  const index = join(second.path, '.snapkeep-index.jsonl');
  writeFileSync(index, readFileSync(index, 'utf8').replace('"size":5', '"size":6'));
  expect(await scene.take()).toMatchObject({ linkedFiles: 3, copiedFiles: 0 });
  expect(scene.log.join('\n')).toMatch(/is not reused: .* is damaged/);
});

test('a file that can have no more names is copied again', async () => {
  const scene = new AttachedFileScene();
  await scene.take();
  const calls = { ...systemCalls(), link: failsWith('EMLINK') };
  expect(await scene.take({}, calls)).toMatchObject({ linkedFiles: 0, copiedFiles: 3, facts: { whole: true } });
});

test('a file system that shares blocks is asked to', async () => {
  const scene = new AttachedFileScene();
  const cloned: string[] = [];
  const real = systemCalls();
  const clone = async (from: string, to: string): Promise<void> => {
    cloned.push(from);
    writeFileSync(to, readFileSync(from), { flag: 'wx' });
  };
  const stored = await scene.take({}, { ...real, clone });
  expect(cloned).toHaveLength(3);
  expect(readTree(stored.path)).toEqual(readTree(scene.source));
  expect((await verifyFolder(stored.path, scene.context())).damage).toEqual([]);
});

test('a cancelled snapshot leaves nothing', async () => {
  const scene = new AttachedFileScene();
  const first = await scene.take();
  let looks = 0;
  const stop = (): void => {
    if (++looks > 9) throw cancelledError();
  };
  await expect(scene.take({}, undefined, { throwIfCancelled: stop })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(scene.names()).toEqual([first.name, 'latest']);
});

test('what a crash leaves is not seen and does no harm', async () => {
  const scene = new AttachedFileScene();
  const first = await scene.take();
  const script = resolve(import.meta.dirname, '../../support/copy-folder-elsewhere.ts');
  const request = JSON.stringify({ ...scene.request, runId: 'dead0000' });
  writeOld(join(scene.source, 'a.wav'), 'changed');
  const { signal } = spawnSync(process.execPath, [script, 'die', request], { encoding: 'utf8' });
  expect(signal).toBe('SIGKILL');
  expect(scene.names()).toEqual(['.generated.dead0000.partial', first.name, 'latest']);
  expect((await verifyFolder(first.path, scene.context())).damage).toEqual([]);
  const second = await scene.take();
  expect(second.facts.whole).toBe(true);
  expect(scene.names()).toEqual(['.generated.dead0000.partial', first.name, second.name, 'latest']);
  expect((await verifyFolder(second.path, scene.context())).damage).toEqual([]);
});

test.skipIf(!asRoot)(
  'what may not be read is said; the rest is stored, and can be removed [root, to drop its rights]',
  async () => {
    const scene = new AttachedFileScene({ 'a.wav': 'first', 'secret.wav': 'x', 'closed/b': 'b', 'readonly/c': 'c' });
    execFileSync('chown', ['-R', '65534:65534', scene.folder]);
    chmodSync(join(scene.source, 'secret.wav'), 0o000);
    chownSync(join(scene.source, 'secret.wav'), 0, 0);
    chmodSync(join(scene.source, 'closed'), 0o000);
    chmodSync(join(scene.source, 'readonly'), 0o555);
    const script = resolve(import.meta.dirname, '../../support/copy-folder-elsewhere.ts');
    const run = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, script];
    const { stdout, stderr } = spawnSync(
      run[0] ?? '',
      [...run.slice(1), 'copy-and-remove', JSON.stringify(scene.request)],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      facts: {
        whole: false,
        files: 2,
        folders: 2,
        problems: [
          { path: 'closed', reason: 'could not be read: permission denied' },
          { path: 'secret.wav', reason: 'could not be read: permission denied' },
        ],
      },
      left: [],
    });
  },
);

test.skipIf(!canMount)('a disk that is full is NO_SPACE, and nothing is left on it [root]', async () => {
  const scene = new AttachedFileScene({ 'a.wav': 'x'.repeat(700_000), 'b.wav': 'y'.repeat(700_000) });
  const disk = mountSmallDisk(join(scene.folder, 'disk'), 1024 * 1024);
  const failure = await scene.take({ destination: disk.path }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'NO_SPACE', hint: expect.any(String) });
  expect(readdirSync(disk.path)).toEqual([]);
});

test('two snapshots in one second get a name each, and the later one is the newest', async () => {
  const scene = new AttachedFileScene();
  const now = (): Date => new Date('2026-05-05T05:05:05Z');
  const names = [];
  for (let n = 0; n < 11; n++) {
    const letters = idLetters(crypto.randomUUID());
    names.push((await scene.take({ letters }, undefined, { now })).name);
  }
  expect(new Set(names).size).toBe(11);
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(names.at(-1));
});

test('what is called latest and is no link of this attached file is left alone', async () => {
  const scene = new AttachedFileScene();
  writeFileSync(join(scene.destination, 'latest'), 'mine');
  await scene.take();
  expect(readFileSync(join(scene.destination, 'latest'), 'utf8')).toBe('mine');
  expect(scene.log.join('\n')).toContain('is not a link and was left unchanged');
  rmSync(join(scene.destination, 'latest'));
  symlinkSync('/etc', join(scene.destination, 'latest'));
  await scene.take();
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe('/etc');
});

test('removing any snapshot leaves the others whole, and latest on the newest of them', async () => {
  const scene = new AttachedFileScene();
  const taken = [await scene.take(), await scene.take(), await scene.take()];
  const [first, second, third] = taken.map(({ name }) => name);
  const remove = (name = ''): Promise<void> => removeFolderSnapshot(scene.destination, name, 'latest', 'feed0000');
  await remove(third);
  expect(readlinkSync(join(scene.destination, 'latest'))).toBe(second);
  await remove(first);
  expect(scene.names()).toEqual([second, 'latest']);
  expect(readTree(join(scene.destination, 'latest/'))).toEqual(readTree(scene.source));
  await remove(second);
  expect(scene.names()).toEqual([]);
});

test('only snapshots of the destination itself are removed', async () => {
  const scene = new AttachedFileScene();
  const { name, path } = await scene.take();
  const otherProgram = 'generated-2020-01-01-000000-abcdef';
  mkdirSync(join(scene.destination, otherProgram));
  symlinkSync(path, join(scene.destination, 'generated-2020-01-02-000000-abcdef'));
  const remove = (which: string): Promise<void> => removeFolderSnapshot(scene.destination, which, 'latest', 'feed0000');
  for (const [which, code] of [
    [otherProgram, 'CONFLICT'],
    ['generated-2020-01-02-000000-abcdef', 'CONFLICT'],
    [`../backups/${name}`, 'INVALID_PARAMS'],
    ['..', 'INVALID_PARAMS'],
    ['latest', 'INVALID_PARAMS'],
    ['generated-2020-01-03-000000-abcdef', 'NOT_FOUND'],
  ] as const)
    await expect(remove(which)).rejects.toMatchObject({ code, hint: expect.any(String) });
  expect(existsSync(join(path, 'a.wav'))).toBe(true);
});

test.each([
  [
    'a source that is not there',
    (scene: AttachedFileScene) => ({ sourcePath: join(scene.folder, 'none') }),
    'NOT_FOUND',
  ],
  [
    'a destination that is away',
    (scene: AttachedFileScene) => ({ destination: join(scene.folder, 'none') }),
    'UNAVAILABLE',
  ],
  ['a source that is a device', () => ({ sourcePath: '/dev/null' }), 'INVALID_PARAMS'],
])('%s is refused', async (_what, more, code) => {
  const scene = new AttachedFileScene();
  await expect(scene.take(more(scene))).rejects.toMatchObject({ code, hint: expect.any(String) });
});

test('files of another folder that look the same are not taken for those of this one', async () => {
  const scene = new AttachedFileScene({ 'a.txt': 'one' });
  const other = join(scene.folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'a.txt'), 'two');
  for (const folder of [scene.source, other]) utimesSync(join(folder, 'a.txt'), 1, 1);
  await scene.take();
  const { path, linkedFiles } = await scene.take({ sourcePath: other });
  expect(linkedFiles).toBe(0);
  expect(readFileSync(join(path, 'a.txt'), 'utf8')).toBe('two');
});

test('two runs that store under one name at once leave each other alone, and what others are making, however old', async () => {
  const scene = new AttachedFileScene();
  const old = join(scene.destination, '.generated.0badcafe.partial');
  mkdirSync(old);
  utimesSync(old, 1, 1);
  const calls = systemCalls();
  let other: Promise<{ path: string }> | undefined;
  const first = await scene.take(
    {},
    {
      ...calls,
      clone: async (...paths) => {
        other ??= scene.take({ runId: '89abcdef-0000-4000-8000-000000000000' });
        await other;
        await calls.clone(...paths);
      },
    },
  );
  for (const { path } of [first, ...(other === undefined ? [] : [await other])])
    expect((await verifyFolder(path, scene.context())).damage).toEqual([]);
  expect(existsSync(old)).toBe(true);
});
