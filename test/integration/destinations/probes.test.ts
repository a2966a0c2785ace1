import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { KEEP_ALL } from '../../../src-shared/model/retention.ts';
import { metricsOf } from '../../../src-shared/rules/state/metrics.ts';
import { attachFolder } from '../../support/attach-folder.ts';
import { canMount } from '../../support/can-mount.ts';
import { makeDatabase } from '../../support/databases.ts';
import { makeEncrypted } from '../../support/encrypted-databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { bucketOn, folderAt, save, settle, statesAt, storeTo } from '../../support/places.ts';
import { OK_HERE, type Scene, setScene, takeBackup } from '../../support/scene.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { manifestOf } from '../../support/stored-files.ts';
import { storedIn } from '../../support/stored-names.ts';
import { startTestCore, succeed } from '../../support/test-core.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const destinationOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';
const summaryOf = ({ core, plan }: Scene): Promise<PlanSummary> => core.call('plans.get', { planId: plan.id });
const check = ({ core }: Scene) => core.call('plans.check', {});

/** What a program that reads `/metrics` sees of the scene's plan. */
async function metricOf(scene: Scene, name: string): Promise<string | undefined> {
  const lines = metricsOf(await scene.core.call('plans.list', {}), Date.now()).split('\n');
  return lines
    .find((line) => line.startsWith(`${name}{`))
    ?.split(' ')
    .at(-1);
}

/** A scene of a host that stays, whose clock goes on only when the test says so. */
async function setSceneInTime() {
  const clock = new FakeClock(Date.now() + HOUR);
  const scene = await setScene({ ports: { host: 'server', clock } });
  const checkADayLater = async () => {
    clock.jump(DAY);
    await check(scene);
  };
  return { scene, clock, checkADayLater };
}

async function emptyBucket({ client }: S3Server, bucket: string): Promise<void> {
  const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key } of objects) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  expect(objects.length).toBeGreaterThan(0);
}

describe('the source', () => {
  test('that is missing is unavailable, and OK once it is back', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    renameSync(scene.source, `${scene.source}.elsewhere`);
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'unavailable',
      reason: expect.stringContaining(scene.source),
    });
    expect(await metricOf(scene, 'snapkeep_ok')).toBe('0');
    renameSync(`${scene.source}.elsewhere`, scene.source);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    expect(await metricOf(scene, 'snapkeep_ok')).toBe('1');
  });

  test('that is no database any more has failed', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    writeFileSync(scene.source, 'This was a database once, and now it is a text.');
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('no longer a SQLite database'),
    });
  });

  test('that is encrypted is opened with its key: another key or garbage has failed, and the right one is OK', async () => {
    const [key, other] = ['one', 'other'].map((name) => `x'${createHash('sha256').update(name).digest('hex')}'`);
    const scene = await setScene();
    rmSync(scene.source);
    makeEncrypted(scene.source, key ?? '');
    await scene.core.call('plans.update', { planId: scene.plan.id, key: { value: key ?? '' } });
    await takeBackup(scene);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    const good = readFileSync(scene.source);
    rmSync(scene.source);
    makeEncrypted(scene.source, other ?? '');
    for (const content of [readFileSync(scene.source), randomBytes(65_536)]) {
      writeFileSync(scene.source, content);
      await check(scene);
      expect(await summaryOf(scene)).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/^No known key opens .*app\.db/),
      });
    }
    writeFileSync(scene.source, good);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });

  test('with attached files has all of them, each of its kind', async () => {
    const scene = await setScene();
    const attached = await attachFolder(scene, 1);
    await takeBackup(scene);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    renameSync(attached, `${attached}-elsewhere`);
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'unavailable',
      reason: `Attached file not found: ${attached}.`,
    });
    writeFileSync(attached, 'no folder');
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({ state: 'failed', reason: `${attached} is not a folder.` });
    rmSync(attached);
    renameSync(`${attached}-elsewhere`, attached);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });

  test('that is a link is followed at each run; where it leads now is told in the run and on the plan', async () => {
    const scene = await setScene();
    const { core, folder, plan } = scene;
    const [first, second] = [join(folder, 'app', 'first.db'), join(folder, 'app', 'second.db')];
    renameSync(scene.source, first);
    makeDatabase(second, { rows: 200 });
    symlinkSync(first, scene.source);
    const linked = await core.call('plans.create', {
      name: 'Linked',
      sourcePath: scene.source,
      destinations: [{ destinationId: plan.destinations[0]?.destinationId ?? '' }],
    });
    expect(linked.sourcePath).toBe(scene.source);
    const backUp = () => takeBackup({ core, plan: linked });
    expect((await backUp()).sourcePath).toBe(first);
    await core.idle();
    rmSync(scene.source);
    symlinkSync(second, scene.source);
    const snapshot = await backUp();
    expect(snapshot).toMatchObject({ sourcePath: second });
    const moved = `The source has moved from ${first} to ${second}.`;
    const [run] = await core.call('runs.list', { planId: linked.id });
    const { log } = await core.call('runs.get', { runId: run?.id ?? '' });
    expect(log).toContainEqual(expect.objectContaining({ level: 'warning', message: moved }));
    expect((await summaryOf({ ...scene, plan: linked })).notes).toEqual([moved]);
    // It is the plan's database, whichever way it is named.
    const check = await succeed(core, 'restores.check', { source: { snapshotId: snapshot.id }, targetPath: second });
    expect(check.planId).toBe(linked.id);
    await core.call('plans.update', { planId: linked.id, verifyAfterBackup: false });
    expect((await summaryOf({ ...scene, plan: linked })).notes).toEqual([]);
  });

  test('that is a link to a folder is followed as well', async () => {
    const { core, folder, plan, ...scene } = await setScene();
    const [first, second, link] = ['first', 'second', 'current'].map((name) => join(folder, 'app', name));
    for (const path of [first, second]) {
      mkdirSync(path ?? '');
      writeFileSync(join(path ?? '', 'name.txt'), String(path));
    }
    symlinkSync(first ?? '', link ?? '');
    const files = await core.call('plans.create', {
      ...{ name: 'Files', sourceKind: 'files', sourcePath: link ?? '' },
      attachedFiles: [{ name: 'current', kind: 'folder', path: link ?? '' }],
      destinations: [{ destinationId: plan.destinations[0]?.destinationId ?? '' }],
    });
    expect(files.attachedFiles[0]?.path).toBe(link);
    expect((await takeBackup({ core, plan: files })).attachedFiles[0]?.path).toBe(first);
    await core.idle();
    rmSync(link ?? '');
    symlinkSync(second ?? '', link ?? '');
    expect((await takeBackup({ core, plan: files })).attachedFiles[0]?.path).toBe(second);
    expect((await summaryOf({ ...scene, core, folder, plan: files })).notes).toEqual([
      `The source has moved from ${first} to ${second}.`,
    ]);
  });
});

describe('a destination', () => {
  test('that vanished is unavailable at once, and OK once it is back', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    renameSync(scene.destination, `${scene.destination}-elsewhere`);
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'unavailable',
      reason: expect.stringContaining(scene.destination),
    });
    renameSync(`${scene.destination}-elsewhere`, scene.destination);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });

  test('on the disk of the source is OK (one disk), and its test says what to do', async () => {
    const scene = await setScene();
    await takeBackup(scene);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'ok-one-disk',
      reason: expect.stringContaining('Add a destination on another disk or machine'),
    });
    expect(await metricOf(scene, 'snapkeep_one_disk')).toBe('1');
    const { passed, warnings } = await scene.core.call('destinations.test', { destinationId: destinationOf(scene) });
    expect(passed).toBe(true);
    expect(warnings).toContainEqual(
      expect.stringContaining(`the same disk or server as the source of ${scene.plan.name}`),
    );
  });

  test('that is one of two leaves the plan waiting while it is gone', async () => {
    const scene = await setScene();
    const path = join(scene.folder, 'second');
    await storeTo(scene, destinationOf(scene), await save(scene.core, folderAt(path, 'Second')));
    await takeBackup(scene);
    await settle(scene.core);
    renameSync(path, `${path}-elsewhere`);
    await check(scene);
    expect(await summaryOf(scene)).toMatchObject({ state: 'waiting', reason: expect.stringContaining(path) });
  });

  test.skipIf(!canMount)(
    'on a disk of its own is OK, and unavailable once that is unmounted, also with stray files in the mount point',
    async () => {
      let unmount = () => {};
      const scene = await setScene({
        prepare: (folder) => {
          ({ unmount } = mountSmallDisk(join(folder, 'backups'), 16 * 1024 * 1024));
        },
      });
      await takeBackup(scene);
      expect((await summaryOf(scene)).state).toBe('ok');
      expect(await metricOf(scene, 'snapkeep_one_disk')).toBe('0');
      const { warnings } = await scene.core.call('destinations.test', { destinationId: destinationOf(scene) });
      expect(warnings.join()).not.toContain('same disk');
      unmount();
      await check(scene);
      expect((await summaryOf(scene)).state).toBe('unavailable');
      writeFileSync(join(scene.destination, 'stray.txt'), 'x');
      await check(scene);
      expect((await summaryOf(scene)).state).toBe('unavailable');
    },
  );
});

describe('a home that was moved to another machine', () => {
  test('has no plan that is OK before its source and destinations were found there', async () => {
    const scene = await setScene({ ports: { machine: 'the old one' } });
    await takeBackup(scene);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    await scene.core.close();
    const again = await startTestCore(scene.home, { machine: 'the old one' });
    expect((await summaryOf({ ...scene, core: again })).state).toBe(OK_HERE);
    await again.close();
    const core = await startTestCore(scene.home, { machine: 'the new one' });
    const moved = { ...scene, core };
    expect(await summaryOf(moved)).toMatchObject({ state: 'unavailable', reason: expect.stringMatching(/not been/) });
    await check(moved);
    expect((await summaryOf(moved)).state).toBe(OK_HERE);
  });

  test('where nothing is there is unavailable from the first look of the service', async () => {
    const scene = await setScene({ ports: { machine: 'the old one' } });
    await takeBackup(scene);
    await scene.core.close();
    for (const path of [scene.source, scene.destination]) renameSync(path, `${path}-left-behind`);
    const core = await startTestCore(scene.home, { machine: 'the new one', host: 'server' });
    await settle(core);
    const { state, reason } = await summaryOf({ ...scene, core });
    expect(state).toBe('unavailable');
    expect(reason).toContain(scene.source);
    expect(await metricOf({ ...scene, core }, 'snapkeep_ok')).toBe('0');
  });
});

describe('a copy', () => {
  test('that waits longer than the schedule is not OK, whatever it waits for', async () => {
    const scene = await setScene({ plan: { schedule: { kind: 'interval', hours: 2 } } });
    const second = await save(scene.core, folderAt(join(scene.folder, 'second'), 'Second'));
    await storeTo(scene, destinationOf(scene), second);
    await takeBackup(scene);
    await settle(scene.core);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    await scene.core.close();
    const waitsSince = (ms: number) => {
      const catalog = new Database(join(scene.home, 'catalog.db'));
      const at = new Date(Date.now() - ms).toISOString();
      catalog
        .prepare("UPDATE snapshot_copies SET state = 'waiting', at = ?, message = NULL WHERE destination_id = ?")
        .run(at, second);
      catalog.close();
    };
    const standing = async () => {
      const core = await startTestCore(scene.home);
      const summary = await summaryOf({ ...scene, core });
      await core.close();
      return summary;
    };
    waitsSince(HOUR);
    expect((await standing()).state).toBe(OK_HERE);
    waitsSince(3 * HOUR);
    expect(await standing()).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/1 snapshot waits for Second/),
    });
    waitsSince(25 * HOUR);
    expect((await standing()).state).toBe('overdue');
  });

  test('that has waited since a moment in which the clock was a year ahead is overdue after a day', async () => {
    const { scene, clock } = await setSceneInTime();
    const path = join(scene.folder, 'second');
    await storeTo(scene, destinationOf(scene), await save(scene.core, folderAt(path, 'Second')));
    renameSync(path, `${path}-elsewhere`);
    clock.jump(365 * DAY);
    await takeBackup(scene);
    await settle(scene.core);
    clock.jump(-365 * DAY);
    await clock.advance(HOUR / 60, () => settle(scene.core));
    expect((await summaryOf(scene)).state).toBe('waiting');
    clock.jump(DAY);
    await clock.advance(HOUR / 60, () => settle(scene.core));
    expect(await summaryOf(scene)).toMatchObject({
      state: 'overdue',
      reason: expect.stringMatching(/1 snapshot waits for Second/),
    });
  });
});

describe('what is stored', () => {
  test('is listed once a day: copies that were removed from outside are missing, and found again', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    await takeBackup(scene);
    await takeBackup(scene);
    await check(scene);
    const aside = join(scene.folder, 'aside');
    mkdirSync(aside);
    const stored = storedIn(scene.destination);
    for (const name of stored) renameSync(join(scene.destination, name), join(aside, name));
    await checkADayLater();
    expect(await statesAt(scene.core, destinationOf(scene))).toEqual(['missing', 'missing']);
    const { state, reason } = await summaryOf(scene);
    expect(state).toBe('failed');
    expect(reason).toContain('missing');
    expect(await metricOf(scene, 'snapkeep_missing_copies')).toBe('2');
    expect(await metricOf(scene, 'snapkeep_ok')).toBe('0');
    for (const name of stored) renameSync(join(aside, name), join(scene.destination, name));
    await checkADayLater();
    expect(await statesAt(scene.core, destinationOf(scene))).toEqual(['stored', 'stored']);
    expect(await metricOf(scene, 'snapkeep_missing_copies')).toBe('0');
  });

  test('is listed once a day: a snapshot whose attached files were removed from outside is not verified', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    await attachFolder(scene, 1);
    await takeBackup(scene);
    await check(scene);
    await checkADayLater();
    expect((await summaryOf(scene)).newest?.verification.valid).toBe(true);
    for (const name of storedIn(scene.destination).filter((each) => each.endsWith('.generated')))
      rmSync(join(scene.destination, name), { recursive: true });
    await checkADayLater();
    expect(await summaryOf(scene)).toMatchObject({ state: 'failed', reason: expect.stringContaining('generated') });
  });

  test('is listed once a day: a snapshot that was truncated from outside is not valid', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    const { path } = await takeBackup(scene);
    await check(scene);
    truncateSync(path, 0);
    await checkADayLater();
    expect((await summaryOf(scene)).newest?.verification).toMatchObject({ valid: false, level: 'none' });
    expect(await summaryOf(scene)).toMatchObject({ state: 'failed', reason: expect.stringContaining('has 0 bytes') });
    // A rescan says so, too, and adds nothing to it.
    const { result } = await succeed(scene.core, 'destinations.rescan', { destinationId: destinationOf(scene) });
    expect(result).toMatchObject({ missing: 0, problems: [{ message: expect.stringContaining('has 0 bytes') }] });
  });

  test('is listed once a day: a manifest that was removed is written again, and its snapshot is to be verified', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    const { id, path } = await takeBackup(scene);
    await check(scene);
    const manifest = manifestOf(path);
    rmSync(`${path}.manifest.json`);
    await checkADayLater();
    expect(manifestOf(path)).toEqual(manifest);
    expect(await summaryOf(scene)).toMatchObject({ state: 'unverified', reason: expect.stringContaining('manifest') });
    await succeed(scene.core, 'verifications.start', { snapshotId: id });
    await checkADayLater();
    expect((await summaryOf(scene)).newest?.verification.valid).toBe(true);
  });

  test('at one of two destinations is missing there alone: the plan is incomplete until it is copied again', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    const path = join(scene.folder, 'second');
    const second = await save(scene.core, folderAt(path, 'Second'));
    await storeTo(scene, destinationOf(scene), second);
    await takeBackup(scene);
    await settle(scene.core);
    await check(scene);
    for (const name of storedIn(path)) rmSync(join(path, name), { recursive: true });
    await checkADayLater();
    expect(await statesAt(scene.core, destinationOf(scene))).toEqual(['stored']);
    expect(await statesAt(scene.core, second)).toEqual(['missing']);
    expect(await summaryOf(scene)).toMatchObject({ state: 'incomplete', reason: expect.stringContaining('Second') });
    expect(await metricOf(scene, 'snapkeep_missing_copies')).toBe('1');
    const { name } = await takeBackup(scene);
    await settle(scene.core);
    expect(await statesAt(scene.core, second)).toEqual(['stored', 'stored']);
    expect(storedIn(path).filter((each) => each.endsWith('.gz'))).toHaveLength(2);
    expect(storedIn(path)).toContain(name);
    expect(await metricOf(scene, 'snapkeep_missing_copies')).toBe('0');
    for (const { id } of await scene.core.call('snapshots.list', {}))
      await succeed(scene.core, 'verifications.start', { snapshotId: id, destinationId: second });
  });

  test('and is missing everywhere stays missing, whatever the retention, until a person has reviewed it', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    const { core, plan } = scene;
    await core.call('plans.update', { planId: plan.id, retention: { ...KEEP_ALL, keepLast: 1 } });
    await takeBackup(scene);
    await check(scene);
    for (const name of storedIn(scene.destination)) rmSync(join(scene.destination, name));
    await checkADayLater();
    for (const states of [
      ['stored', 'missing'],
      ['stored', 'missing'],
    ]) {
      await takeBackup(scene);
      await settle(core);
      expect(await statesAt(core, destinationOf(scene))).toEqual(states);
      expect(await summaryOf(scene)).toMatchObject({ state: 'incomplete', reason: expect.stringContaining('missing') });
    }
    const { confirmation, ...preview } = await core.call('prune.preview', { planId: plan.id });
    expect(preview).toMatchObject({
      removed: [{ reasons: ['missing'], sizeBytes: 0 }],
      bytesFreed: 0,
      removedCount: 1,
    });
    await succeed(core, 'prune.start', { planId: plan.id, confirmation });
    expect(await statesAt(core, destinationOf(scene))).toEqual(['stored']);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });

  test.each([
    ['has damaged bytes', (path: string) => appendFileSync(path, 'more')],
    ['lost its attached files', (path: string) => rmSync(path.replace('.db.gz', '.generated'), { recursive: true })],
  ])('%s at one of two destinations: another copy that is verified does not hide it', async (_what, damage) => {
    const { scene, checkADayLater } = await setSceneInTime();
    const { core } = scene;
    await attachFolder(scene, 1);
    const path = join(scene.folder, 'second');
    const second = await save(core, folderAt(path, 'Second'));
    await storeTo(scene, destinationOf(scene), second);
    const { id: snapshotId, name } = await takeBackup(scene);
    await settle(core);
    await checkADayLater();
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
    damage(join(path, name));
    await succeed(core, 'verifications.start', { snapshotId, destinationId: second });
    await succeed(core, 'verifications.start', { snapshotId, destinationId: destinationOf(scene) });
    await checkADayLater();
    const { state, reason, newest } = await summaryOf(scene);
    expect(newest?.verification.valid).toBe(true);
    expect({ state, reason }).toEqual({ state: 'failed', reason: expect.stringContaining('at Second is not valid') });
    await takeBackup(scene);
    await settle(core);
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });
});

describe.skipIf(whyNoS3 !== undefined)('a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server.stop());

  test('that was emptied from outside, its marker too, has copies missing and is not OK', async () => {
    const { scene, checkADayLater } = await setSceneInTime();
    const saved = await bucketOn(server, 'Cloud');
    const cloud = await save(scene.core, saved);
    await storeTo(scene, cloud);
    await takeBackup(scene);
    await settle(scene.core);
    await check(scene);
    expect((await summaryOf(scene)).state).toBe('ok');
    if (saved.settings.kind !== 's3') throw new Error('It is no bucket.');
    await emptyBucket(server, saved.settings.bucket);
    await checkADayLater();
    expect(await statesAt(scene.core, cloud)).toEqual(['missing']);
    expect((await summaryOf(scene)).state).not.toMatch(/^ok/);
    expect(await metricOf(scene, 'snapkeep_missing_copies')).toBe('1');
  });
});
