import { copyFileSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { checkOf, expectFailure, expectNothingLeft, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { manifestOf, verify } from '../support/stored-files.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

test('unpacking stops one byte after the size in the manifest', async () => {
  const scene = await setScene({ rows: 3000 });
  const stored = await takeBackup(scene);
  // Beside a snapshot that the catalog knows, the catalog's manifest counts.
  const path = join(scene.folder, 'elsewhere.db.gz');
  copyFileSync(stored.path, path);
  const manifest = { ...manifestOf(stored.path), name: 'elsewhere.db.gz' };
  const smaller = { ...manifest, image: { ...manifest.image, bytes: manifest.image.bytes - 1 } };
  writeFileSync(`${path}.manifest.json`, JSON.stringify(smaller));
  const found = await verify(scene, path);
  expect(found).toMatchObject({ valid: false, stored: 'different' });
  expect(JSON.stringify(found.checks)).toContain('unpacks to more than');
  expectNothingLeft({ ...scene, folder: scene.home });
});

/** Writes a bare packed file that unpacks to a database of about so many bytes, nearly all of them zeros. */
function packZeros(folder: string, bytes: number): string {
  const huge = join(folder, `${bytes}.db`);
  const database = new Database(huge);
  database.exec(`CREATE TABLE zeros (b); INSERT INTO zeros VALUES (zeroblob(${bytes}))`);
  database.close();
  const bare = join(folder, `${bytes}.db.gz`);
  writeFileSync(bare, gzipSync(readFileSync(huge), { level: 9 }));
  return bare;
}

test('a bare file that unpacks to less than 16 MB is not asked about, however far it is packed', async () => {
  const scene = await setScene();
  const source = { path: packZeros(scene.folder, 15_000_000) };
  const targetPath = join(scene.folder, 'restored.db');
  expect(checkOf(await succeed(scene.core, 'restores.check', { source, targetPath })).expansion).toBeNull();
});

test('a bare file that unpacks to hundreds of times its size is restored only when it is asked for twice', async () => {
  const scene = await setScene();
  const bare = packZeros(scene.folder, 17_000_000);
  const targetPath = join(scene.folder, 'restored.db');
  const checked = await succeed(scene.core, 'restores.check', { source: { path: bare }, targetPath });
  const { expansion, confirmation } = checkOf(checked);
  expect(expansion).toBeGreaterThan(200);
  const start = { checkRunId: checked.id, confirmation };
  await expect(scene.core.call('restores.start', start)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await runToEnd(scene.core, 'restores.start', { ...start, force: true })).toMatchObject({ state: 'succeeded' });
});

test('a manifest that is too large for one is not read', async () => {
  const scene = await setScene();
  const { path } = await takeBackup(scene);
  writeFileSync(`${path}.manifest.json`, Buffer.alloc(16 * 1024 * 1024 + 1, ' '));
  expect(await verify(scene, path)).toMatchObject({ valid: false, message: expect.stringContaining('too large') });
});

describe.skipIf(!canMount)('a bare file that would fill the disk', () => {
  const DISK = 160_000_000;

  test.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes, { level: 1 })],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
  ])('of %s is stopped while a quarter of it is free, by the API as well as by an import', async (_what, pack) => {
    const scene = await setScene({ prepare: (folder) => void mountSmallDisk(join(folder, 'home'), DISK) });
    const { path } = await takeBackup(scene);
    const bomb = join(scene.folder, 'bomb-2026-01-01.db.gz');
    const content = Buffer.alloc(2 * DISK);
    readFileSync(scene.source).copy(content);
    writeFileSync(bomb, pack(content));
    let least = Number.POSITIVE_INFINITY;
    const look = (): void => {
      const { bavail, bsize } = statfsSync(scene.home);
      least = Math.min(least, bavail * bsize);
    };
    const stop = scene.core.on('run.changed', look);
    const start = { source: { path: bomb }, targetPath: join(scene.folder, 'restored.db') };
    for (const run of [
      await runToEnd(scene.core, 'verifications.start', { path: bomb }),
      await runToEnd(scene.core, 'restores.check', start),
    ]) {
      expectFailure(run, 'NO_SPACE', 'bomb-2026-01-01.db.gz unpacks to more than');
      look();
    }
    stop();
    expect(least).toBeGreaterThan(DISK * 0.2);
    expect(readdirSync(join(scene.home, 'staging'))).toEqual([]);
    const imported = await runToEnd(scene.core, 'imports.start', {
      path: scene.folder,
      files: ['bomb-2026-01-01.db.gz'],
      newPlanName: 'bomb',
    });
    expectFailure(imported, 'NO_SPACE', 'bomb-2026-01-01.db.gz unpacks to more than');
    // What Snapkeep stored is unpacked as far as its manifest says, whatever is free.
    expect((await verify(scene, path)).valid).toBe(true);
  });
});
