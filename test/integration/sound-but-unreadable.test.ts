import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packMember } from '../../src-main/core/engine/packing/gzip-members.ts';
import { requireReadable } from '../../src-main/core/engine/packing/packed-pieces.ts';
import { packFrame, readFrameHeader } from '../../src-main/core/engine/packing/zstd-frames.ts';
import { hasCompressors } from '../support/command-line-tools.ts';
import { makeDatabase } from '../support/databases.ts';
import { expectFailure, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { manifestOf, verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

/** As `zstd --long=31` makes it from a pipe: the header asks for 2 GiB, however little is in it. */
async function withWindow(bytes: Buffer, log: number): Promise<Buffer> {
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: log } });
  compress.write(bytes.subarray(0, 10));
  compress.end(bytes.subarray(10));
  return buffer(compress);
}

function databaseBytes(): Buffer {
  const path = join(temporaryFolder(), 'app.db');
  makeDatabase(path, { journalMode: 'delete' });
  return readFileSync(path);
}

/** A backup of another tool, which reads it. */
function write(scene: Scene, name: string, bytes: Buffer): string {
  const path = join(scene.folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('whatever way a sound file was packed, it is read', () => {
  const half = (bytes: Buffer) => [bytes.subarray(0, 4096), bytes.subarray(4096)] as const;
  const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0]), Buffer.from('skip')]);
  test.each<[string, string, (bytes: Buffer) => Promise<Buffer> | Buffer]>([
    ['zstd with a window of 2 GiB', 'zst', (bytes) => withWindow(bytes, 31)],
    [
      'zstd in frames that do not say what they unpack to, after one that does',
      'zst',
      async (bytes) => {
        const [first, second] = half(bytes);
        return Buffer.concat([await packFrame(first, 3), await withWindow(second, 20)]);
      },
    ],
    [
      'zstd with frames that are skipped before, between and after',
      'zst',
      async (bytes) => {
        const [first, second] = half(bytes).map((part) => zstdCompressSync(part));
        return Buffer.concat([skippable, first ?? bytes, skippable, second ?? bytes, skippable]);
      },
    ],
    [
      'gzip in several members of another program',
      'gz',
      (bytes) => Buffer.concat(half(bytes).map((part) => gzipSync(part))),
    ],
    [
      'gzip in members of Snapkeep and then of another program',
      'gz',
      async (bytes) => {
        const [first, second] = half(bytes);
        return Buffer.concat([await packMember(first, 6), gzipSync(second)]);
      },
    ],
  ])('%s', async (_what, extension, pack) => {
    const scene = await setScene();
    const path = write(scene, `otherProgram.db.${extension}`, await pack(databaseBytes()));
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
  });

  test('zstd in a frame of more than a piece, after a small one', async () => {
    const scene = await setScene();
    const large = join(scene.folder, 'large.db');
    makeDatabase(large, { journalMode: 'delete', rows: 20 });
    // Past the end of the last page: SQLite does not look at it, and the second frame is large.
    const size = statSync(large).size;
    appendFileSync(large, Buffer.alloc(17 * 1024 * 1024));
    const bytes = readFileSync(large);
    const packed = Buffer.concat([zstdCompressSync(bytes.subarray(0, size)), zstdCompressSync(bytes.subarray(size))]);
    expect(await verify(scene, write(scene, 'large.db.zst', packed))).toMatchObject({ valid: true });
  });
});

describe('a sound file that cannot be read here is told as that, and never as damaged', () => {
  test.skipIf(!hasCompressors)('zstd with a dictionary', async () => {
    const scene = await setScene();
    const samples = Array.from({ length: 200 }, (_, n) => {
      const path = join(scene.folder, `sample-${n}`);
      writeFileSync(path, `sample of row ${n} ${'words '.repeat(n % 17)}`);
      return path;
    });
    const dictionary = join(scene.folder, 'dictionary');
    execFileSync('zstd', ['-q', '--train', ...samples, '--maxdict=4096', '-o', dictionary], { stdio: 'ignore' });
    const path = write(scene, 'app.db.zst', databaseBytes());
    execFileSync('zstd', ['-q', '-f', '-D', dictionary, scene.source, '-o', path]);
    const run = await runToEnd(scene.core, 'verifications.start', { path });
    expectFailure(run, 'UNSUPPORTED', basename(path));
    expect(run.error).toMatchObject({
      message: expect.stringContaining('dictionary'),
      hint: expect.stringContaining('zstd'),
    });
  });

  test.each([
    ['bzip2', 'app.db.bz2', Buffer.from('BZh91AY&SY')],
    ['LZ4', 'app.db.lz4', Buffer.from('04224d186440a7', 'hex')],
    ['7z', 'app.7z', Buffer.from('377abcaf271c0004', 'hex')],
    ['LZMA', 'app.db.lzma', Buffer.from('5d00008000ffffffffffffffff', 'hex')],
    ['RAR', 'app.rar', Buffer.from('526172211a0700', 'hex')],
  ])('%s', async (what, name, bytes) => {
    const scene = await setScene();
    const path = write(scene, name, Buffer.concat([bytes, Buffer.alloc(2000, 7)]));
    const verified = await runToEnd(scene.core, 'verifications.start', { path });
    expectFailure(verified, 'UNSUPPORTED', basename(path));
    expect(verified.error).toMatchObject({
      message: expect.stringContaining(what),
      hint: expect.stringContaining('Unpack'),
    });
    const check = { source: { path }, targetPath: join(scene.folder, 'to.db') };
    expectFailure(await runToEnd(scene.core, 'restores.check', check), 'UNSUPPORTED', name);
    // In the listing of another program's backups, under a name that says nothing of it.
    const elsewhere = temporaryFolder();
    copyFileSync(path, join(elsewhere, 'backup.db'));
    const { problems } = await scene.core.call('imports.list', { path: elsewhere });
    expect(problems).toContainEqual({
      path: 'backup.db',
      problem: 'unsupported',
      message: expect.stringContaining(what),
    });
  });

  test('a window that is larger than the memory', async () => {
    const header = readFrameHeader(await withWindow(Buffer.alloc(1000), 31));
    if (header === undefined) throw new Error('No header was read.');
    expect(header.windowBytes).toBe(2 ** 31);
    expect(() => requireReadable(header, 8e9)).not.toThrow();
    expect(() => requireReadable(header, 1e9)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(() => requireReadable({ ...header, windowBytes: 2 ** 32 }, 64e9)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
    expect(() => requireReadable({ ...header, windowBytes: 2 ** 27 }, 0)).not.toThrow();
  });
});

test('a header of a stored snapshot that was changed to ask for a dictionary is damage, for its hash tells', async () => {
  const scene = await setScene({ plan: { compression: 'zst' } });
  const taken = await takeBackup(scene);
  const path = join(scene.folder, taken.name);
  copyFileSync(taken.path, path);
  const bytes = readFileSync(path);
  const descriptor = bytes.readUInt8(4);
  bytes.writeUInt8(descriptor | 1, 4);
  writeFileSync(path, bytes);
  writeFileSync(`${path}.manifest.json`, JSON.stringify(manifestOf(taken.path)));
  expect(await verify(scene, path)).toMatchObject({ valid: false, stored: 'different' });
});
