import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import type { Manifest } from '../../src-shared/model/manifest.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { putBackFiles } from '../support/files-scene.ts';
import { folderAt, folderOn, save, settle, storeTo } from '../support/places.ts';
import { contentsOf, expectFailure, setScene, takeBackup } from '../support/scene.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { manifestOf } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

test("another snapshot's file and manifest under the same name are neither valid nor restored", async () => {
  const scene = await setScene();
  const { core, plan, source } = scene;
  const first = await takeBackup(scene);
  appendEntries(source, 5);
  const second = await takeBackup(scene);
  copyFileSync(second.path, first.path);
  const forged: Manifest = { ...manifestOf(second.path), name: first.name };
  writeFileSync(`${first.path}.manifest.json`, JSON.stringify(forged));
  const { result } = await succeed(core, 'verifications.start', { snapshotId: first.id });
  expect(result).toMatchObject({ verification: { valid: false, message: expect.stringMatching(/another snapshot/) } });
  const check = await runToEnd(core, 'restores.check', { source: { snapshotId: first.id }, targetPath: source });
  expectFailure(check, 'CORRUPT', /another snapshot/);
  expect(countEntries(source)).toBe(105);
  // With the id of the first one, too.
  writeFileSync(`${first.path}.manifest.json`, JSON.stringify({ ...forged, id: first.id }));
  const again = await runToEnd(core, 'restores.check', { source: { snapshotId: first.id }, targetPath: source });
  expectFailure(again, 'CORRUPT', /another snapshot/);
  // The name it has does not make it the second one either: a rescan says so, and enters nothing.
  writeFileSync(`${first.path}.manifest.json`, JSON.stringify({ ...forged, id: crypto.randomUUID() }));
  const scan = await succeed(core, 'destinations.rescan', { path: scene.destination });
  expect(scan.result).toMatchObject({
    added: 0,
    problems: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining('Another snapshot') }),
      expect.objectContaining({ message: expect.stringContaining('bytes instead of') }),
    ]),
  });
  expect(await core.call('snapshots.list', { planId: plan.id })).toHaveLength(2);
});

test('a restore test of a copy reads the copy that the catalog means', async () => {
  const scene = await setScene();
  const { core, plan, source } = scene;
  const second = await save(core, folderAt(join(scene.folder, 'second'), 'Second'));
  await storeTo(scene, plan.destinations[0]?.destinationId ?? '', second);
  const older = await takeBackup(scene);
  await settle(core);
  appendEntries(source, 5);
  const newest = await takeBackup(scene);
  await settle(core);
  for (const folder of [scene.destination, join(scene.folder, 'second')]) {
    copyFileSync(join(folder, older.name), join(folder, newest.name));
    const forged = { ...manifestOf(join(folder, older.name)), name: newest.name };
    writeFileSync(join(folder, `${newest.name}.manifest.json`), JSON.stringify(forged));
  }
  const restoreTest = await runToEnd(core, 'restoreTests.start', { planId: plan.id });
  expect(restoreTest).toMatchObject({ state: 'failed', result: { valid: false } });
  const verify = await succeed(core, 'verifications.start', { snapshotId: newest.id, destinationId: second });
  expect(verify.result).toMatchObject({ verification: { valid: false } });
});

/** A second destination, and where its files are on this machine. */
interface SavedPlace {
  path: string;
  saved: Parameters<typeof save>[1];
}

async function exchangeAttachedFiles(secondPlace: (folder: string) => Promise<SavedPlace>) {
  const attached = join(temporaryFolder(), 'uploads');
  mkdirSync(attached);
  writeFileSync(join(attached, 'a.txt'), 'one');
  const attachedFiles = [{ name: 'uploads', path: attached, kind: 'folder' as const, exclude: [] }];
  const scene = await setScene({ plan: { attachedFiles } });
  const { core, plan, destination, folder } = scene;
  const { path: secondPath, saved } = await secondPlace(folder);
  const second = await save(core, saved);
  await storeTo(scene, plan.destinations[0]?.destinationId ?? '', second);
  const first = await takeBackup(scene);
  await settle(core);
  writeFileSync(join(attached, 'a.txt'), 'two');
  const newest = await takeBackup(scene);
  await settle(core);
  for (const place of [destination, secondPath]) {
    const path = join(place, first.name);
    const forged = { ...manifestOf(path), attachedFiles: manifestOf(join(place, newest.name)).attachedFiles };
    writeFileSync(`${path}.manifest.json`, JSON.stringify(forged));
  }
  for (const destinationId of plan.destinations.map((each) => each.destinationId).concat(second)) {
    // What the manifest there says now is passed over: the files that belong to the snapshot are still there.
    const whole = await succeed(core, 'verifications.start', { snapshotId: first.id, destinationId });
    expect(whole.result).toMatchObject({ verification: { valid: true } });
  }
  const target = join(folder, 'put back');
  mkdirSync(target);
  await putBackFiles(core, first.id, { attachedFile: 'uploads', to: target });
  expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('one');
  // The files themselves, exchanged for those of another snapshot.
  const [own, other] = [first, newest].map(({ path }) => `${path.replace(/\.db\.gz$/, '')}.uploads`);
  rmSync(own ?? '', { recursive: true });
  cpSync(other ?? '', own ?? '', { recursive: true });
  const run = await succeed(core, 'verifications.start', {
    snapshotId: first.id,
    destinationId: plan.destinations[0]?.destinationId ?? '',
  });
  expect(run.result).toMatchObject({ verification: { valid: false, message: expect.stringContaining('uploads') } });
}

describe('attached files that were exchanged together with their manifest are found, with copies', () => {
  test('in a second folder', () =>
    exchangeAttachedFiles(async (folder) => {
      const path = join(folder, 'second');
      return { path, saved: folderAt(path, 'Second') };
    }));

  test.skipIf(whyNoSftp !== undefined)('on an SSH server', async () => {
    const server = await startSftpServer();
    try {
      await exchangeAttachedFiles(async () => {
        const saved = await folderOn(server, 'Second');
        return { path: saved.folder, saved };
      });
    } finally {
      await server.stop();
    }
  });
});

test('deleting a snapshot whose manifest names the attached files of another one leaves those', async () => {
  const attached = join(temporaryFolder(), 'uploads');
  mkdirSync(attached);
  writeFileSync(join(attached, 'a.txt'), 'one');
  const attachedFiles = [{ name: 'uploads', path: attached, kind: 'folder' as const, exclude: [] }];
  const scene = await setScene({ plan: { attachedFiles } });
  const { core } = scene;
  const first = await takeBackup(scene);
  const newest = await takeBackup(scene);
  const forged = { ...manifestOf(first.path), attachedFiles: manifestOf(newest.path).attachedFiles };
  writeFileSync(`${first.path}.manifest.json`, JSON.stringify(forged));
  const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: first.id });
  await succeed(core, 'snapshots.delete', { snapshotId: first.id, confirmation });
  const run = await succeed(core, 'verifications.start', { snapshotId: newest.id });
  expect(run.result).toMatchObject({ verification: { valid: true } });
});

/** A backup that stored its snapshot and was killed before its catalog knew of it. */
async function setInterrupted() {
  const scene = await setScene();
  const snapshot = await takeBackup(scene);
  const other = await scene.core.call('plans.create', {
    ...{ name: 'Other', sourcePath: scene.source },
    destinations: [{ path: scene.destination }],
  });
  const { run } = await scene.core.call('runs.get', { runId: snapshot.id });
  await scene.core.close();
  const catalog = createCatalog(join(scene.home, 'catalog.db'));
  const leftovers = {
    stagingFolder: join(scene.home, 'staging', run.id),
    folders: [scene.destination],
    replacement: null,
  };
  catalog.runs.save({ ...run, state: 'running', finishedAt: null, result: null }, leftovers);
  catalog.snapshots.remove(snapshot.id);
  catalog.close();
  /** Puts a copy of the snapshot beside it that names another plan, this service and this run. */
  const forge = (name: string, id: string): void => {
    const manifest = manifestOf(snapshot.path);
    if (name !== snapshot.name) copyFileSync(snapshot.path, join(scene.destination, name));
    const forged = { ...manifest, id, name, plan: { ...manifest.plan, id: other.id } };
    writeFileSync(join(scene.destination, `${name}.manifest.json`), JSON.stringify(forged));
  };
  // By a clock that stands, a start waits for the clean-up however long it takes.
  const restart = () => startTestCore(scene.home, { clock: new FakeClock() });
  return { scene, snapshot, other, forge, restart };
}

test('after a crash, only the snapshot that the run was to make is entered, for its own plan and unverified', async () => {
  const { scene, snapshot, forge, restart } = await setInterrupted();
  for (const name of ['a-forged.db.gz', 'z-forged.db.gz']) forge(name, crypto.randomUUID());
  const core = await restart();
  const listed = await core.call('snapshots.list', {});
  expect(listed).toMatchObject([
    { id: snapshot.id, name: snapshot.name, origin: 'own', planId: scene.plan.id, verification: { valid: null } },
  ]);
  const { result } = await succeed(core, 'verifications.start', { snapshotId: snapshot.id });
  expect(result).toMatchObject({ verification: { valid: true } });
});

test('after a crash, the plan of the run counts, not the one that the manifest names', async () => {
  const { scene, snapshot, forge, restart } = await setInterrupted();
  forge(snapshot.name, snapshot.id);
  const core = await restart();
  expect(await core.call('snapshots.list', {})).toMatchObject([{ id: snapshot.id, planId: scene.plan.id }]);
});

test('after a crash, none of several snapshots with the id of the run is entered, and nothing is removed', async () => {
  const { scene, snapshot, forge, restart } = await setInterrupted();
  for (const name of ['a-forged.db.gz', 'z-forged.db.gz']) forge(name, snapshot.id);
  const before = contentsOf(scene.destination);
  const core = await restart();
  expect(await core.call('snapshots.list', {})).toEqual([]);
  expect(contentsOf(scene.destination)).toEqual(before);
  const { log } = await core.call('runs.get', { runId: snapshot.id });
  expect(log.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^Snapshot not added: .*a-forged/));
});
