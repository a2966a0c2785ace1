import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { type Scene, setScene } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

/** A database of some kilobytes whose rows say where they are from. */
function database(from: string, rows = 400): Buffer {
  const made = new Database(':memory:');
  made.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, source TEXT, noise BLOB)');
  const insert = made.prepare('INSERT INTO t(source, noise) VALUES(?, randomblob(40))');
  made.transaction(() => {
    for (let row = 0; row < rows; row++) insert.run(from);
  })();
  const bytes = made.serialize();
  made.close();
  return bytes;
}

/** Restores a file as a person does: what was said of it, and where the rows are from. */
async function restore(scene: Scene, path: string, entry?: string) {
  const targetPath = join(temporaryFolder(), 'restored.db');
  const source = entry === undefined ? { path } : { path, entry };
  const check = await runToEnd(scene.core, 'restores.check', { source, targetPath });
  expect(`${check.error?.message} ${check.error?.hint}`).not.toContain('staging');
  expect(check.error?.code).not.toBe('INTERNAL');
  if (check.result?.kind !== 'restore-check') return { error: check.error, message: '', rows: [] as unknown[] };
  const { confirmation, verification } = check.result.check;
  const run = await runToEnd(scene.core, 'restores.start', { checkRunId: check.id, confirmation });
  expect(run.error).toBeNull();
  const restored = new Database(targetPath, { readonly: true });
  const rows = restored.prepare('SELECT DISTINCT source FROM t').pluck().all();
  restored.close();
  return { error: null, message: verification.message, rows };
}

function write(scene: Scene, name: string, bytes: Buffer): string {
  const path = join(scene.folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Packs files, by their names, with a program of the machine. */
function packed(scene: Scene, archive: string, files: Record<string, Buffer>, command: string): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const path = join(scene.folder, archive);
  execFileSync('sh', ['-c', command, 'sh', path], { cwd: folder });
  return path;
}

const one = database('one');
const two = database('two');
const half = (bytes: Buffer) => [bytes.subarray(0, 5000), bytes.subarray(5000)] as const;
const garbage = Buffer.from('left over by a full disk');

describe('what follows the packed data', () => {
  test.each<[string, Buffer, RegExp]>([
    [
      'gzip and zeros',
      Buffer.concat([gzipSync(one), Buffer.alloc(1000)]),
      /1,?000 bytes of zeros after the end of the compressed data are ignored/,
    ],
    [
      'gzip and anything else',
      Buffer.concat([gzipSync(one), garbage]),
      /24 bytes after the end of the compressed data are ignored/,
    ],
    [
      'members of gzip and zeros',
      Buffer.concat([...half(one).map((part) => gzipSync(part)), Buffer.alloc(1)]),
      /1 byte of zeros after .* is ignored/,
    ],
    ['gzip of large pieces', Buffer.concat([gzipSync(database('one', 60_000)), garbage]), /24 bytes after/],
    [
      'zstd and anything else',
      Buffer.concat([zstdCompressSync(one), garbage]),
      /24 bytes after the end of the compressed data are ignored/,
    ],
    [
      'frames of zstd and zeros',
      Buffer.concat([...half(one).map((part) => zstdCompressSync(part)), Buffer.alloc(512)]),
      /512 bytes of zeros/,
    ],
    ['gzip alone', gzipSync(one), /manifest to compare with\.$/],
    ['members of gzip', Buffer.concat(half(one).map((part) => gzipSync(part))), /manifest to compare with\.$/],
  ])('%s: content is taken, and a warning tells', async (_title, bytes, message) => {
    const scene = await setScene();
    const restored = await restore(scene, write(scene, 'app.db.packed', bytes));
    expect(restored).toMatchObject({ error: null, rows: ['one'], message: expect.stringMatching(message) });
  });

  test.each<[string, Buffer]>([
    ['a gzip that was cut', gzipSync(one).subarray(0, -300)],
    [
      'a gzip whose sum is wrong',
      Buffer.concat([gzipSync(one).subarray(0, -8), Buffer.from([1, 2, 3, 4]), gzipSync(one).subarray(-4)]),
    ],
    ['a second member that was cut', Buffer.concat([gzipSync(half(one)[0]), gzipSync(half(one)[1]).subarray(0, -300)])],
    [
      'a second member whose start is damaged',
      Buffer.concat([gzipSync(half(one)[0]), garbage, gzipSync(half(one)[1])]),
    ],
    ['a zstd that was cut', zstdCompressSync(one).subarray(0, -300)],
  ])('%s is refused', async (_title, bytes) => {
    const scene = await setScene();
    expect((await restore(scene, write(scene, 'app.db.gz', bytes))).error).toMatchObject({ code: 'CORRUPT' });
  });

  test('two databases, one behind the other, are never taken for one of them', async () => {
    const scene = await setScene();
    for (const bytes of [
      Buffer.concat([gzipSync(one), gzipSync(two)]),
      gzipSync(Buffer.concat([one, two])),
      Buffer.concat([zstdCompressSync(one), zstdCompressSync(two)]),
    ]) {
      const { error } = await restore(scene, write(scene, 'both.db.gz', bytes));
      expect(error).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('two databases'),
        hint: expect.stringContaining(`${one.length} bytes`),
      });
    }
  });

  test('what was packed twice is unpacked twice, and without an end it is refused', async () => {
    const scene = await setScene();
    expect(await restore(scene, write(scene, 'a.gz.gz', gzipSync(gzipSync(one))))).toMatchObject({
      error: null,
      rows: ['one'],
    });
    expect(await restore(scene, write(scene, 'a.zst.gz', gzipSync(zstdCompressSync(one))))).toMatchObject({
      rows: ['one'],
    });
    let deep = one;
    for (let layer = 0; layer < 9; layer++) deep = gzipSync(deep);
    expect((await restore(scene, write(scene, 'deep.gz', deep))).error?.code).toBe('CORRUPT');
  });
});

const TAR = 'tar cf "$1" *';
const FILES = {
  'data/app.db': one,
  'data/readme.txt': Buffer.from('hello\n'),
  'data/picture.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
};

describe('archives', () => {
  test.each<[string, string]>([
    ['app.tar', TAR],
    ['app.tar.gz', 'tar czf "$1" *'],
    ['app.tgz', 'tar czf "$1" --format=v7 *'],
    ['app.tar.zst', 'tar cf - * | zstd -q > "$1"'],
    ['app.tar.xz', 'tar cf - * | xz > "$1"'],
    ['app.zip', 'zip -qr "$1" *'],
    ['stored.zip', 'zip -0qr "$1" *'],
    ['from-a-pipe.zip', 'zip -qr - * | cat > "$1"'],
    ['no-ending', 'tar cf "$1" --format=pax *'],
  ])('%s with one database: chosen by its content', async (name, command) => {
    const scene = await setScene();
    const path = packed(scene, name, FILES, command);
    const restored = await restore(scene, path);
    expect(restored).toMatchObject({ error: null, rows: ['one'] });
    expect((await restore(scene, path, 'data/app.db')).rows).toEqual(['one']);
    expect((await restore(scene, path, 'data/other.db')).error).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each<[string, string]>([
    ['both.tar', TAR],
    ['both.zip', 'zip -qr "$1" *'],
  ])('%s with several: the person is asked which one', async (name, command) => {
    const scene = await setScene();
    const path = packed(scene, name, { ...FILES, 'b.bak': two, 'c.sql.gz': gzipSync('CREATE TABLE x(a);') }, command);
    const { error } = await restore(scene, path);
    expect(error).toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('contains 2 databases'),
      hint: expect.stringContaining('--entry'),
    });
    expect([error?.details?.entries].flat().sort()).toEqual(['b.bak', 'data/app.db']);
    expect((await restore(scene, path, 'b.bak')).rows).toEqual(['two']);
    expect((await restore(scene, path, 'data/app.db')).rows).toEqual(['one']);
    const verified = await runToEnd(scene.core, 'verifications.start', { path, entry: 'b.bak' });
    expect(verified.result).toMatchObject({ kind: 'verify', verification: { valid: true } });
  });

  test('a dump in an archive is read', async () => {
    const scene = await setScene();
    const dump = Buffer.from("BEGIN;\nCREATE TABLE t(source);\nINSERT INTO t VALUES('dump');\nCOMMIT;\n");
    expect((await restore(scene, packed(scene, 'dump.zip', { 'a.sql': dump }, 'zip -qr "$1" *'))).rows).toEqual([
      'dump',
    ]);
  });

  test('what holds no database, is encrypted, cut or damaged is named', async () => {
    const scene = await setScene();
    const none = packed(scene, 'none.zip', { 'a.txt': Buffer.from('x') }, 'zip -qr "$1" *');
    expect((await restore(scene, none)).error).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('No database was found'),
    });
    const locked = packed(scene, 'locked.zip', { 'a.db': one }, 'zip -qr -P secret "$1" *');
    expect((await restore(scene, locked)).error).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('encrypted'),
    });
    for (const [name, command] of [
      ['cut.zip', 'zip -qr "$1" *'],
      ['cut.tar', TAR],
    ] as const) {
      const path = packed(scene, name, { 'a.db': one }, command);
      writeFileSync(path, readFileSync(path).subarray(0, 9000));
      expect((await restore(scene, path)).error, name).toMatchObject({ code: 'CORRUPT' });
    }
    const changed = packed(scene, 'changed.zip', { 'a.db': one }, 'zip -0qr "$1" *');
    const bytes = readFileSync(changed);
    bytes.writeUInt8(bytes.readUInt8(9000) ^ 1, 9000);
    writeFileSync(changed, bytes);
    expect((await restore(scene, changed)).error).toMatchObject({ code: 'CORRUPT' });
  });

  test('names that lead out are names and nothing else', async () => {
    const scene = await setScene();
    const before = readdirSync(scene.folder).sort();
    const path = packed(scene, 'evil.tar', { 'a.db': one }, 'tar cf "$1" --transform "s,a.db,../../../evil.db," a.db');
    expect((await restore(scene, path)).rows).toEqual(['one']);
    expect(readdirSync(scene.folder).sort()).toEqual([...before, 'evil.tar'].sort());
    expect((await restore(scene, path, '../../../evil.db')).rows).toEqual(['one']);
  });

  test('an archive under the name of a database is listed as what it is', async () => {
    const scene = await setScene();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.db'), readFileSync(packed(scene, 'a.tar', { 'a.db': one }, TAR)));
    writeFileSync(join(folder, 'b.db.gz'), gzipSync(readFileSync(join(folder, 'a.db'))));
    const { files, problems } = await scene.core.call('imports.list', { path: folder });
    expect(problems).toEqual([]);
    for (const path of ['a.db', 'b.db.gz'])
      expect(files).toContainEqual(
        expect.objectContaining({
          path,
          kind: 'folder',
          importable: true,
          notes: expect.arrayContaining([expect.stringContaining('TAR archive')]),
        }),
      );
  });
});
