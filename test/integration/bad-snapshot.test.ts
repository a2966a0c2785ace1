import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { verifyFile } from '../../src-main/core/verify/verify-file.ts';
import { hasCompressors } from '../support/command-line-tools.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import {
  checkOf,
  contentsOf,
  expectFailure,
  expectNothingLeft,
  prepareRestore,
  restore,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { expectBad, manifestOf, verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** Numbers that are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a flipped byte', () => {
  test.each(['gz', 'zst', 'none'] as const)('anywhere in a snapshot stored as %s is found', async (compression) => {
    const scene = await setScene({ rows: 400, plan: { compression } });
    const { path } = await takeBackup(scene);
    const original = readFileSync(path);
    const random = seeded(20261120);
    const edges = [0, 1, 2, 3, 4, 5, 9, 10, 12, 16, 17, 18, 19, 20, 21].flatMap((n) => [n, original.length - 1 - n]);
    const offsets = [...edges, ...Array.from({ length: 120 }, () => random(original.length))];
    const staging = join(scene.folder, 'staging');
    mkdirSync(staging);
    const passed: number[] = [];
    for (const offset of offsets) {
      const damaged = Buffer.from(original);
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << random(8));
      writeFileSync(path, damaged);
      if ((await verifyFile({ path }, quietContext(staging))).valid) passed.push(offset);
    }
    expect(passed).toEqual([]);
    await expectBad(scene, path, /Not valid/);
    writeFileSync(path, original);
    expect((await verify(scene, path)).valid).toBe(true);
  });

  test.skipIf(!hasCompressors).each(['gz', 'zst'] as const)(
    'in a bare file stored as %s is found, or has changed nothing of the database',
    async (compression) => {
      const scene = await setScene({ rows: 400, plan: { compression } });
      const { path } = await takeBackup(scene);
      const bare = join(scene.folder, `bare.${compression}`);
      const original = readFileSync(path);
      const { image } = manifestOf(path);
      const random = seeded(7);
      const staging = join(scene.folder, 'staging');
      mkdirSync(staging);
      const offsets = [
        ...Array.from({ length: 40 }, (_, n) => n),
        ...Array.from({ length: 80 }, () => random(original.length)),
      ];
      for (const offset of offsets) {
        const damaged = Buffer.from(original);
        damaged[offset] = (damaged[offset] ?? 0) ^ (1 << random(8));
        writeFileSync(bare, damaged);
        const verification = await verifyFile({ path: bare }, quietContext(staging));
        if (!verification.valid) continue;
        // Both end with an error for what follows the packed data, and have written all of it by then.
        const { stdout } = spawnSync(compression === 'gz' ? 'gunzip' : 'zstd', ['-dc'], {
          input: damaged,
          maxBuffer: 1 << 28,
        });
        expect(stdout.length, `offset ${offset}`).toBe(image.bytes);
      }
    },
  );

  // A bare .db carries no checksum: a flip in its slack or in a value is not to be seen, and SQLite itself says ok.
  test('in a bare .db never breaks the verification, and is found where it breaks the database', async () => {
    const scene = await setScene({ rows: 400, plan: { compression: 'none' } });
    const { path } = await takeBackup(scene);
    const bare = join(scene.folder, 'bare.db');
    const original = readFileSync(path);
    const random = seeded(99);
    const staging = join(scene.folder, 'staging');
    mkdirSync(staging);
    let found = 0;
    for (let n = 0; n < 150; n++) {
      const damaged = Buffer.from(original);
      const offset = n < 100 ? n : random(original.length);
      damaged[offset] = (damaged[offset] ?? 0) ^ (1 << random(8));
      writeFileSync(bare, damaged);
      if (!(await verifyFile({ path: bare }, quietContext(staging))).valid) found += 1;
    }
    expect(found).toBeGreaterThan(20);
  });
});

describe('a file that is cut off', () => {
  test.each(['gz', 'zst', 'none'] as const)(
    '%s, at many places, with and without its manifest',
    async (compression) => {
      const scene = await setScene({ rows: 30_000, plan: { compression } });
      const { path } = await takeBackup(scene);
      const bare = join(scene.folder, 'bare');
      const original = readFileSync(path);
      const random = seeded(5);
      const staging = join(scene.folder, 'staging');
      mkdirSync(staging);
      const lengths = [
        1,
        2,
        10,
        19,
        20,
        21,
        512,
        original.length - 1,
        original.length - 8,
        ...Array.from({ length: 15 }, () => random(original.length)),
      ];
      for (const length of lengths) {
        for (const file of [path, bare]) {
          writeFileSync(file, original.subarray(0, length));
          expect((await verifyFile({ path: file }, quietContext(staging))).valid, `${file} cut to ${length}`).toBe(
            false,
          );
        }
      }
      await expectBad(scene, path, /Not valid/);
      await expectBad(scene, bare, /Not valid/);
    },
  );

  test('to nothing: an empty .gz or .zst is no empty database', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    truncateSync(path, 0);
    await expectBad(scene, path, /Not valid/);
    for (const name of ['bare.db.gz', 'bare.db.zst']) {
      const bare = join(scene.folder, name);
      writeFileSync(bare, '');
      await expectBad(scene, bare, /neither a SQLite database/);
    }
  });

  test.skipIf(!hasCompressors)('another program’s gzip and zstd files', async () => {
    const scene = await setScene({ rows: 100_000 });
    for (const [tool, ending] of [
      ['gzip', 'gz'],
      ['zstd', 'zst'],
    ] as const) {
      const whole = join(scene.folder, `otherProgram.${ending}`);
      // From a pipe, so that zstd does not know the size beforehand.
      execFileSync('sh', ['-c', `cat "$1" | ${tool} -c > "$2"`, '-', scene.source, whole]);
      expect(await verify(scene, whole)).toMatchObject({ valid: true, tables: [{ rows: 2 }, { rows: 100_000 }] });
      const content = readFileSync(whole);
      for (const length of [content.length - 1, content.length - 9, content.length >> 1, 30]) {
        writeFileSync(whole, content.subarray(0, length));
        expect((await verify(scene, whole)).valid, `${tool} cut to ${length} of ${content.length}`).toBe(false);
      }
    }
  });
});

describe('another program’s files', () => {
  test.skipIf(!hasCompressors)('by gzip, pigz and zstd, whole and concatenated, are read to their end', async () => {
    const scene = await setScene({ rows: 60_000 });
    const [first, second] = [join(scene.folder, '1'), join(scene.folder, '2')];
    const content = readFileSync(scene.source);
    writeFileSync(first, content.subarray(0, 3_000_000));
    writeFileSync(second, content.subarray(3_000_000));
    const pack: Array<[string, string]> = [
      ['gzip', 'cat "$1" | gzip -c; cat "$2" | gzip -c'],
      ['pigz', 'cat "$1" "$2" | pigz -c'],
      ['gzip of files', 'gzip -c "$1" "$2"'],
      ['zstd from pipes', 'cat "$1" | zstd -c; cat "$2" | zstd -c'],
      ['zstd of files', 'zstd -qc "$1" "$2"'],
      ['zstd in many small frames', 'split -b 500000 --filter="zstd -qc" "$1"; zstd -qc "$2"'],
    ];
    for (const [what, command] of pack) {
      const path = join(scene.folder, 'otherProgram');
      writeFileSync(path, execFileSync('sh', ['-c', command, '-', first, second], { maxBuffer: 1 << 28 }));
      const { valid, message, tables } = await verify(scene, path);
      expect({ what, valid, message, rows: tables.at(-1)?.rows }).toMatchObject({ valid: true, rows: 60_000 });
    }
  });

  test.skipIf(!hasCompressors)('with a skippable frame, as seekable zstd files have at their end', async () => {
    const scene = await setScene({ rows: 1000 });
    const skippable = Buffer.concat([Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 9, 0, 0, 0]), Buffer.alloc(9, 1)]);
    const path = join(scene.folder, 'seekable.zst');
    writeFileSync(path, Buffer.concat([execFileSync('zstd', ['-qc', scene.source]), skippable]));
    expect(await verify(scene, path)).toMatchObject({ valid: true });
  });

  test('bare database in WAL mode with its log beside it: the rows of the log count', async () => {
    const scene = await setScene();
    const bare = join(scene.folder, 'copied.db');
    makeDatabase(bare, { rows: 12 });
    expect((await verify(scene, bare)).tables).toMatchObject([{ rows: 2 }, { rows: 12 }]);
    expect(await restore(scene.core, bare, scene.source)).toMatchObject({ state: 'succeeded' });
    expect(countEntries(scene.source)).toBe(12);
  });
});

describe('files that are something else', () => {
  test.each([
    ['a text file', 'notes.db', Buffer.from('Dear diary\n'.repeat(50)), /text file/],
    ['random bytes', 'random.db', randomBytes(9000), /encrypted or damaged/],
    ['a gzip of a text', 'notes.db.gz', gzipSync('Dear diary\n'.repeat(50)), /text file/],
    ['a gzip of random bytes', 'random.db.gz', gzipSync(randomBytes(9000)), /not an unencrypted SQLite database/],
    ['a gzip of a gzip', 'twice.db.gz', gzipSync(gzipSync(randomBytes(900))), /not an unencrypted SQLite database/],
    ['one byte', 'one.db', Buffer.from([0]), /Not valid/],
  ])('%s', async (_what, name, content, message) => {
    const scene = await setScene();
    const path = join(scene.folder, name);
    writeFileSync(path, content);
    await expectBad(scene, path, message);
  });

  test('what begins as a ZIP archive and is none', async () => {
    const scene = await setScene();
    const path = join(scene.folder, 'backup.zip');
    writeFileSync(path, Buffer.concat([Buffer.from('PK\u0003\u0004'), randomBytes(600)]));
    await expectBad(scene, path, /archived data/);
  });

  test('a missing file and a folder', async () => {
    const scene = await setScene();
    const missing = join(scene.folder, 'gone.db.gz');
    const before = contentsOf(join(scene.folder, 'app'));
    expectFailure(await runToEnd(scene.core, 'verifications.start', { path: missing }), 'NOT_FOUND', missing);
    expectFailure(
      await runToEnd(scene.core, 'verifications.start', { path: scene.folder }),
      'INVALID_PARAMS',
      scene.folder,
    );
    const check = { source: { path: missing }, targetPath: scene.source };
    expectFailure(await runToEnd(scene.core, 'restores.check', check), 'NOT_FOUND', missing);
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    expectNothingLeft(scene);
  });

  test('a snapshot whose file has gone is marked as missing', async () => {
    const scene = await setScene();
    const { id, path } = await takeBackup(scene);
    rmSync(path);
    expectFailure(await runToEnd(scene.core, 'verifications.start', { snapshotId: id }), 'NOT_FOUND', path);
    expect(await scene.core.call('snapshots.list', {})).toMatchObject([{ id, missing: true }]);
    expect(await scene.core.call('plans.get', { planId: scene.plan.id })).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/missing/),
      newest: null,
    });
  });
});

test('a snapshot that changes between the check and the start: what was checked is what is restored', async () => {
  const scene = await setScene();
  const { path } = await takeBackup(scene);
  const { start } = await prepareRestore(scene.core, path, scene.source);
  const other = await setScene({ rows: 3 });
  writeFileSync(path, readFileSync((await takeBackup(other)).path));
  await succeed(scene.core, 'restores.start', start);
  expect(countEntries(scene.source)).toBe(100);
});

test('a copy of the snapshots in another folder does not take the place of the snapshots', async () => {
  const scene = await setScene();
  const snapshot = await takeBackup(scene);
  const copy = temporaryFolder();
  execFileSync('cp', ['-r', `${scene.destination}/.`, copy]);
  const scan = await succeed(scene.core, 'destinations.rescan', { path: copy });
  expect(scan.result).toMatchObject({ found: 1, added: 1, problems: [] });
  expect(await scene.core.call('snapshots.list', {})).toMatchObject([
    { id: snapshot.id, path: snapshot.path, missing: false, copies: [{ state: 'stored' }, { state: 'stored' }] },
  ]);
  // Where the first place has lost it, the copy is the snapshot.
  rmSync(snapshot.path);
  rmSync(`${snapshot.path}.manifest.json`);
  await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
  expect(await scene.core.call('snapshots.list', {})).toMatchObject([
    { path: join(copy, snapshot.name), missing: false },
  ]);
  const { check } = await prepareRestore(scene.core, join(copy, snapshot.name), scene.source);
  expect(check.source.snapshotId).toBe(snapshot.id);
});

test('a snapshot with damage is restored neither by its id nor by its path', async () => {
  const scene = await setScene();
  const { id, path } = await takeBackup(scene);
  const content = readFileSync(path);
  content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, content);
  const check = await runToEnd(scene.core, 'restores.check', { source: { snapshotId: id }, targetPath: scene.source });
  expectFailure(check, 'CORRUPT', /My-app/);
  expect(() => checkOf(check)).toThrow();
  await expect(scene.core.call('restores.start', { checkRunId: check.id, confirmation: 'x' })).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});
