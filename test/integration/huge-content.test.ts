import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { checkOf, expectNothingLeft, setScene, takeBackup } from '../support/scene.ts';
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

test('a bare file that unpacks to hundreds of times its size is restored only when it is asked for twice', async () => {
  const scene = await setScene();
  const huge = join(scene.folder, 'huge.db');
  const database = new Database(huge);
  database.exec('CREATE TABLE zeros (b); INSERT INTO zeros VALUES (zeroblob(110000000))');
  database.close();
  const bare = join(scene.folder, 'huge.db.gz');
  writeFileSync(bare, gzipSync(readFileSync(huge), { level: 9 }));
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
  writeFileSync(`${path}.manifest.json`, Buffer.alloc(64 * 1024 * 1024 + 1, ' '));
  expect(await verify(scene, path)).toMatchObject({ valid: false, message: expect.stringContaining('too large') });
});
