import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import { attachFolder } from '../../support/attach-folder.ts';
import { folderAt, save, settle, statesAt, storeTo } from '../../support/places.ts';
import { expectNothingLeft, onPhase, type Scene, setScene, takeBackup } from '../../support/scene.ts';
import { storedIn } from '../../support/stored-names.ts';
import { runToEnd, startTestCore, succeed, testPorts } from '../../support/test-core.ts';

/** Takes the disk of a folder away, whose mount point is an empty folder then, and gives it back. */
function diskAt(folder: string) {
  const disk = `${folder}.disk`;
  return {
    takeAway: () => {
      renameSync(folder, disk);
      mkdirSync(folder);
    },
    // Fails where anything was left in the mount point.
    giveBack: () => {
      rmdirSync(folder);
      renameSync(disk, folder);
    },
  };
}

const firstOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';

test('a disk that goes once a backup has found it gets no snapshot in its mount point, and none is listed', async () => {
  let atStart = (): void => {};
  const scene = await setScene({
    ports: {
      startWorkerProcess: (...given) => {
        atStart();
        return testPorts.startWorkerProcess(...given);
      },
    },
  });
  await attachFolder(scene, 20);
  const disk = diskAt(scene.destination);
  atStart = () => {
    atStart = () => {};
    disk.takeAway();
  };
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expect(run).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
  expect(await scene.core.call('snapshots.list', {})).toEqual([]);
  disk.giveBack();
  await takeBackup(scene);
  expectNothingLeft(scene);
});

test('a disk that goes while attached files are stored keeps nothing of the snapshot once it is back', async () => {
  const scene = await setScene();
  const { core, plan, destination, home } = scene;
  await attachFolder(scene, 3000);
  const disk = diskAt(destination);
  let gone = false;
  core.on('run.changed', () => {
    if (gone || !storedIn(destination).some((name) => name.startsWith('.'))) return;
    gone = true;
    disk.takeAway();
  });
  const run = await runToEnd(core, 'backups.start', { planId: plan.id });
  expect(gone).toBe(true);
  expect(run).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
  disk.giveBack();
  expect(storedIn(destination)).not.toEqual([]);
  await core.close();
  const again = await startTestCore(home);
  expect(storedIn(destination)).toEqual([]);
  expect(await again.call('snapshots.list', {})).toEqual([]);
});

test('a disk that goes while a snapshot is copied to it gets nothing in its mount point, and the copy waits for it', async () => {
  const scene = await setScene();
  const { core, plan } = scene;
  await attachFolder(scene, 20);
  const path = join(scene.folder, 'second');
  const second = await save(core, folderAt(path, 'Second'));
  await storeTo(scene, firstOf(scene), second);
  const disk = diskAt(path);
  onPhase(core, 'copy', 'uploading', () => disk.takeAway());
  await succeed(core, 'backups.start', { planId: plan.id });
  await settle(core);
  expect(await statesAt(core, second)).toEqual(['waiting']);
  disk.giveBack();
  await core.call('destinations.catchUp', { destinationId: second });
  await settle(core);
  expect(await statesAt(core, second)).toEqual(['stored']);
  await succeed(core, 'verifications.start', { snapshotId: (await core.call('snapshots.list', {}))[0]?.id ?? '' });
  expectNothingLeft(scene);
});

test.each(['prune', 'delete'] as const)(
  'a disk that goes during a %s keeps nothing of what was removed once it is back',
  async (kind) => {
    const scene = await setScene({ plan: { retention: KEEP_ALL } });
    const { core, plan, destination } = scene;
    await attachFolder(scene, 20);
    const first = await takeBackup(scene);
    const second = await takeBackup(scene);
    const disk = diskAt(destination);
    onPhase(core, kind, 'removing', () => disk.takeAway());
    if (kind === 'prune') {
      const given = { planId: plan.id, retention: { ...KEEP_ALL, keepLast: 1 } };
      const { confirmation } = await core.call('prune.preview', given);
      expect((await runToEnd(core, 'prune.start', { ...given, confirmation })).state).toBe('failed');
    } else {
      const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: first.id });
      const run = await runToEnd(core, 'snapshots.delete', { snapshotId: first.id, confirmation });
      expect(run).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
    }
    disk.giveBack();
    await core.close();
    const again = await startTestCore(scene.home);
    expect((await again.call('snapshots.list', {})).map(({ id }) => id)).toEqual([second.id]);
    expect(storedIn(destination).filter((name) => !name.endsWith('.latest'))).toHaveLength(3);
  },
);

test('what is not in a mount point whose disk has gone is unavailable, and not missing', async () => {
  const scene = await setScene();
  const { core, destination } = scene;
  const { id } = await takeBackup(scene);
  const disk = diskAt(destination);
  disk.takeAway();
  const verified = await runToEnd(core, 'verifications.start', { snapshotId: id });
  expect(verified).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
  const scanned = await runToEnd(core, 'destinations.rescan', { destinationId: firstOf(scene) });
  expect(scanned).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
  expect(await statesAt(core, firstOf(scene))).toEqual(['stored']);
  disk.giveBack();
  await succeed(core, 'verifications.start', { snapshotId: id });
});
