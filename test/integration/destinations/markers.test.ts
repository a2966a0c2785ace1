import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MARKER_NAME } from '../../../src-main/core/destinations/drivers/destination.ts';
import { canMount } from '../../support/can-mount.ts';
import { folderAt, save, settle, statesAt, storeTo } from '../../support/places.ts';
import { expectFailure, type Scene, setScene, takeBackup } from '../../support/scene.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const destinationOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';
const stateOf = async ({ core, plan }: Scene): Promise<string> =>
  (await core.call('plans.get', { planId: plan.id })).state;

async function summaryOf(scene: Scene) {
  const all = await scene.core.call('destinations.list', {});
  const found = all.find(({ destination }) => destination.id === destinationOf(scene));
  if (found === undefined) throw new Error('The destination is not in the list.');
  return found;
}

/** Puts another empty folder in the place of the destination, with a stray file in it. */
function unmount({ destination }: Scene): string {
  const elsewhere = `${destination}-elsewhere`;
  renameSync(destination, elsewhere);
  mkdirSync(destination);
  writeFileSync(join(destination, 'stray.txt'), 'x');
  return elsewhere;
}

function mountAgain({ destination }: Scene, elsewhere: string): void {
  rmSync(destination, { recursive: true });
  renameSync(elsewhere, destination);
}

describe('a destination is known by its marker', () => {
  test('a person who adds it writes the marker, and another machine takes it over', async () => {
    const scene = await setScene();
    const marker = readFileSync(join(scene.destination, MARKER_NAME), 'utf8');
    const other = await startTestCore(join(scene.folder, 'other-home'));
    const plan = await other.call('plans.create', {
      name: 'Other',
      sourcePath: scene.source,
      destinations: [{ path: scene.destination }],
    });
    await succeed(other, 'backups.start', { planId: plan.id });
    await takeBackup(scene);
    expect(readFileSync(join(scene.destination, MARKER_NAME), 'utf8')).toBe(marker);
  });

  test('without it nothing is stored, whatever else is in the folder, and with it backups go on', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    const elsewhere = unmount(scene);
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'UNAVAILABLE',
      /Marker file of .* not found/,
    );
    expect(readdirSync(scene.destination)).toEqual(['stray.txt']);
    expect(await summaryOf(scene)).toMatchObject({ state: 'unavailable', canReattach: true });
    expect(await stateOf(scene)).not.toMatch(/^ok/);
    mountAgain(scene, elsewhere);
    await takeBackup(scene);
    expect(await summaryOf(scene)).toMatchObject({ state: 'ready', canReattach: false });
  });

  test('a folder that vanished is unavailable, and no run makes it anew', async () => {
    const scene = await setScene();
    renameSync(scene.destination, `${scene.destination}-elsewhere`);
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'UNAVAILABLE',
      scene.destination,
    );
    expect(existsSync(scene.destination)).toBe(false);
  });

  test('a backup without a plan stores nothing in a known folder that lost its marker', async () => {
    const scene = await setScene();
    const elsewhere = unmount(scene);
    const order = { source: scene.source, to: scene.destination };
    expectFailure(await runToEnd(scene.core, 'backups.start', order), 'UNAVAILABLE', /Marker file of .* not found/);
    mountAgain(scene, elsewhere);
    await succeed(scene.core, 'backups.start', order);
    const added = join(scene.folder, 'added');
    await succeed(scene.core, 'backups.start', { source: scene.source, to: added });
    expect(existsSync(join(added, MARKER_NAME))).toBe(true);
  });

  test('a second destination without its marker gets no copy until its disk is back', async () => {
    const scene = await setScene();
    const path = join(scene.folder, 'second');
    const second = await save(scene.core, folderAt(path, 'Second'));
    await storeTo(scene, destinationOf(scene), second);
    renameSync(path, `${path}-elsewhere`);
    mkdirSync(path);
    writeFileSync(join(path, 'stray.txt'), 'x');
    await takeBackup(scene);
    await settle(scene.core);
    expect(readdirSync(path)).toEqual(['stray.txt']);
    expect(await statesAt(scene.core, second)).toEqual(['waiting']);
    rmSync(path, { recursive: true });
    renameSync(`${path}-elsewhere`, path);
    await scene.core.call('destinations.test', { destinationId: second });
    await settle(scene.core);
    expect(await statesAt(scene.core, second)).toEqual(['stored']);
  });

  test('nothing is deleted at a place that is not the destination', async () => {
    const scene = await setScene();
    const snapshot = await takeBackup(scene);
    await takeBackup(scene);
    const elsewhere = unmount(scene);
    writeFileSync(join(scene.destination, snapshot.name), 'of somebody else');
    const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId: snapshot.id });
    const run = await runToEnd(scene.core, 'snapshots.delete', { snapshotId: snapshot.id, confirmation });
    expectFailure(run, 'UNAVAILABLE', /Marker file of .* not found/);
    expect(readFileSync(join(scene.destination, snapshot.name), 'utf8')).toBe('of somebody else');
    expect(existsSync(join(elsewhere, snapshot.name))).toBe(true);
  });

  test('a test of a place without the marker does not pass', async () => {
    const scene = await setScene();
    unmount(scene);
    const report = await scene.core.call('destinations.test', { destinationId: destinationOf(scene) });
    expect(report).toMatchObject({ passed: false, steps: [{ error: { code: 'UNAVAILABLE' } }] });
  });
});

describe('a person attaches a destination anew', () => {
  test('where the marker is another one, it is taken over', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    unmount(scene);
    const id = '11111111-1111-4111-8111-111111111111';
    writeFileSync(join(scene.destination, MARKER_NAME), JSON.stringify({ snapkeepDestination: id }));
    expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), 'CONFLICT', /another/);
    const destinationId = destinationOf(scene);
    const preview = await scene.core.call('destinations.previewReattach', { destinationId });
    expect(preview).toMatchObject({ marker: 'other', files: 1, snapshotsKnown: 1, snapshotsThere: 0 });
    await scene.core.call('destinations.reattach', { destinationId, confirmation: preview.confirmation });
    expect(readFileSync(join(scene.destination, MARKER_NAME), 'utf8')).toContain(id);
    await takeBackup(scene);
  });

  test('where there is none, a new one is written, and the old disk is another destination from then on', async () => {
    const scene = await setScene();
    const elsewhere = unmount(scene);
    const destinationId = destinationOf(scene);
    const { confirmation } = await scene.core.call('destinations.previewReattach', { destinationId });
    await scene.core.call('destinations.reattach', { destinationId, confirmation });
    await takeBackup(scene);
    mountAgain(scene, elsewhere);
    expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), 'CONFLICT', /another/);
  });

  test('what has changed since it was shown is refused, and a damaged marker is replaced', async () => {
    const scene = await setScene();
    const destinationId = destinationOf(scene);
    writeFileSync(join(scene.destination, MARKER_NAME), 'not a marker');
    const preview = await scene.core.call('destinations.previewReattach', { destinationId });
    expect(preview.marker).toBe('unreadable');
    writeFileSync(join(scene.destination, 'more'), 'x');
    const { confirmation } = preview;
    await expect(scene.core.call('destinations.reattach', { destinationId, confirmation })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const again = await scene.core.call('destinations.previewReattach', { destinationId });
    await scene.core.call('destinations.reattach', { destinationId, confirmation: again.confirmation });
    await takeBackup(scene);
  });
});

describe.skipIf(!canMount)('a disk that is unmounted', () => {
  test.each([true, false])('stores nothing in its mount point (stray file: %s)', async (stray) => {
    const scene = await setScene({ prepare: (folder) => mkdirSync(join(folder, 'disk')) });
    const path = join(scene.folder, 'disk');
    if (stray) writeFileSync(join(path, 'stray.txt'), 'x');
    const disk = mountSmallDisk(path, 16_000_000);
    const id = await save(scene.core, folderAt(path, 'Disk'));
    await storeTo(scene, id);
    await takeBackup(scene);
    disk.unmount();
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'UNAVAILABLE',
      /Marker file of .* not found/,
    );
    expect(readdirSync(path)).toEqual(stray ? ['stray.txt'] : []);
    // The disk comes back empty, as a new one would: it is not taken for the destination.
    disk.mount();
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'UNAVAILABLE',
      /Marker file of .* not found/,
    );
    expect(readdirSync(path)).toEqual([]);
  });
});
