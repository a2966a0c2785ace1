import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { DAY_MS } from '../../src-shared/rules/durations.ts';
import { attachFolder } from '../support/attach-folder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { killAt, type Moment, randomMoments } from '../support/killed.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  type LocalSnapshot,
  type Scene,
  type SceneOptions,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

/** A plan with an attached folder and two snapshots; the first can be deleted. */
async function setTrashScene(options: SceneOptions = {}): Promise<Scene & { first: LocalSnapshot }> {
  const scene = await setScene({ ...options, plan: { retention: KEEP_ALL } });
  await attachFolder(scene, 20);
  const first = await takeBackup(scene);
  await takeBackup(scene);
  return { ...scene, first };
}

async function deleteSnapshot(core: Core, snapshotId: string, more: { permanently?: boolean } = {}) {
  const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId, unpin: true, ...more });
  return succeed(core, 'snapshots.delete', { snapshotId, unpin: true, confirmation, ...more });
}

const idsOf = async (core: Core): Promise<string[]> => (await core.call('snapshots.list', {})).map(({ id }) => id);

/** What is visible in the destination. */
const visible = (folder: string): string[] => readdirSync(folder).filter((name) => !name.startsWith('.'));

function entryOf({ destination }: Scene, snapshotId: string): string {
  const [trash = 'none'] = readdirSync(destination).filter((name) => name.startsWith('.snapkeep-trash-'));
  return join(destination, trash, snapshotId);
}

test('the trash takes space: what is used at a destination, and its history, stay as they were', async () => {
  const scene = await setTrashScene();
  const { core, first } = scene;
  const used = async () => {
    const [destination] = await core.call('destinations.list', {});
    const { days } = await core.call('destinations.storage', { destinationId: destination?.destination.id ?? '' });
    const { storedBytes = 0, trashedBytes = 0, recentBytes = [] } = destination ?? {};
    return { trashedBytes, sums: [storedBytes + trashedBytes, recentBytes.at(-1), days.at(-1)?.storedBytes] };
  };
  const before = await used();
  await deleteSnapshot(core, first.id);
  const after = await used();
  expect(after.trashedBytes).toBeGreaterThan(0);
  expect(after.sums).toEqual(before.sums);
  expect(new Set(after.sums).size).toBe(1);
});

describe('a snapshot that a person deletes', () => {
  test('goes into the trash with its attached files, is listed nowhere, and comes back as it was', async () => {
    const scene = await setTrashScene();
    const { core, first, destination, plan } = scene;
    await core.call('snapshots.pin', { snapshotId: first.id, pinned: true });
    const before = await core.call('snapshots.get', { snapshotId: first.id });
    const files = contentsOf(destination);
    const run = await deleteSnapshot(core, first.id);
    expect(run.result).toMatchObject({ kind: 'delete', bytesFreed: 0, removedCount: 1, removed: [{ toTrash: true }] });

    expect(await idsOf(core)).not.toContain(first.id);
    expect(visible(destination).filter((name) => name.includes(first.name.slice(0, -6)))).toEqual([]);
    expect(readdirSync(entryOf(scene, first.id)).sort()).toEqual(
      [first.name, `${first.name}.manifest.json`, first.name.replace('.db.gz', '.generated')].sort(),
    );
    const { copies, bytes } = await core.call('trash.list', { planId: plan.id });
    expect(copies).toMatchObject([{ snapshotId: first.id, name: first.name, daysLeft: 7 }]);
    const [storage] = await core.call('destinations.list', {});
    expect(storage).toMatchObject({ snapshotCount: 1, trashedCopies: 1, trashedBytes: bytes });

    await succeed(core, 'trash.putBack', { snapshotId: first.id });
    const after = await core.call('snapshots.get', { snapshotId: first.id });
    const withoutTimes = { ...after, snapshot: { ...after.snapshot, copies: [{ ...before.snapshot.copies[0] }] } };
    expect(withoutTimes).toEqual(before);
    expect(contentsOf(destination)).toEqual(files);
    expect((await core.call('trash.list', {})).copies).toEqual([]);
    await succeed(core, 'verifications.start', { snapshotId: first.id });
  });

  test('leaves the link to the newest attached folder leading to one that is stored', async () => {
    const scene = await setTrashScene();
    const { core, destination, source, first } = scene;
    const link = join(destination, 'My-app.generated.latest');
    const newest = readlinkSync(link);
    const [latest] = await core.call('snapshots.list', {});
    await takeBackup(scene, { verify: true });
    await deleteSnapshot(core, latest?.id ?? '');
    expect(readlinkSync(link)).not.toBe(newest);
    expect(existsSync(join(destination, readlinkSync(link)))).toBe(true);
    expect(existsSync(source)).toBe(true);
    expect(await idsOf(core)).toContain(first.id);
  });

  test('is no snapshot for a rescan, an import, another service, or after its destination was read anew', async () => {
    const scene = await setTrashScene();
    const { core, first, destination, folder } = scene;
    await deleteSnapshot(core, first.id);
    const scan = await succeed(core, 'destinations.rescan', { path: destination });
    expect(scan.result).toMatchObject({ found: 1, added: 0, missing: 0, problems: [] });
    expect(await idsOf(core)).toHaveLength(1);
    const other = await startTestCore(join(folder, 'other-home'));
    const seen = await succeed(other, 'destinations.rescan', { path: destination });
    expect(seen.result).toMatchObject({ found: 1, problems: [] });
    expect((await other.call('trash.list', {})).copies).toEqual([]);
    const recovered = await other.call('recoveries.scan', { path: destination });
    expect(recovered.snapshots.map(({ id }) => id)).not.toContain(first.id);
  });

  test('is removed at once where the person says so, and where retention does it', async () => {
    const { core, first, destination, plan, ...scene } = await setTrashScene();
    const gone = await deleteSnapshot(core, first.id, { permanently: true });
    expect(gone.result).toMatchObject({ removed: [{ toTrash: false }] });
    expect((await core.call('trash.list', {})).copies).toEqual([]);
    await core.call('plans.update', { planId: plan.id, retention: { ...KEEP_ALL, keepLast: 1 } });
    await takeBackup({ core, plan });
    await core.idle();
    expect((await core.call('trash.list', {})).copies).toEqual([]);
    expect(readdirSync(destination).filter((name) => name.includes('trash'))).toEqual([]);
    expect(scene.home).not.toBe('');
  });
});

describe('what comes back from the trash', () => {
  test('must be what was deleted', async () => {
    const scene = await setTrashScene();
    const { core, first } = scene;
    await deleteSnapshot(core, first.id);
    appendFileSync(join(entryOf(scene, first.id), first.name), 'x');
    expectFailure(await runToEnd(core, 'trash.putBack', { snapshotId: first.id }), 'CORRUPT', first.name);
    expect(await idsOf(core)).not.toContain(first.id);
    expect((await core.call('trash.list', {})).copies).toHaveLength(1);
    rmSync(join(entryOf(scene, first.id), first.name));
    expectFailure(await runToEnd(core, 'trash.putBack', { snapshotId: first.id }), 'NOT_FOUND', first.name);
  });

  test('overwrites nothing that has its name now', async () => {
    const scene = await setTrashScene();
    const { core, first, destination } = scene;
    await deleteSnapshot(core, first.id);
    mkdirSync(join(destination, first.name));
    expectFailure(await runToEnd(core, 'trash.putBack', { snapshotId: first.id }), 'CONFLICT', first.name);
    rmSync(join(destination, first.name), { recursive: true });
    expect(readdirSync(entryOf(scene, first.id))).toHaveLength(3);
    await succeed(core, 'trash.putBack', { snapshotId: first.id });
    expect(await idsOf(core)).toContain(first.id);
  });

  test('waits for a disk that is away, and stays in the trash', async () => {
    const { core, first, destination } = await setTrashScene();
    await deleteSnapshot(core, first.id);
    renameSync(destination, `${destination}-away`);
    mkdirSync(destination);
    expectFailure(await runToEnd(core, 'trash.putBack', { snapshotId: first.id }), 'UNAVAILABLE', /./);
    expect(readdirSync(destination)).toEqual([]);
    rmSync(destination, { recursive: true });
    renameSync(`${destination}-away`, destination);
    await succeed(core, 'trash.putBack', { snapshotId: first.id });
  });
});

describe('the trash', () => {
  test('is emptied by a person who has seen what is in it', async () => {
    const scene = await setTrashScene();
    const { core, first } = scene;
    await deleteSnapshot(core, first.id);
    const { confirmation, bytes } = await core.call('trash.list', {});
    await expect(core.call('trash.empty', { confirmation: 'x' })).rejects.toMatchObject({ code: 'CONFLICT' });
    const run = await succeed(core, 'trash.empty', { confirmation });
    expect(run.result).toMatchObject({ kind: 'delete', bytesFreed: bytes, removedCount: 1 });
    expect(existsSync(entryOf(scene, first.id))).toBe(false);
    await expect(core.call('trash.putBack', { snapshotId: first.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is emptied after seven days, and by no clock that jumped', async () => {
    const clock = new FakeClock(new Date('2026-11-20T02:00:00.000Z'));
    const scene = await setTrashScene({ ports: { clock } });
    const { core, first } = scene;
    await deleteSnapshot(core, first.id);
    const look = async (after: number): Promise<void> => {
      clock.jump(after);
      await core.serveDue();
    };
    for (const jump of [400 * DAY_MS, -400 * DAY_MS, DAY_MS, DAY_MS, DAY_MS]) await look(jump);
    expect((await core.call('trash.list', {})).copies).toMatchObject([{ snapshotId: first.id, daysLeft: 3 }]);
    for (const day of [DAY_MS, DAY_MS]) await look(day);
    expect(existsSync(entryOf(scene, first.id))).toBe(true);
    await look(DAY_MS);
    expect((await core.call('trash.list', {})).copies).toEqual([]);
    expect(existsSync(entryOf(scene, first.id))).toBe(false);
    expect(await idsOf(core)).toHaveLength(1);
  });
});

describe('what is killed leaves the snapshot or its entry in the trash whole', () => {
  test.each<Moment>([{ phase: 'removing' }, ...randomMoments(4, 60)])('a deletion, at %j', async (moment) => {
    const scene = await setTrashScene();
    const { core, home, first } = scene;
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: first.id });
    await core.close();
    await killAt(moment, home, 'snapshots.delete', { snapshotId: first.id, confirmation });
    await expectWhole(scene, await startTestCore(home));
  });

  test.each<Moment>([{ phase: 'checking' }, ...randomMoments(4, 60)])('a return, at %j', async (moment) => {
    const scene = await setTrashScene();
    const { core, home, first } = scene;
    await deleteSnapshot(core, first.id);
    await core.close();
    await killAt(moment, home, 'trash.putBack', { snapshotId: first.id });
    await expectWhole(scene, await startTestCore(home));
  });
});

test('a link to the newest attached folder that was left halfway is removed when the move is finished', async () => {
  const scene = await setTrashScene();
  const { core, first, destination } = scene;
  const aside = `.My-app.generated.${first.id.slice(0, 8)}.partial`;
  const [latest = ''] = readdirSync(destination).filter((name) => lstatSync(join(destination, name)).isSymbolicLink());
  symlinkSync(readlinkSync(join(destination, latest)), join(destination, aside));
  await deleteSnapshot(core, first.id);
  expectNothingLeft(scene);
});

/** Expects that the first snapshot is listed, or can be put back, and is then what it was. */
async function expectWhole(scene: Scene & { first: LocalSnapshot }, core: Core): Promise<void> {
  const { first } = scene;
  await core.idle();
  if (!(await idsOf(core)).includes(first.id)) await succeed(core, 'trash.putBack', { snapshotId: first.id });
  expect(await idsOf(core)).toHaveLength(2);
  await succeed(core, 'verifications.start', { snapshotId: first.id });
  expectNothingLeft(scene);
}
