import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { expectNothingLeft, hashOf, onPhase, prepareRestore, setScene } from '../support/scene.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const KEY = 'a key that nobody knows here';

/** Makes what stands at a path. */
type Make = (path: string) => void | Promise<void>;

function withMode(mode: string, pageSize = 4096): (path: string) => void {
  return (path) => {
    const database = new Database(path);
    database.pragma(`page_size = ${pageSize}`);
    database.pragma(`journal_mode = ${mode}`);
    database.exec(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT); INSERT INTO t (word) VALUES ('before'), ('too')",
    );
    database.pragma('user_version = 7');
    database.close();
  };
}

const TARGETS: Record<string, Make> = {
  'in WAL mode': withMode('wal'),
  'with a rollback journal': withMode('delete'),
  'with a persistent journal': withMode('persist'),
  'with a truncated journal': withMode('truncate'),
  'with small pages': withMode('wal', 512),
  'with large pages': withMode('delete', 65_536),
  'with a log of a program that was killed': async (path) => {
    withMode('wal')(path);
    const writer = await openElsewhere(path);
    await writer.exec("INSERT INTO t (word) VALUES ('only in the log')");
    await writer.crash();
  },
  'without a byte': (path) => writeFileSync(path, ''),
  'without a table': (path) => {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    database.close();
  },
  'that is text': (path) => writeFileSync(path, 'no database at all\n'.repeat(300)),
  'that is encrypted with a key that is not known': (path) => makeEncrypted(path, KEY, 20),
  'in UTF-16 with auto-vacuum': (path) => {
    const database = new Database(path);
    database.exec(
      "PRAGMA encoding = 'UTF-16'; PRAGMA auto_vacuum = 2; CREATE TABLE t (word TEXT); INSERT INTO t VALUES ('ä')",
    );
    database.close();
  },
  'under a link': (path) => {
    withMode('wal')(join(dirname(path), 'real.db'));
    symlinkSync('real.db', path);
  },
  'with a hard link': (path) => {
    withMode('delete')(path);
    linkSync(path, join(dirname(path), 'other.db'));
  },
};

const IMAGES: Record<string, Make> = {
  'of the usual page size': (path) => makeDatabase(path, { rows: 30 }),
  'of another page size': (path) => makeDatabase(path, { rows: 30, pageSize: 8192, journalMode: 'delete' }),
  'without a byte': (path) => writeFileSync(path, ''),
};

/** Everything in a database, or the bytes of what is none. */
function stateOf(path: string): unknown {
  const bytes = readFileSync(path);
  const head = bytes.subarray(0, 15).toString('latin1');
  if (bytes.length === 0) return 'empty';
  if (head !== 'SQLite format 3') return createHash('sha256').update(bytes).digest('hex');
  const database = new Database(path);
  try {
    const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all() as {
      type: string;
      name: string;
    }[];
    return {
      mode: database.pragma('journal_mode', { simple: true }),
      pageSize: database.pragma('page_size', { simple: true }),
      userVersion: database.pragma('user_version', { simple: true }),
      encoding: database.pragma('encoding', { simple: true }),
      autoVacuum: database.pragma('auto_vacuum', { simple: true }),
      schema,
      rows: schema
        .filter(({ type }) => type === 'table')
        .map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all()),
    };
  } finally {
    database.close();
  }
}

const contentOf = (path: string): unknown => {
  const state = stateOf(path);
  return typeof state === 'object' && state !== null && 'rows' in state ? { rows: state.rows } : state;
};

/** Each target gets one of the images in turn. */
const PAIRS = Object.keys(TARGETS).map((target, at) => [target, Object.keys(IMAGES)[at % 3] ?? ''] as const);

test.each(PAIRS)('a target %s gets an image %s, and Undo and its undo bring back what was there', async (to, from) => {
  const folder = temporaryFolder();
  const core = await startTestCore(join(folder, 'home'));
  const [image, target] = [join(folder, 'image.db'), join(folder, 'app', 'app.db')];
  mkdirSync(dirname(target));
  await IMAGES[from]?.(image);
  await TARGETS[to]?.(target);
  // To open a log would fold it in.
  const before = existsSync(`${target}-wal`) ? null : stateOf(target);
  const restored = contentOf(image);
  const { start } = await prepareRestore(core, image, target);
  await succeed(core, 'restores.start', { ...start, force: true });
  expect(contentOf(target)).toEqual(restored);
  const undo = await succeed(core, 'restores.undo', {});
  if (before !== null) expect(stateOf(target)).toEqual(before);
  else expect(JSON.stringify(stateOf(target))).toContain('only in the log');
  await succeed(core, 'restores.undo', { runId: undo.id });
  expect(contentOf(target)).toEqual(restored);
});

test.each([
  ['is written in place', 4096, /1 other hard link, which will also have the restored content/],
  ['is exchanged', 8192, /1 other hard link, which will keep the current content/],
] as const)(
  'another hard link of a database that %s is named in the review, and is as it says',
  async (_, pageSize, said) => {
    const scene = await setScene({ pageSize, rows: 50 });
    const image = join(scene.folder, 'image.db');
    makeDatabase(image, { rows: 20 });
    const other = join(scene.folder, 'other name.db');
    linkSync(scene.source, other);
    const { check, start } = await prepareRestore(scene.core, image, scene.source);
    expect(check.target.notes.join()).toMatch(said);
    await succeed(scene.core, 'restores.start', start);
    expect([countEntries(scene.source), countEntries(other)]).toEqual([20, pageSize === 4096 ? 20 : 50]);
  },
);

describe.skipIf(!canMount)('a target on a disk of its own', () => {
  test.each([4096, 8192])('is restored and undone in place or by exchange (pages of %i bytes)', async (pageSize) => {
    const scene = await setScene({
      pageSize,
      rows: 50,
      prepare: (folder) => mountSmallDisk(join(folder, 'app'), 8 << 20),
    });
    const image = join(scene.folder, 'image.db');
    makeDatabase(image, { rows: 20 });
    const { start } = await prepareRestore(scene.core, image, scene.source);
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(20);
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(50);
    expectNothingLeft(scene);
  });

  test.each([4096, 8192])(
    'that may only be read is refused in the review, and an undo is repeated later (pages of %i bytes)',
    async (pageSize) => {
      const disks: SmallDisk[] = [];
      const scene = await setScene({
        pageSize,
        rows: 50,
        prepare: (folder) => disks.push(mountSmallDisk(join(folder, 'app'), 8 << 20)),
      });
      const image = join(scene.folder, 'image.db');
      makeDatabase(image, { rows: 20 });
      const { start } = await prepareRestore(scene.core, image, scene.source);
      const restored = await succeed(scene.core, 'restores.start', start);
      disks[0]?.makeReadOnly();
      const bytes = hashOf(scene.source);
      const refused = await runToEnd(scene.core, 'restores.check', {
        source: { path: image },
        targetPath: scene.source,
      });
      expect(refused).toMatchObject({ state: 'failed', error: { code: 'PERMISSION', hint: expect.any(String) } });
      const undo = await runToEnd(scene.core, 'restores.undo', {});
      expect(undo).toMatchObject({ state: 'failed', result: null, error: { code: 'PERMISSION' } });
      expect(hashOf(scene.source)).toBe(bytes);
      disks[0]?.makeWritable();
      await succeed(scene.core, 'restores.undo', {});
      expect(countEntries(scene.source)).toBe(50);
      expect((await scene.core.call('runs.get', { runId: restored.id })).run.result).toMatchObject({
        undoneBy: expect.any(String),
      });
    },
  );

  test('a deletion that fails at the removal has removed nothing, and leaves nothing to undo', async () => {
    const scene = await setScene({ rows: 50 });
    onPhase(scene.core, 'databaseDeletion', 'safety-snapshot', () => {
      execFileSync('mount', ['--bind', scene.source, scene.source]);
      onTestFinished(() => void execFileSync('umount', ['--lazy', scene.source]));
    });
    const target = { path: scene.source };
    const { confirmation } = await scene.core.call('databaseDeletions.preview', { target });
    const run = await runToEnd(scene.core, 'databaseDeletions.start', { target, confirmation });
    expect(run).toMatchObject({ state: 'failed', result: null });
    expect(countEntries(scene.source)).toBe(50);
    expect(await scene.core.call('snapshots.list', {})).toEqual([]);
    await expect(scene.core.call('restores.undo', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
