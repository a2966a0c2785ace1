import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCatalog } from '../../src-main/core/catalog/catalog.ts';
import type { PlanRecovery, RecoveryScan } from '../../src-shared/model/recovery/recovery.ts';
import { KEEP_ALL } from '../../src-shared/model/retention.ts';
import { DAY_MS } from '../../src-shared/rules/durations.ts';
import { attachFolder } from '../support/attach-folder.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { settle } from '../support/places.ts';
import { prepareRestore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { manifestOf } from '../support/stored-files.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

/** Everything that a scan found, with all snapshots. */
const everythingOf = ({ plans }: RecoveryScan): PlanRecovery[] =>
  plans.map(({ serviceId, planId, name, sourcePath, snapshots }) => ({
    ...{ serviceId, planId, name, sourcePath, attachedFilePaths: {} },
    snapshotIds: snapshots.map(({ id }) => id),
  }));

const schedule = { kind: 'daily' as const, time: '02:30' };
const retention = { ...KEEP_ALL, keepLast: 2 };

/** A machine with a plan and three snapshots, as it was before it was lost. */
async function setLost(): Promise<Scene> {
  const scene = await setScene({
    plan: { retention: KEEP_ALL, schedule, timeZone: 'Europe/Berlin', tags: ['home', 'shop'] },
  });
  for (let n = 0; n < 3; n++) {
    appendEntries(scene.source, 1);
    await takeBackup(scene);
    await settle(scene.core);
  }
  await scene.core.close();
  return scene;
}

test('on a new machine a plan comes back from a folder, its source is mapped, and it goes on', async () => {
  const lost = await setLost();
  const { destination, folder, source } = lost;
  const moved = join(folder, 'moved.db');
  renameSync(source, moved);
  const core = await startTestCore(join(folder, 'new home'));
  const scan = await core.call('recoveries.scan', { path: destination });
  expect(scan.problems).toEqual([]);
  expect(scan.plans).toMatchObject([
    { name: 'My app', sourcePath: source, sourceExists: false, settings: { schedule, timeZone: 'Europe/Berlin' } },
  ]);
  // Looking enters nothing.
  expect(await core.call('snapshots.list', {})).toEqual([]);
  expect(await core.call('destinations.list', {})).toEqual([]);
  const [found] = everythingOf(scan);
  if (found === undefined) throw new Error('no plan');
  const [, ...ticked] = found.snapshotIds;
  const recovery = { ...found, name: 'App', sourcePath: moved, snapshotIds: ticked };
  const { plans } = await core.call('recoveries.apply', { path: destination, plans: [recovery] });
  const [plan] = plans;
  expect(plan).toMatchObject({
    name: 'App',
    sourcePath: moved,
    schedule,
    timeZone: 'Europe/Berlin',
    tags: ['home', 'shop'],
  });
  const shown = await core.call('snapshots.list', { planId: plan?.id ?? '' });
  const listed = shown.filter(({ origin }) => origin === 'own');
  expect([shown.length, listed.length]).toEqual([3, 2]);
  expect(new Set(listed.map(({ serviceId }) => serviceId))).toEqual(new Set([found.serviceId]));
  expect(listed.map(({ order }) => order)).toEqual(listed.map(({ order }) => order).toSorted((a, b) => b - a));
  const all = await core.call('snapshots.list', {});
  expect(all.filter(({ origin }) => origin === 'imported')).toHaveLength(1);

  await core.call('plans.update', { planId: plan?.id ?? '', retention });
  const { snapshotId } = await succeed(core, 'backups.start', { planId: plan?.id ?? '' });
  await settle(core);
  // The new machine is another service, and its snapshots say so.
  const made = (await core.call('snapshots.list', {})).find(({ id }) => id === snapshotId);
  const madeBy = manifestOf(made?.path ?? '').service?.id;
  expect(madeBy).not.toBe(found.serviceId);
  expect(made).toMatchObject({ origin: 'own', serviceId: madeBy });
  const { removed } = await core.call('prune.preview', { planId: plan?.id ?? '' });
  expect(removed.every(({ id }) => ticked.includes(id))).toBe(true);
  expect((await core.call('snapshots.list', {})).filter(({ origin }) => origin === 'imported')).toHaveLength(1);
  const check = await succeed(core, 'restores.check', { source: { snapshotId: ticked[0] ?? '' }, targetPath: moved });
  expect(check.state).toBe('succeeded');
  expect(countEntries(moved)).toBe(103);
});

test('what is recovered goes back to where its sources are now, never to the paths of the other machine', async () => {
  const scene = await setScene();
  const { folder, destination, source } = scene;
  const files = await attachFolder(scene, 3);
  const { name } = await takeBackup(scene);
  await scene.core.close();
  // Other data is now at the paths that the manifest names.
  appendEntries(source, 1);
  writeFileSync(join(files, 'other'), '');
  const [place, generated] = [join(folder, 'new', 'app.db'), join(folder, 'new', 'sounds')];
  mkdirSync(join(folder, 'new'));
  makeDatabase(place, { rows: 3 });
  const core = await startTestCore(join(folder, 'new home'));
  const [found] = everythingOf(await core.call('recoveries.scan', { path: destination }));
  if (found === undefined) throw new Error('no plan');
  const recovery = { ...found, sourcePath: place, attachedFilePaths: { generated } };
  await core.call('recoveries.apply', { path: destination, plans: [recovery] });
  const [snapshot] = await core.call('snapshots.list', { match: name });
  expect(snapshot).toMatchObject({ sourcePath: place, attachedFiles: [{ path: generated }] });
  const identity = await core.call('files.identify', { path: snapshot?.path ?? '' });
  expect(identity.suggestedTarget).toBe(place);
  const { start } = await prepareRestore(core, snapshot?.path ?? '', identity.suggestedTarget ?? '');
  await succeed(core, 'restores.start', start);
  const checked = await succeed(core, 'restores.check', { what: 'files', snapshotId: snapshot?.id ?? '' });
  if (checked.result?.kind !== 'files-check') throw new Error('not checked');
  expect(checked.result.check.targets).toMatchObject([{ targetPath: generated }]);
  await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation: checked.result.check.confirmation });
  expect(countEntries(place)).toBe(100);
  expect(readdirSync(generated)).toHaveLength(3);
  expect(countEntries(source)).toBe(101);
  expect(readdirSync(files)).toContain('other');
});

test('what was imported before becomes own in the order of its making', async () => {
  const { destination, folder } = await setLost();
  const core = await startTestCore(join(folder, 'new home'));
  await succeed(core, 'destinations.rescan', { path: destination });
  expect((await core.call('snapshots.list', {})).map(({ origin }) => origin)).toEqual([
    'imported',
    'imported',
    'imported',
  ]);
  const scan = await core.call('recoveries.scan', { path: destination });
  const { plans } = await core.call('recoveries.apply', { path: destination, plans: everythingOf(scan) });
  const listed = await core.call('snapshots.list', { planId: plans[0]?.id ?? '' });
  expect(listed.map(({ origin }) => origin)).toEqual(['own', 'own', 'own']);
  expect(listed.map(({ order }) => order)).toEqual(listed.map(({ order }) => order).toSorted((a, b) => b - a));
  // A second time there is nothing to recover.
  expect((await core.call('recoveries.scan', { path: destination })).plans).toEqual([]);
});

test('nothing is recovered under a name that is taken, or of snapshots that are not there', async () => {
  const { destination, folder, source } = await setLost();
  const core = await startTestCore(join(folder, 'new home'));
  await core.call('plans.create', { name: 'my APP', sourcePath: source, destinations: [{ path: destination }] });
  const [found] = everythingOf(await core.call('recoveries.scan', { path: destination }));
  if (found === undefined) throw new Error('no plan');
  for (const [recovery, code] of [
    [found, 'CONFLICT'],
    [{ ...found, name: 'Other', snapshotIds: [crypto.randomUUID()] }, 'NOT_FOUND'],
    [{ ...found, name: 'Other', planId: crypto.randomUUID() }, 'NOT_FOUND'],
  ] as const)
    expect(await core.answer('recoveries.apply', { path: destination, plans: [recovery] })).toMatchObject({
      ok: false,
      error: { code, hint: expect.any(String) },
    });
  expect(await core.call('plans.list', {})).toHaveLength(1);
  expect(await core.call('snapshots.list', {})).toEqual([]);
});

test('the catalog, not a manifest, says what is recovered already: own snapshots are not taken over again', async () => {
  const scene = await setScene();
  const snapshot = await takeBackup(scene);
  const manifest = manifestOf(snapshot.path);
  // Somebody writes the manifest anew with another service and plan, and leaves the id.
  const forged = { ...manifest, service: { id: crypto.randomUUID(), runId: manifest.id } };
  writeFileSync(`${snapshot.path}.manifest.json`, JSON.stringify(forged));
  expect((await scene.core.call('recoveries.scan', { path: scene.destination })).plans).toEqual([]);
  await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
  const [listed] = await scene.core.call('snapshots.list', {});
  expect(listed).toMatchObject({ id: snapshot.id, origin: 'own', serviceId: manifest.service?.id });
});

test('the daily check notices a snapshot that the other machine makes after the recovery, and pauses pruning', async () => {
  const lost = await setLost();
  const { destination, folder, home } = lost;
  const clock = new FakeClock();
  const core = await startTestCore(join(folder, 'new home'), { clock });
  const scan = await core.call('recoveries.scan', { path: destination });
  const { plans } = await core.call('recoveries.apply', { path: destination, plans: everythingOf(scan) });
  const planId = plans[0]?.id ?? '';
  const brakesADayLater = async () => {
    clock.jump(DAY_MS);
    await core.call('plans.check', {});
    return (await core.call('prune.preview', { planId })).brakes;
  };
  expect(await brakesADayLater()).toEqual([]);
  const other = await startTestCore(home);
  await takeBackup({ ...lost, core: other });
  expect(await brakesADayLater()).toMatchObject([
    { reasons: [{ kind: 'other-machine', message: expect.stringContaining('still backs it up') }] },
  ]);
  expect((await core.call('plans.get', { planId })).pruningPaused).toContain('still backs it up');
  // Reviewed, it is news no more; the next one is.
  const { confirmation } = await core.call('prune.preview', { planId, review: true });
  await succeed(core, 'prune.start', { planId, review: true, confirmation });
  expect(await brakesADayLater()).toEqual([]);
  await takeBackup({ ...lost, core: other });
  expect(await brakesADayLater()).toMatchObject([{ reasons: [{ kind: 'other-machine' }] }]);
});

test('a snapshot that the other machine makes after the recovery pauses pruning, and one it had made before does not', async () => {
  const lost = await setLost();
  const { destination, folder, home } = lost;
  const core = await startTestCore(join(folder, 'new home'));
  const scan = await core.call('recoveries.scan', { path: destination });
  const { plans } = await core.call('recoveries.apply', { path: destination, plans: everythingOf(scan) });
  const planId = plans[0]?.id ?? '';
  await succeed(core, 'destinations.rescan', { path: destination });
  expect((await core.call('prune.preview', { planId })).brakes).toEqual([]);
  const other = await startTestCore(home);
  await takeBackup({ ...lost, core: other });
  await succeed(core, 'destinations.rescan', { path: destination });
  expect((await core.call('prune.preview', { planId })).brakes).toMatchObject([
    { reasons: [{ kind: 'other-machine', message: expect.stringContaining('still backs it up') }] },
  ]);
});

test('a recovered snapshot gets a number that no other had, also where the newest were removed', async () => {
  const lost = await setLost();
  const core = await startTestCore(join(lost.folder, 'new home'));
  await succeed(core, 'destinations.rescan', { path: lost.destination });
  await core.close();
  const catalog = createCatalog(join(lost.folder, 'new home', 'catalog.db'));
  onTestFinished(() => catalog.close());
  const imported = catalog.snapshots.page({ limit: 10 });
  const numbers = imported.map(({ order }) => order);
  const [newest, middle, oldest] = imported.map(({ id }) => id);
  const [destination] = catalog.copies.ofSnapshot(oldest ?? '');
  if (newest === undefined || middle === undefined || oldest === undefined || destination === undefined)
    throw new Error('There are no three snapshots.');
  const recover = (id: string): number => {
    const manifest = catalog.snapshots.manifest(id);
    if (manifest === undefined) throw new Error('There is no manifest.');
    catalog.snapshots.recover(manifest, { destinationId: destination.destinationId, plan, at });
    return catalog.snapshots.get(id)?.order ?? 0;
  };
  const at = new Date().toISOString();
  const plan = { ...lost.plan, destinations: [] };
  catalog.plans.save(plan);
  catalog.snapshots.remove(newest);
  numbers.push(recover(oldest));
  catalog.snapshots.remove(oldest);
  numbers.push(recover(middle));
  expect(new Set(numbers).size).toBe(5);
  expect(numbers.slice(3)).toEqual(numbers.slice(3).toSorted((a, b) => a - b));
});
