import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { BackupImport } from '../../src-shared/model/third-party/import.ts';
import { nearestDefaults } from '../../src-shared/rules/sqlite/cipher-settings.ts';
import { countEncrypted } from '../support/encrypted-databases.ts';
import {
  FILE_TIME,
  makeHoneFolder,
  makeOpenMemoryFolder,
  makePiSovereignFolder,
  makePortunusFolder,
  makeProgramDatabase,
  makeSoundBoxFolder,
  whyNoImportFolders,
} from '../support/import-folders.ts';
import { folderOn, save } from '../support/places.ts';
import { checkOf, contentsOf } from '../support/scene.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

const KEY = 'a passphrase of Hone';

/** A core, and a folder that is filled by one of the programs. */
async function setImportingScene(fill: (folder: string) => void) {
  const root = temporaryFolder();
  const folder = join(root, 'backups');
  fill(folder);
  return { root, folder, core: await startTestCore(join(root, 'home')), before: contentsOf(folder) };
}

function outcomesOf(run: Run): Array<[string, BackupImport['files'][number]['outcome']]> {
  if (run.result?.kind !== 'import') throw new Error(`${run.state}: ${run.error?.message}`);
  return run.result.files
    .map(({ path, outcome }): [string, BackupImport['files'][number]['outcome']] => [path, outcome])
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Verifies a snapshot of the catalog, restores it, and answers the number of its notes, counted by SQLite’s shell. */
async function verifyAndRestore(core: Core, snapshotId: string, target: string): Promise<number> {
  const verified = await succeed(core, 'verifications.start', { snapshotId });
  expect(verified.result).toMatchObject({ verification: { valid: true } });
  if (verified.result?.kind !== 'verify') throw new Error('no verification');
  // Its manifest is in the catalog, so every check is made.
  expect(verified.result.verification.checks.map(({ outcome }) => outcome)).not.toContain('skipped');
  const checked = await succeed(core, 'restores.check', { source: { snapshotId }, targetPath: target });
  expect(checkOf(checked).source.snapshotId).toBe(snapshotId);
  await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation: checkOf(checked).confirmation });
  return Number(execFileSync('sqlite3', [target, 'SELECT count(*) FROM entries'], { encoding: 'utf8' }));
}

describe.skipIf(whyNoImportFolders !== undefined)(`what other programs have left ${whyNoImportFolders ?? ''}`, () => {
  test('Portunus: each file with its date; a cut one and one that never was a database are said to be', async () => {
    const { root, folder, core, before } = await setImportingScene(makePortunusFolder);
    const { files, problems } = await core.call('imports.list', { path: folder });
    expect(files.map(({ path, at, program, atFrom }) => [path, at, program, atFrom])).toEqual([
      ['2026-05-09.db', new Date(2026, 4, 9).toISOString(), 'portunus', 'name'],
      ['portunus-state-2026-05-08T12:34:56Z.db', '2026-05-08T12:34:56.000Z', 'portunus', 'name'],
      ['portunus-backup-2026-05-07.db', new Date(2026, 4, 7).toISOString(), 'portunus', 'name'],
    ]);
    expect(problems).toMatchObject([
      {
        path: 'portunus-state-2026-05-10T12:34:56Z.db',
        problem: 'broken',
        message: expect.stringContaining('truncated'),
      },
      { path: 'portunus-state-2026-05-11T12:34:56Z.db', problem: 'unsupported', message: 'It is a text file.' },
    ]);
    const run = await succeed(core, 'imports.start', { path: folder });
    expect(outcomesOf(run).map(([, outcome]) => outcome)).toEqual(['imported', 'imported', 'imported']);
    const [newest, older] = await core.call('snapshots.list', {});
    expect(newest).toMatchObject({
      planName: 'portunus',
      planId: null,
      pinned: false,
      origin: 'imported',
      userVersion: 7,
    });
    expect(await verifyAndRestore(core, older?.id ?? '', join(root, 'restored.db'))).toBe(400);
    // Whoever reads the manifests of the folder finds these where they are.
    const scan = await succeed(core, 'destinations.rescan', { path: folder });
    expect(scan.result).toMatchObject({ missing: 0, added: 0 });
    expect(contentsOf(folder)).toEqual(before);
  });

  test('Hone: encrypted and packed, by its key alone', async () => {
    const { root, folder, core, before } = await setImportingScene((path) => makeHoneFolder(path, KEY));
    const { files, problems } = await core.call('imports.list', { path: folder });
    expect(files.map(({ path, at, atFrom }) => [path, at, atFrom])).toEqual([
      ['hone-2024-02-30-143022.db.gz', FILE_TIME.toISOString(), 'file'],
      ['my-backup.db.gz', FILE_TIME.toISOString(), 'file'],
      ['hone-2024-01-16-143022.db.gz', '2024-01-16T14:30:22.000Z', 'name'],
      ['hone-2024-01-15-143022.db.gz', '2024-01-15T14:30:22.000Z', 'name'],
    ]);
    expect(files[0]?.notes.join(' ')).toContain('date in its name is not valid');
    expect(files[2]?.notes.join(' ')).toContain('encrypted');
    expect(problems.map(({ path, problem }) => [path, problem])).toEqual([
      ['hone-2024-01-17-143022.db.gz', 'empty'],
      ['hone-2024-01-18-143022.db.gz', 'broken'],
      ['notes.txt', 'wrong-name'],
    ]);
    const file = 'hone-2024-01-16-143022.db.gz';
    expect(await core.call('imports.describe', { path: folder, file })).toMatchObject({ locked: true, valid: false });
    const wrong = await core.answer('imports.describe', { path: folder, file, key: { value: 'another one' } });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'BAD_KEY' } });
    const without = await succeed(core, 'imports.start', { path: folder, files: [file] });
    expect(outcomesOf(without)).toEqual([[file, 'refused']]);
    const run = await succeed(core, 'imports.start', { path: folder, files: [file], key: { value: KEY } });
    expect(outcomesOf(run)).toEqual([[file, 'imported']]);
    expect(await core.call('imports.describe', { path: folder, file })).toMatchObject({
      locked: false,
      valid: true,
      userVersion: 7,
      tables: [{ name: 'conversations' }, { name: 'entries', rows: 400 }],
    });
    const [snapshot] = await core.call('snapshots.list', {});
    const settings = snapshot?.databaseEncryption?.settings;
    if (settings?.cipher !== 'sqlcipher') throw new Error('not SQLCipher');
    const target = join(root, 'restored.db');
    const checked = await succeed(core, 'restores.check', {
      source: { snapshotId: snapshot?.id ?? '' },
      targetPath: target,
    });
    await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation: checkOf(checked).confirmation });
    const legacy = nearestDefaults(settings).version;
    expect(countEncrypted(target, KEY, ["cipher='sqlcipher'", `legacy=${legacy}`])).toBe(400);
    expect(contentsOf(folder)).toEqual(before);
  });

  test('OpenMemory: manually and by schedule, and dumps, which are verified and restored like databases', async () => {
    const { root, folder, core } = await setImportingScene(makeOpenMemoryFolder);
    const { files, problems } = await core.call('imports.list', { path: folder });
    expect(files.map(({ path, kind, trigger, at }) => [path, kind, trigger, at])).toEqual([
      ['backup-2024-01-07.db', 'database', 'unknown', new Date(2024, 0, 7).toISOString()],
      ['vacuum-backup-2024-01-06.db', 'database', 'unknown', new Date(2024, 0, 6).toISOString()],
      ['dump-2024-01-03.sql', 'dump', 'unknown', new Date(2024, 0, 3).toISOString()],
      ['backup-auto-2024-01-02T02-00-00-000Z.db', 'database', 'automatic', '2024-01-02T02:00:00.000Z'],
      ['backup-manual-2024-01-01T09-30-00-000Z.db', 'database', 'manual', '2024-01-01T09:30:00.000Z'],
    ]);
    expect(problems.map(({ path, problem }) => [path, problem])).toEqual([
      ['backup-auto-2024-01-05T02-00-00-000Z.db.tmp', 'partial'],
      ['dump-2024-01-04.sql', 'broken'],
    ]);
    const dump = await core.call('imports.describe', { path: folder, file: 'dump-2024-01-03.sql' });
    expect(dump).toMatchObject({ content: 'dump', valid: true, tables: [{}, { name: 'entries', rows: 400 }] });
    const run = await succeed(core, 'imports.start', { path: folder });
    expect(outcomesOf(run)).toEqual([
      ['backup-2024-01-07.db', 'imported'],
      ['backup-auto-2024-01-02T02-00-00-000Z.db', 'imported'],
      ['backup-manual-2024-01-01T09-30-00-000Z.db', 'imported'],
      ['dump-2024-01-03.sql', 'imported'],
      ['vacuum-backup-2024-01-06.db', 'imported'],
    ]);
    const entered = await core.call('snapshots.list', {});
    expect(entered.map(({ trigger }) => trigger)).toEqual(['command', 'command', 'command', 'schedule', 'manual']);
    for (const [index, { id }] of entered.slice(0, 3).entries())
      expect(await verifyAndRestore(core, id, join(root, `restored-${index}.db`))).toBe(400);
  });

  test('Sound Box: one snapshot a day, under the retention of a plan only when told', async () => {
    const { root, folder, core, before } = await setImportingScene((path) => makeSoundBoxFolder(path));
    const { files, problems } = await core.call('imports.list', { path: folder });
    expect(files.map(({ path, kind, group }) => [path, kind, group])).toEqual([
      ['2024-01-16/generated', 'folder', 'soundbox:2024-01-16'],
      ['2024-01-16/soundbox.db', 'database', 'soundbox:2024-01-16'],
      ['2024-01-15/generated', 'folder', 'soundbox:2024-01-15'],
      ['2024-01-15/soundbox.db', 'database', 'soundbox:2024-01-15'],
      ['2024-01-14/generated', 'folder', 'soundbox:2024-01-14'],
    ]);
    expect(problems).toMatchObject([
      { path: '2024-01-14/soundbox.db', problem: 'empty' },
      { path: 'rsync.log', problem: 'wrong-name' },
    ]);

    const plan = await core.call('plans.create', {
      name: 'soundbox',
      sourcePath: join(root, 'soundbox-app', 'soundbox.db'),
      destinations: [{ path: folder }],
      retention: { keepLast: 1 },
    });
    const imported = await succeed(core, 'imports.start', { path: folder, planId: plan.id });
    expect(outcomesOf(imported)).toEqual([
      ['2024-01-15/soundbox.db', 'imported'],
      ['2024-01-16/soundbox.db', 'imported'],
    ]);
    const [newest, older] = await core.call('snapshots.list', { planId: plan.id });
    expect(newest).toMatchObject({ name: '2024-01-16/soundbox.db', path: join(folder, '2024-01-16', 'soundbox.db') });
    expect(await verifyAndRestore(core, older?.id ?? '', join(root, 'restored.db'))).toBe(400);
    expect((await core.call('prune.preview', { planId: plan.id })).removed).toEqual([]);
    expect((await succeed(core, 'destinations.rescan', { path: folder })).result).toMatchObject({ missing: 0 });
    expect(contentsOf(folder)).toEqual(before);

    const again = await succeed(core, 'imports.start', { path: folder, planId: plan.id });
    expect(outcomesOf(again).map(([, outcome]) => outcome)).toEqual(['known', 'known']);
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: older?.id ?? '' });
    await succeed(core, 'snapshots.delete', { snapshotId: older?.id ?? '', confirmation });
    expect(existsSync(join(folder, '2024-01-15', 'soundbox.db'))).toBe(false);
    expect(existsSync(join(folder, '2024-01-15', 'generated', '0.wav'))).toBe(true);
    await succeed(core, 'trash.putBack', { snapshotId: older?.id ?? '' });
    expect(existsSync(join(folder, '2024-01-15', 'soundbox.db'))).toBe(true);
  });

  test('PiSovereign: copies of one backup are one snapshot, and a cut file is said to be', async () => {
    const { folder, core } = await setImportingScene(makePiSovereignFolder);
    const { files, problems } = await core.call('imports.list', { path: folder });
    const found = files.map(({ path, kind, tier, importable }) => [path, kind, tier, importable]);
    // An archive whose name tells no day is of today.
    expect(found.slice(0, 2).sort()).toEqual([
      // Its content tells what it is, and its name nothing.
      ['pisovereign.db.pre-restore', 'database', null, true],
      ['vault-backup.tar.gz', 'folder', null, true],
    ]);
    expect(found.slice(2)).toEqual([
      ['pisovereign-20260203_143022.db', 'database', null, true],
      ['config/config-20260201.toml', 'config', null, false],
      ['daily/pisovereign-20260201.db.gz', 'database', 'daily', true],
      ['monthly/pisovereign-202602.db.gz', 'database', 'monthly', true],
      ['pisovereign-full-20260201.img.gz', 'image', null, false],
      ['system/20260201', 'folder', null, false],
      ['weekly/pisovereign-week05-20260201.db.gz', 'database', 'weekly', true],
      ['system/20260131', 'folder', null, false],
    ]);
    expect(problems).toMatchObject([{ path: 'daily/pisovereign-20260202.db.gz', problem: 'broken' }]);
    const run = await succeed(core, 'imports.start', {
      path: folder,
      files: [...files.map(({ path }) => path), 'daily/pisovereign-20260202.db.gz', 'daily/gone.db'],
      newPlanName: 'my server',
    });
    expect(outcomesOf(run)).toEqual([
      ['config/config-20260201.toml', 'refused'],
      ['daily/gone.db', 'refused'],
      ['daily/pisovereign-20260201.db.gz', 'same'],
      ['daily/pisovereign-20260202.db.gz', 'refused'],
      ['monthly/pisovereign-202602.db.gz', 'imported'],
      ['pisovereign-20260203_143022.db', 'imported'],
      ['pisovereign-full-20260201.img.gz', 'refused'],
      ['pisovereign.db.pre-restore', 'imported'],
      ['system/20260131', 'refused'],
      ['system/20260201', 'refused'],
      ['vault-backup.tar.gz', 'refused'],
      ['weekly/pisovereign-week05-20260201.db.gz', 'imported'],
    ]);
    const entered = await core.call('snapshots.list', {});
    expect(entered.map(({ planName }) => planName)).toEqual(Array(4).fill('my server'));
    // A plan of that name which stores there does not take them over.
    const sourcePath = join(folder, '..', 'pisovereign', 'pisovereign.db');
    const plan = await core.call('plans.create', { name: 'My server', sourcePath, destinations: [{ path: folder }] });
    expect(await core.call('snapshots.list', { planId: plan.id })).toEqual([]);
  });

  test.skipIf(whyNoSftp !== undefined)(
    'on an SSH server: listed and entered there, fetched when it is read',
    async () => {
      const server = await startSftpServer();
      onTestFinished(() => server.stop());
      const root = temporaryFolder();
      const core = await startTestCore(join(root, 'home'));
      const { folder, ...destination } = await folderOn(server, 'far');
      makeSoundBoxFolder(join(folder, 'backups'), 3);
      const settings = { ...destination.settings, path: join(folder, 'backups') };
      const destinationId = await save(core, { ...destination, settings });
      const { files, problems } = await core.call('imports.list', { destinationId });
      expect(files.filter(({ importable }) => importable).map(({ path }) => path)).toEqual([
        '2024-01-16/soundbox.db',
        '2024-01-15/soundbox.db',
      ]);
      expect(problems).toHaveLength(2);
      const run = await succeed(core, 'imports.start', { destinationId });
      expect(outcomesOf(run).map(([, outcome]) => outcome)).toEqual(['imported', 'imported']);
      const [snapshot] = await core.call('snapshots.list', {});
      expect(snapshot).toMatchObject({ path: null, copies: [{ state: 'stored', destinationName: 'far' }] });
      expect(await verifyAndRestore(core, snapshot?.id ?? '', join(root, 'restored.db'))).toBe(400);
    },
  );

  test('nothing is imported from the data folder or a file, and nothing is described outside of the place', async () => {
    const { root, folder, core } = await setImportingScene((path) => makeProgramDatabase(join(path, 'app.db')));
    for (const params of [{ path: join(root, 'home', 'safety') }, { path: join(folder, 'app.db') }])
      expect(await core.answer('imports.start', params)).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/INVALID_PARAMS|CONFLICT/), hint: expect.stringMatching(/\w/) },
      });
    for (const file of ['../home/catalog.db', '/etc/passwd'])
      expect(await core.answer('imports.describe', { path: folder, file })).toMatchObject({
        ok: false,
        error: { code: 'INVALID_PARAMS' },
      });
  });
});
