import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { stageAndVerify } from '../../src-main/core/verify/verify-file.ts';
import { MANIFEST_FORMAT, type Manifest } from '../../src-shared/model/manifest.ts';
import { SQLCIPHER_DEFAULTS } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { appendEntries } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { expectFailure, expectNothingLeft, setScene, takeBackup } from '../support/scene.ts';
import { databaseOf, expectBad, manifestOf, verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

describe('manifests', () => {
  test('of a newer format: TOO_NEW everywhere, and the file itself can be had without it', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    const described = `${path}.manifest.json`;
    writeFileSync(
      described,
      JSON.stringify({ ...manifestOf(path), format: MANIFEST_FORMAT + 1, surprise: { new: true } }),
    );
    expectFailure(await runToEnd(scene.core, 'verifications.start', { path }), 'TOO_NEW', described);
    const check = { source: { path }, targetPath: scene.source };
    expectFailure(await runToEnd(scene.core, 'restores.check', check), 'TOO_NEW', described);
    await expect(scene.core.call('files.identify', { path })).rejects.toMatchObject({ code: 'TOO_NEW' });
    const scan = await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
    expect(scan.result).toMatchObject({ found: 0, problems: [{ message: expect.stringContaining('newer version') }] });
    const bare = join(scene.folder, 'bare.db.gz');
    renameSync(path, bare);
    expect((await verify(scene, bare)).valid).toBe(true);
    expectNothingLeft({ ...scene, folder: scene.home });
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, 100)],
    ['empty', () => ''],
    ['null', () => 'null'],
    ['of another kind', () => '{"format":1,"name":"x"}'],
    ['with a negative size', (text: string) => text.replace(/"bytes": /, '"bytes": -')],
    ['binary', () => '\u0000\u0001\u0002'],
  ])('that are %s: the file is not called valid, and says why', async (_what, damage) => {
    const scene = await setScene();
    const { path, id } = await takeBackup(scene);
    const described = `${path}.manifest.json`;
    writeFileSync(described, damage(readFileSync(described, 'utf8')));
    await expectBad(scene, path, described);
    expect(await scene.core.call('files.identify', { path })).toMatchObject({
      content: 'gzip',
      restorable: true,
      snapshotId: id,
    });
    const scan = await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
    expect(scan.result).toMatchObject({
      found: 0,
      missing: 0,
      problems: [{ message: expect.stringContaining('manifest') }],
    });
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  test('that tell something else than the file holds', async () => {
    const scene = await setScene();
    const taken = await takeBackup(scene);
    // Where the catalog knows it, its own manifest is compared with, not this one.
    const path = join(temporaryFolder(), taken.name);
    copyFileSync(taken.path, path);
    copyFileSync(`${taken.path}.manifest.json`, `${path}.manifest.json`);
    const manifest = manifestOf(path);
    const database = databaseOf(manifest);
    const lies: Partial<Manifest>[] = [
      { stored: { ...manifest.stored, sha256: '0'.repeat(64) } },
      { image: { ...manifest.image, sha256: '0'.repeat(64) } },
      { database: { ...database, schemaHash: '0'.repeat(64) } },
      { database: { ...database, tables: [{ name: 'accounts', rows: 2 }] } },
      { database: { ...database, tables: [...database.tables, { name: 'more', rows: 0 }] } },
      { stored: { ...manifest.stored, bytes: manifest.stored.bytes + 1 } },
      { image: { ...manifest.image, bytes: manifest.image.bytes + 1 } },
      { database: { ...database, pageSize: 8192 } },
      { database: { ...database, pageCount: database.pageCount + 1 } },
      { database: { ...database, userVersion: 8 } },
      { database: { ...database, applicationId: 1 } },
      { database: { ...database, journalMode: 'delete' } },
      { compression: 'zst' },
      { compression: 'none' },
      { method: 'sql-dump' },
      { method: 'files', database: null },
      { encryption: { kind: 'passphrase' } },
      { databaseEncryption: { settings: SQLCIPHER_DEFAULTS[4], key: `scrypt:${'0'.repeat(32)}:${'0'.repeat(64)}` } },
    ];
    for (const lie of lies) {
      writeFileSync(`${path}.manifest.json`, JSON.stringify({ ...manifest, ...lie }));
      expect((await verify(scene, path)).valid, JSON.stringify(lie)).toBe(false);
    }
  });

  test('that say there are only files do not keep a damaged database from being found', async () => {
    const scene = await setScene();
    const taken = await takeBackup(scene);
    // Where the catalog knows it, another hash alone would be enough.
    const path = join(temporaryFolder(), taken.name);
    const unpacked = Buffer.from('not a database at all '.repeat(500));
    const stored = gzipSync(unpacked);
    writeFileSync(path, stored);
    const digest = (bytes: Buffer) => ({
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const lie: Manifest = {
      ...manifestOf(taken.path),
      ...{ method: 'files', database: null, stored: digest(stored), image: digest(unpacked) },
    };
    writeFileSync(`${path}.manifest.json`, JSON.stringify(lie));
    await expectBad(scene, path, /not a list of contents/);
  });

  test('of another snapshot, under the name of one that the caller knows', async () => {
    const scene = await setScene();
    const first = await takeBackup(scene);
    appendEntries(scene.source, 1);
    const second = await takeBackup(scene);
    const expected = manifestOf(second.path);
    const staging = join(scene.folder, 'staging');
    mkdirSync(staging);
    const verified = async () =>
      (await stageAndVerify({ path: second.path, expected }, quietContext(staging))).verification;
    expect(await verified()).toMatchObject({ valid: true, stored: 'same' });
    copyFileSync(first.path, second.path);
    copyFileSync(`${first.path}.manifest.json`, `${second.path}.manifest.json`);
    expect(await verified()).toMatchObject({
      valid: false,
      stored: 'different',
      message: expect.stringContaining('belongs to another snapshot'),
    });
    // Without a manifest beside it, or with one that was made to fit, the hash tells.
    rmSync(`${second.path}.manifest.json`);
    expect(await verified()).toMatchObject({ valid: false, stored: 'different' });
    writeFileSync(`${second.path}.manifest.json`, JSON.stringify(expected));
    expect(await verified()).toMatchObject({ valid: false, stored: 'different' });
  });

  test('of a file that was renamed with it: the scan says so, and the file is checked against it anyway', async () => {
    const scene = await setScene();
    const { path, name } = await takeBackup(scene);
    const renamed = join(scene.destination, 'renamed.db.gz');
    renameSync(path, renamed);
    renameSync(`${path}.manifest.json`, `${renamed}.manifest.json`);
    const scan = await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
    expect(scan.result).toMatchObject({
      found: 0,
      missing: 1,
      problems: [{ name: 'renamed.db.gz.manifest.json', message: expect.stringContaining(name) }],
    });
    expect((await verify(scene, renamed)).valid).toBe(true);
  });

  test('beside another snapshot', async () => {
    const scene = await setScene();
    const first = await takeBackup(scene);
    appendEntries(scene.source, 1);
    const second = await takeBackup(scene);
    renameSync(`${first.path}.manifest.json`, `${second.path}.manifest.json`);
    await expectBad(scene, second.path, /Not valid/);
  });
});
