import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { namesWithLetters } from '../../src-shared/rules/names/name-pattern.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { bucketOn, folderAt, folderOn, save, settle, statesAt, storeTo } from '../support/places.ts';
import { contentsOf, expectNothingLeft, OK_HERE, onPhase, type Scene, setScene } from '../support/scene.ts';
import { loseAnswer } from '../support/servers/lost-answers.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../support/servers/s3.ts';
import { type SftpServer, startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { storedIn } from '../support/stored-names.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const firstOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';

async function backUp(scene: Scene): Promise<string> {
  appendEntries(scene.source, 1);
  const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  await settle(scene.core);
  return run.snapshotId ?? '';
}

const summaryOf = async ({ core, plan }: Scene) => core.call('plans.get', { planId: plan.id });
const copyRuns = async ({ core }: Scene) => (await core.call('runs.list', {})).filter(({ kind }) => kind === 'copy');

describe('folders', () => {
  test('every snapshot is stored in the first and copied to the second, byte for byte', async () => {
    const scene = await setScene();
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    await backUp(scene);
    await storeTo(scene, firstOf(scene), nas);
    await settle(scene.core);
    await backUp(scene);
    expect(contentsOf(second)).toEqual(contentsOf(scene.destination));
    expect(await statesAt(scene.core, nas)).toEqual(['stored', 'stored']);
    expect((await summaryOf(scene)).destinations).toMatchObject([
      { snapshotCount: 2, waitingCopies: 0 },
      { name: 'NAS', snapshotCount: 2, waitingCopies: 0, problem: null },
    ]);
    expectNothingLeft(scene);
  });

  test('one that is down for a day keeps nothing from the other, fails no run, and is made equal afterwards', async () => {
    const clock = new FakeClock(Math.ceil(Date.now() / HOUR) * HOUR + 5 * MINUTE);
    const scene = await setScene({
      ports: { host: 'server', clock },
      plan: { schedule: { kind: 'interval', hours: 6 }, retention: KEEP_ALL },
    });
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    await storeTo(scene, firstOf(scene), nas);
    await backUp(scene);
    renameSync(second, `${second} away`);
    const settled = () => settle(scene.core);
    // The clock is only looked at around each scheduled time; between them nothing happens but tries that fail.
    const passScheduledTimes = async (scheduledTimes: number): Promise<void> => {
      for (let scheduledTime = 0; scheduledTime < scheduledTimes; scheduledTime++) {
        clock.jump(6 * HOUR - 2 * MINUTE);
        await clock.advance(2 * MINUTE, settled);
      }
    };
    await passScheduledTimes(4);
    expect(await statesAt(scene.core, nas)).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'stored']);
    expect((await statesAt(scene.core, firstOf(scene))).every((state) => state === 'stored')).toBe(true);
    const runs = await scene.core.call('runs.list', { limit: 500 });
    expect(runs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    expect(await summaryOf(scene)).toMatchObject({ state: 'waiting', reason: expect.stringContaining(second) });
    await passScheduledTimes(2);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'overdue',
      reason: expect.stringMatching(/\d snapshots wait for NAS: .*second/),
    });
    const [away] = (await scene.core.call('destinations.list', {})).filter(({ destination }) => destination.id === nas);
    expect(away).toMatchObject({ state: 'unavailable', nextTryAt: expect.any(String) });
    renameSync(`${second} away`, second);
    clock.jump(HOUR);
    await clock.advance(5 * MINUTE, settled);
    expect(contentsOf(second)).toEqual(contentsOf(scene.destination));
    expect((await summaryOf(scene)).state).toBe(OK_HERE);
  });

  test('a snapshot whose names are all taken by something else fails for good, alone, and is copied once one is free', async () => {
    const scene = await setScene();
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    await backUp(scene);
    const [snapshot] = await scene.core.call('snapshots.list', {});
    const { id = '', name = '' } = snapshot ?? {};
    const squatted = [name, ...namesWithLetters(name, id)].map((each) => join(second, each));
    for (const path of squatted) writeFileSync(path, 'something else');
    await storeTo(scene, firstOf(scene), nas);
    await backUp(scene);
    expect(await statesAt(scene.core, nas)).toEqual(['stored', 'failed']);
    expect(await summaryOf(scene)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('different content'),
    });
    for (const path of squatted) {
      expect(readFileSync(path, 'utf8')).toBe('something else');
      rmSync(path);
    }
    await scene.core.call('destinations.catchUp', { destinationId: nas });
    await settle(scene.core);
    expect(contentsOf(second)).toEqual(contentsOf(scene.destination));
    expect(await scene.core.call('destinations.catchUp', { destinationId: nas })).toEqual({ run: null });
  });

  test('what has changed since it was stored is not copied, and nothing of it is left there', async () => {
    const scene = await setScene();
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    await backUp(scene);
    const [snapshot] = await scene.core.call('snapshots.list', {});
    const bytes = readFileSync(snapshot?.path ?? '');
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(snapshot?.path ?? '', bytes);
    await storeTo(scene, firstOf(scene), nas);
    await settle(scene.core);
    expect(await statesAt(scene.core, nas)).toEqual(['failed']);
    expect(storedIn(second)).toEqual([]);
    expect((await summaryOf(scene)).reason).toContain('no longer matches its manifest');
  });

  test('a manifest that is not what was stored when it is read back is told, and the copy has failed', async () => {
    const scene = await setScene();
    const { core, folder } = scene;
    const path = join(folder, 'nas');
    const nas = await save(core, folderAt(path, 'NAS'));
    await storeTo(scene, firstOf(scene), nas);
    onPhase(core, 'copy', 'uploading', () => {
      const manifest = storedIn(path).find((name) => name.endsWith('.manifest.json')) ?? '';
      writeFileSync(join(path, manifest), '{}');
    });
    await succeed(core, 'backups.start', { planId: scene.plan.id });
    await settle(core);
    expect(await statesAt(core, nas)).toEqual(['failed']);
    const [{ state, reason } = {}] = await core.call('plans.list', {});
    expect(state).toBe('failed');
    expect(reason).toContain('has changed since it was stored');
  });

  test('the copy of another destination makes up for one that is gone', async () => {
    const scene = await setScene();
    const nas = await save(scene.core, folderAt(join(scene.folder, 'second'), 'NAS'));
    await storeTo(scene, firstOf(scene), nas);
    const snapshotId = await backUp(scene);
    for (const name of storedIn(scene.destination)) rmSync(join(scene.destination, name));
    const verified = await succeed(scene.core, 'verifications.start', { snapshotId });
    expect(verified.result).toMatchObject({ verification: { valid: true } });
    expect(await statesAt(scene.core, firstOf(scene))).toEqual(['missing']);
    const lost = await runToEnd(scene.core, 'verifications.start', { snapshotId, destinationId: firstOf(scene) });
    expect(lost).toMatchObject({ state: 'failed', error: { code: 'NOT_FOUND' } });
  });

  test('each keeps what its own retention says, and none removes what another still waits for', async () => {
    const scene = await setScene({ plan: { retention: { ...KEEP_ALL, keepLast: 1 } } });
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    const kept = { ...KEEP_ALL, keepLast: 3 };
    await scene.core.call('plans.update', {
      planId: scene.plan.id,
      destinations: [{ destinationId: firstOf(scene) }, { destinationId: nas, retention: kept }],
    });
    await backUp(scene);
    renameSync(second, `${second} away`);
    await backUp(scene);
    await backUp(scene);
    const { kept: still, removed } = await scene.core.call('prune.preview', { planId: scene.plan.id });
    expect(removed).toEqual([]);
    expect(still.filter(({ reasons }) => reasons.includes('waiting-copy'))).toHaveLength(1);
    renameSync(`${second} away`, second);
    await scene.core.call('destinations.catchUp', { destinationId: nas });
    await settle(scene.core);
    expect(await statesAt(scene.core, nas)).toEqual(['stored', 'stored', 'stored']);
    expect(await statesAt(scene.core, firstOf(scene))).toEqual(['stored', undefined, undefined]);
    renameSync(second, `${second} away`);
    for (let n = 0; n < 3; n++) await backUp(scene);
    expect(await statesAt(scene.core, nas)).toEqual(['waiting', 'waiting', 'waiting', 'stored', 'stored', 'stored']);
    await backUp(scene);
    // A fourth pushes out the oldest that was never copied; what is there stays until it can be looked at.
    expect(await statesAt(scene.core, nas)).toEqual(['waiting', 'waiting', 'waiting', 'stored', 'stored', 'stored']);
  });

  test('a snapshot is deleted everywhere or nowhere', async () => {
    const scene = await setScene();
    const second = join(scene.folder, 'second');
    const nas = await save(scene.core, folderAt(second, 'NAS'));
    await storeTo(scene, firstOf(scene), nas);
    const snapshotId = await backUp(scene);
    await backUp(scene);
    const { confirmation, removed } = await scene.core.call('snapshots.previewDelete', { snapshotId });
    expect(removed.map(({ destination }) => destination?.name)).toContain('NAS');
    renameSync(second, `${second} away`);
    const before = contentsOf(scene.destination);
    const refused = await runToEnd(scene.core, 'snapshots.delete', { snapshotId, confirmation });
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
    expect(contentsOf(scene.destination)).toEqual(before);
    renameSync(`${second} away`, second);
    await succeed(scene.core, 'snapshots.delete', { snapshotId, confirmation });
    expect(storedIn(second)).toHaveLength(2);
    expect(storedIn(scene.destination)).toHaveLength(2);
    expect(await scene.core.call('snapshots.list', {})).toHaveLength(1);
  });
});

describe.skipIf(whyNoS3 !== undefined || whyNoSftp !== undefined)('a bucket and an SSH server', () => {
  let s3: S3Server;
  let ssh: SftpServer;
  beforeAll(async () => {
    [s3, ssh] = await Promise.all([startS3Server(), startSftpServer()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([s3?.stop(), ssh?.stop()]);
  });

  test('a plan that stores only there goes through the outbox; verify, restore test and restore fetch it back', async () => {
    const scene = await setScene();
    const { core, plan, home, folder } = scene;
    const bucket = await save(core, await bucketOn(s3, 'Bucket'));
    const remote = await folderOn(ssh, 'Host');
    const host = await save(core, remote);
    await storeTo(scene, bucket, host);
    const snapshotId = await backUp(scene);
    expect(await statesAt(core, bucket)).toEqual(['stored']);
    expect(await statesAt(core, host)).toEqual(['stored']);
    expect(readdirSync(join(home, 'outbox'))).toEqual([]);
    expect(storedIn(remote.folder)).toHaveLength(2);
    expect((await core.call('snapshots.get', { snapshotId })).snapshot.path).toBeNull();
    const tested: unknown[] = [];
    for (let n = 0; n < 2; n++) {
      const { result } = await succeed(core, 'restoreTests.start', { planId: plan.id });
      tested.push(result?.kind === 'restoreTest' && result.destinationName);
    }
    expect(tested.sort()).toEqual(['Bucket', 'Host']);
    for (const destinationId of [bucket, host]) {
      await succeed(core, 'verifications.start', { snapshotId, destinationId });
      const targetPath = join(folder, `${destinationId}.db`);
      const source = { snapshotId, destinationId };
      const checked = await succeed(core, 'restores.check', { source, targetPath });
      if (checked.result?.kind !== 'restore-check') throw new Error('no check');
      const { confirmation } = checked.result.check;
      await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
      expect(countEntries(targetPath)).toBe(101);
    }
    const { copies } = (await core.call('snapshots.get', { snapshotId })).snapshot;
    expect(copies.map(({ valid }) => valid)).toEqual([true, true]);
    expectNothingLeft(scene);
  });

  test.each([
    ['the snapshot', '.db.gz'],
    ['the manifest', '.manifest.json'],
  ])('the answer to %s is lost: the copy is stored, once', async (_what, ending) => {
    const scene = await setScene();
    const bucket = await bucketOn(s3, 'Bucket');
    const isThis = (method: string, path: string) => method === 'PUT' && (path.split('?')[0] ?? '').endsWith(ending);
    const { endpoint, lost } = await loseAnswer(s3.endpoint, isThis);
    const id = await save(scene.core, {
      ...bucket,
      settings: { ...bucket.settings, endpoint } as typeof bucket.settings,
    });
    await storeTo(scene, firstOf(scene), id);
    await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
    await settle(scene.core);
    expect(lost).toHaveLength(1);
    expect(await statesAt(scene.core, id)).toEqual(['stored']);
    await succeed(scene.core, 'destinations.rescan', { destinationId: id });
    expect((await scene.core.call('snapshots.list', {})).length).toBe(1);
  });

  test('while they are away nothing fails, and what is missing is fetched from one to the other', async () => {
    const scene = await setScene();
    const { core, home } = scene;
    const bucket = await save(core, await bucketOn(s3, 'Bucket'));
    const remote = await folderOn(ssh, 'Host');
    const host = await save(core, remote);
    await storeTo(scene, bucket);
    await backUp(scene);
    await ssh.kill();
    await storeTo(scene, bucket, host);
    await settle(core);
    expect(await statesAt(core, host)).toEqual(['waiting']);
    expect((await summaryOf(scene)).state).toBe('waiting');
    expect(readdirSync(join(home, 'outbox'))).toEqual([]);
    await ssh.restart();
    await core.call('destinations.test', { destinationId: host });
    await settle(core);
    expect(await statesAt(core, host)).toEqual(['stored']);
    expect((await copyRuns(scene)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    expectNothingLeft(scene);
  });

  test('a second, empty data folder imports a bucket', async () => {
    const scene = await setScene();
    const given = await bucketOn(s3, 'Bucket');
    await storeTo(scene, firstOf(scene), await save(scene.core, given));
    await backUp(scene);
    await backUp(scene);
    const other = await startTestCore(join(temporaryFolder(), 'home'));
    const destinationId = await save(other, given);
    const scan = await succeed(other, 'destinations.rescan', { destinationId });
    expect(scan.result).toMatchObject({ found: 2, added: 2, missing: 0, problems: [] });
    const [newest] = await other.call('snapshots.list', {});
    await succeed(other, 'verifications.start', { snapshotId: newest?.id ?? '' });
  });

  test('wrong keys and a bucket that is not there fail with what to do, until they are mended', async () => {
    const scene = await setScene();
    const { core } = scene;
    const given = await bucketOn(s3, 'Bucket');
    const wrong = { ...given, secrets: { accessKeyId: s3.keys.accessKeyId, secretAccessKey: 'wrong' } };
    const refused = await core.call('destinations.save', wrong);
    expect(refused).toMatchObject({ destination: null, report: { passed: false } });
    expect(await core.call('destinations.list', {})).toHaveLength(1);
    const { destination } = await core.call('destinations.save', { ...wrong, saveAnyway: true });
    const id = destination?.destination.id ?? '';
    expect(destination).toMatchObject({ state: 'failed', secretsKnown: ['accessKeyId', 'secretAccessKey'] });
    await storeTo(scene, firstOf(scene), id);
    await backUp(scene);
    expect(await statesAt(core, id)).toEqual(['failed']);
    expect(await summaryOf(scene)).toMatchObject({ state: 'failed', reason: expect.stringContaining('keys') });
    await core.call('destinations.save', { ...given, destinationId: id });
    await settle(core);
    expect(await statesAt(core, id)).toEqual(['stored']);

    const nowhere = { ...given.settings, bucket: 'test-there-is-none' };
    const lost = { ...given, name: 'Lost', settings: nowhere as typeof given.settings, saveAnyway: true };
    const other = (await core.call('destinations.save', lost)).destination?.destination.id ?? '';
    await storeTo(scene, firstOf(scene), id, other);
    await settle(core);
    expect(await statesAt(core, other)).toEqual(['failed']);
    expect(await statesAt(core, id)).toEqual(['stored']);
    expect((await summaryOf(scene)).reason).toContain('Bucket test-there-is-none not found');
  });

  test('a copy is cancelled at once and stays waiting', async () => {
    const scene = await setScene({ rows: 20_000, plan: { compression: 'none' } });
    const { core } = scene;
    const remote = await folderOn(ssh, 'Host');
    const slow = { ...remote, settings: { ...remote.settings, bytesPerSecond: 64 * 1024 } };
    const host = await save(core, slow as typeof remote);
    const cancelled = new Promise<string>((resolve) => {
      core.on('run.changed', ({ run }) => {
        if (run.kind !== 'copy' || run.progress.phase !== 'uploading' || run.progress.done === 0) return;
        if (!run.cancelRequested) void core.call('runs.cancel', { runId: run.id });
        resolve(run.id);
      });
    });
    await storeTo(scene, firstOf(scene), host);
    await succeed(core, 'backups.start', { planId: scene.plan.id });
    expect(await core.runEnded(await cancelled)).toMatchObject({ state: 'cancelled' });
    expect(await statesAt(core, host)).toEqual(['waiting']);
    expect(storedIn(remote.folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });

  test('a snapshot that is deleted while it is copied is not kept there either', async () => {
    const scene = await setScene({ rows: 20_000, plan: { compression: 'none' } });
    const { core } = scene;
    const remote = await folderOn(ssh, 'Host');
    const slow = { ...remote, settings: { ...remote.settings, bytesPerSecond: 512 * 1024 } };
    const host = await save(core, slow as typeof remote);
    const first = await backUp(scene);
    await backUp(scene);
    const [newest] = await core.call('snapshots.list', {});
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId: first });
    const deleted = new Promise<void>((resolve, reject) => {
      const stop = core.on('run.changed', ({ run }) => {
        // The newest is copied first: what comes after it is the one to be deleted.
        if (run.kind !== 'copy' || run.progress.phase !== 'uploading') return;
        if (run.progress.done <= (newest?.sizeBytes ?? 0)) return;
        stop();
        succeed(core, 'snapshots.delete', { snapshotId: first, confirmation }).then(() => resolve(), reject);
      });
    });
    await core.call('plans.update', {
      planId: scene.plan.id,
      destinations: [{ destinationId: firstOf(scene) }, { destinationId: host }],
    });
    await deleted;
    await settle(core);
    expect(await statesAt(core, host)).toEqual(['stored']);
    expect(storedIn(remote.folder)).toEqual(storedIn(scene.destination));
  });

  test('no secret is in any file but the encrypted catalog', async () => {
    const scene = await setScene();
    const { core, home } = scene;
    const bucket = await bucketOn(s3, 'Bucket');
    const id = await save(core, bucket);
    await storeTo(scene, firstOf(scene), id);
    await backUp(scene);
    const secret = 'not to be found anywhere';
    await core.call('destinations.save', {
      destinationId: id,
      name: 'Bucket',
      settings: bucket.settings,
      secrets: { accessKeyId: 'not to be seen either', secretAccessKey: secret },
      saveAnyway: true,
    });
    await core.close();
    mkdirSync(home, { recursive: true });
    for (const name of Object.keys(contentsOf(home))) {
      const content = readFileSync(join(home, name));
      expect(content.includes(secret), name).toBe(false);
      expect(content.includes('not to be seen either'), name).toBe(false);
    }
  });
});

test('a destination that a plan stores to stays; one that none does is forgotten with what only it had', async () => {
  const scene = await setScene();
  const { core } = scene;
  const nas = await save(core, folderAt(join(scene.folder, 'second'), 'NAS'));
  await storeTo(scene, firstOf(scene), nas);
  await backUp(scene);
  await expect(core.call('destinations.remove', { destinationId: nas })).rejects.toBeInstanceOf(SnapkeepError);
  await storeTo(scene, firstOf(scene));
  expect(await core.call('destinations.remove', { destinationId: nas })).toEqual({ snapshotsLeft: 1 });
  expect(await core.call('snapshots.list', {})).toHaveLength(1);
});
