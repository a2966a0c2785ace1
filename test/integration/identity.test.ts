import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../src-shared/model/manifest.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { putBackFiles } from '../support/files-scene.ts';
import { folderAt, folderOn, save, settle, storeTo } from '../support/places.ts';
import { expectFailure, setScene, takeBackup } from '../support/scene.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { manifestOf } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

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
  expect(scan.result).toMatchObject({ added: 0, problems: [{ message: expect.stringContaining('Another snapshot') }] });
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
