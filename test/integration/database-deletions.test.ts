import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { checkDatabaseDeletion, deleteDatabase } from '../../src-main/core/delete-database/delete-database.ts';
import type { Params } from '../../src-shared/contract/methods.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { NODE, openElsewhere } from '../support/elsewhere.ts';
import { countEncrypted, makeEncrypted, RAW_KEY } from '../support/encrypted-databases.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../support/file-attributes.ts';
import { quietContext } from '../support/quiet-context.ts';
import { expectFailure, expectNothingLeft, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

type Target = Params<'databaseDeletions.start'>['target'];

/** Looks at what the deletion of a database would remove and has it done. */
async function databaseDeletion({ core }: Pick<Scene, 'core'>, target: Target, more: { evenIfOpen?: boolean } = {}) {
  const { confirmation } = await core.call('databaseDeletions.preview', { target });
  return runToEnd(core, 'databaseDeletions.start', { target, confirmation, ...more });
}

const namesIn = (path: string): string[] => readdirSync(path).sort();

describe('the deletion of a database', () => {
  test('removes the database and what belongs to it, leaves everything else, and is undone', async () => {
    const scene = await setScene({ rows: 40, plan: { lockFiles: ['app.db.lock', 'not there.lock'] } });
    const { core, source, folder, plan } = scene;
    const app = join(folder, 'app');
    for (const name of ['app.db.lock', 'own.lock', 'server.key', 'app.db.txt', 'app.db-other'])
      writeFileSync(join(app, name), name);
    // A log that nobody has folded in: a program that was killed leaves it.
    const writer = await openElsewhere(source);
    await writer.exec('INSERT INTO entries (account, amount) VALUES (1, 1), (1, 2), (1, 3), (1, 4), (1, 5)');
    await writer.crash();
    const target = { planId: plan.id, lockFiles: ['own.lock'] };
    const preview = await core.call('databaseDeletions.preview', { target });
    expect(preview.files.map(({ path }) => path.slice(app.length + 1)).sort()).toEqual(
      expect.arrayContaining(['app.db', 'app.db-wal', 'app.db.lock', 'own.lock']),
    );
    expect(preview).toMatchObject({ damage: null, tables: expect.arrayContaining([{ name: 'entries', rows: 45 }]) });
    expect(existsSync(source)).toBe(true);
    const run = await succeed(core, 'databaseDeletions.start', { target, confirmation: preview.confirmation });
    expect(run).toMatchObject({ kind: 'databaseDeletion', result: { method: 'remove', rows: 47, tables: 2 } });
    expect(namesIn(app)).toEqual(['app.db-other', 'app.db.txt', 'server.key']);
    await succeed(core, 'restores.undo', {});
    expect(countEntries(source)).toBe(45);
    expectNothingLeft(scene);
  });

  test('of what is not there has nothing to do', async () => {
    const scene = await setScene();
    const path = join(scene.folder, 'never.db');
    expect(await scene.core.call('databaseDeletions.preview', { target: { path } })).toMatchObject({
      files: [],
      safetyFolder: null,
    });
    const run = await databaseDeletion(scene, { path });
    expect(run).toMatchObject({ state: 'succeeded', result: { removed: [], safetySnapshotId: null } });
  });

  test.each([
    ['text', 'not a database'],
    ['a dump', 'BEGIN;\nCREATE TABLE t(a);\nCOMMIT;\n'],
    ['nothing', ''],
    ['15 of the 16 bytes', 'SQLite format 3'],
  ])('refuses %s', async (_, content) => {
    const scene = await setScene();
    const path = join(scene.folder, 'app', 'other.db');
    writeFileSync(path, content);
    await expect(scene.core.call('databaseDeletions.preview', { target: { path } })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('refuses snapshots and Snapkeep’s own files', async () => {
    const scene = await setScene({ plan: { compression: 'none' } });
    const { path } = await takeBackup(scene);
    for (const refused of [path, join(scene.home, 'catalog.db')])
      await expect(scene.core.call('databaseDeletions.preview', { target: { path: refused } })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
  });

  test('takes names of lock files alone, and no folder for one', async () => {
    const scene = await setScene();
    for (const name of ['../x', 'a/b', '..', ''])
      await expect(
        scene.core.call('databaseDeletions.preview', { target: { path: scene.source, lockFiles: [name] } }),
      ).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    mkdirSync(join(scene.folder, 'app', 'a folder'));
    const target = { path: scene.source, lockFiles: ['a folder'] };
    await expect(scene.core.call('databaseDeletions.preview', { target })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });

  test('keeps a damaged database byte for byte, and undo puts the bytes back', async () => {
    const scene = await setScene({ rows: 500, journalMode: 'delete' });
    const bytes = readFileSync(scene.source);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(scene.source, bytes);
    expect((await databaseDeletion(scene, { path: scene.source })).state).toBe('succeeded');
    expect(existsSync(scene.source)).toBe(false);
    await succeed(scene.core, 'restores.undo', {});
    expect(readFileSync(scene.source).equals(bytes)).toBe(true);
  });

  test('is refused when things have changed since the preview', async () => {
    const scene = await setScene();
    const target = { path: scene.source };
    const { confirmation } = await scene.core.call('databaseDeletions.preview', { target });
    appendEntries(scene.source, 1);
    const run = await runToEnd(scene.core, 'databaseDeletions.start', { target, confirmation });
    expectFailure(run, 'CONFLICT', /has changed since the preview/);
    expect(countEntries(scene.source)).toBe(101);
  });

  test('follows a link to the database itself', async () => {
    const scene = await setScene();
    const link = join(scene.folder, 'link.db');
    symlinkSync(scene.source, link);
    expect((await scene.core.call('databaseDeletions.preview', { target: { path: link } })).path).toBe(scene.source);
  });
});

test.skipIf(process.platform === 'win32')(
  'a database that another program has open is left, unless told otherwise',
  async () => {
    const scene = await setScene();
    const other = await openElsewhere(scene.source);
    const target = { path: scene.source };
    expect((await scene.core.call('databaseDeletions.preview', { target })).openBy).toHaveLength(1);
    expectFailure(await databaseDeletion(scene, target), 'BUSY', /open/);
    expect(countEntries(scene.source)).toBe(100);
    expect((await databaseDeletion(scene, target, { evenIfOpen: true })).state).toBe('succeeded');
    expect(existsSync(scene.source)).toBe(false);
    await other.close();
  },
);

/** Commits a note to a row in a process of its own. @returns whether that was acknowledged */
function commitElsewhere(path: string, row: number, note: string): boolean {
  const program =
    "const [, path, row, note] = process.argv; new (require('better-sqlite3'))(path, { timeout: 0, fileMustExist: true }).prepare('UPDATE entries SET note = ? WHERE id = ?').run(note, row)";
  const cwd = resolve(import.meta.dirname, '../..');
  return spawnSync(NODE, ['-e', program, path, String(row), note], { cwd, stdio: 'ignore' }).status === 0;
}

test.skipIf(process.platform === 'win32').each(['wal', 'delete'] as const)(
  'a database in %s mode that is deleted while programs commit to it: every commit before its removal is kept',
  async (journalMode) => {
    const folder = temporaryFolder();
    const [targetPath, safetyFolder, staging] = ['app.db', 'safety', 'staging'].map((name) => join(folder, name)) as [
      ...[string, string, string],
    ];
    for (const made of [safetyFolder, staging]) mkdirSync(made);
    makeDatabase(targetPath, { rows: 50, journalMode });
    const other = await openElsewhere(targetPath);
    await other.get('SELECT count(*) FROM entries');
    const about = { targetPath, lockFiles: [], safetyFolder };
    const { confirmation } = await checkDatabaseDeletion(about, quietContext(staging));
    const tried: string[] = [];
    const acknowledged: string[] = [];
    // At every step that the deletion tells of, another program commits.
    const commit = (): void => {
      if (!existsSync(targetPath)) return;
      const note = `commit ${tried.push('') + 1}`;
      if (commitElsewhere(targetPath, tried.length, note)) acknowledged.push(note);
    };
    const run = { runId: randomUUID(), planId: null, snapkeepVersion: '1', serviceId: randomUUID(), lockWaitMs: 5000 };
    const { safety } = await deleteDatabase(
      { ...about, ...run, confirmation, evenIfOpen: true },
      quietContext(staging, { log: commit, progress: commit }),
      async () => {},
    );
    await other.close();
    expect(existsSync(targetPath)).toBe(false);
    const kept = join(folder, 'kept.db');
    writeFileSync(kept, zstdDecompressSync(readFileSync(join(safetyFolder, safety?.name ?? ''))));
    const database = new Database(kept);
    const notes = database.prepare('SELECT note FROM entries').pluck().all();
    database.close();
    expect(acknowledged.filter((note) => !notes.includes(note))).toEqual([]);
    expect(acknowledged).not.toEqual([]);
    expect(tried.length).toBeGreaterThan(acknowledged.length);
  },
);

describe('what Undo cannot bring back', () => {
  test('is said before a deletion begins', async () => {
    const scene = await setScene({ plan: { lockFiles: ['app.db.lock'] } });
    const { core, source, plan, folder } = scene;
    const notes = async () =>
      (await core.call('databaseDeletions.preview', { target: { planId: plan.id } })).notes.join(' ');
    expect(await notes()).toBe('');
    writeFileSync(`${source}.lock`, '');
    linkSync(source, join(folder, 'other name'));
    chmodSync(source, 0o4644);
    const other = await openElsewhere(source);
    await other.exec('SELECT count(*) FROM entries');
    expect(await notes()).toMatch(/1 other hard link/);
    expect(await notes()).toMatch(/Undo does not restore lock files: app\.db\.lock\./);
    expect(await notes()).toMatch(/set-user-ID, .* dropped/);
    expect(await notes()).toMatch(/Changes that it makes after the deletion are lost/);
    await other.close();
  });

  test('is neither the owner nor the mode', async () => {
    const scene = await setScene();
    const { core, source } = scene;
    chmodSync(source, 0o664);
    if (process.getuid?.() === 0) chownSync(source, 1234, 2345);
    const { uid, gid } = statSync(source);
    const run = await databaseDeletion(scene, { path: source });
    expect(run).toMatchObject({ state: 'succeeded', result: { rights: { uid, gid, mode: 0o664 } } });
    await succeed(core, 'restores.undo', {});
    expect(statSync(source)).toMatchObject({ uid, gid, mode: 0o100664 });
  });

  test('is neither the access control list nor an extended attribute', async (context) => {
    const why = whyNoAttributes();
    context.skip(why !== undefined, why);
    const scene = await setScene();
    const { core, source } = scene;
    setAttributes(source);
    if (process.getuid?.() === 0) chownSync(source, 1234, 2345);
    const before = [attributesOf(source), statSync(source).mode];
    await databaseDeletion(scene, { path: source });
    const [kept] = await core
      .call('snapshots.list', {})
      .then((all) => all.filter(({ trigger }) => trigger === 'before-restore'));
    // Nobody else may read what is kept.
    expect(statSync(kept?.path ?? '')).toMatchObject({ uid: process.getuid?.(), mode: 0o100600 });
    await succeed(core, 'restores.undo', {});
    expect([attributesOf(source), statSync(source).mode]).toEqual(before);
  });
});

test('an encrypted database goes only with its key', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'app', 'hone.db');
  makeEncrypted(path, RAW_KEY, 100);
  const target = { path };
  await expect(scene.core.call('databaseDeletions.preview', { target })).rejects.toMatchObject({ code: 'BAD_KEY' });
  const key = { value: RAW_KEY };
  const { confirmation } = await scene.core.call('databaseDeletions.preview', { target, key });
  await succeed(scene.core, 'databaseDeletions.start', { target, key, confirmation });
  expect(existsSync(path)).toBe(false);
  await succeed(scene.core, 'restores.undo', {});
  expect(countEncrypted(path, RAW_KEY)).toBe(100);
});

test('the deletion of a database that a crash ended is undone from what was kept', async () => {
  const scene = await setScene({ rows: 20 });
  const run = await databaseDeletion(scene, { path: scene.source });
  await scene.core.close();
  const core = await startTestCore(scene.home);
  await succeed(core, 'restores.undo', { runId: run.id });
  expect(countEntries(scene.source)).toBe(20);
});
