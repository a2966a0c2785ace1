import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import { attachFolder } from '../../support/attach-folder.ts';
import { putBackFiles, setFilesScene, writeConfig } from '../../support/files-scene.ts';
import { bucketOn, folderAt, save, settle, statesAt } from '../../support/places.ts';
import { contentsOf, expectNothingLeft, type Scene, setScene } from '../../support/scene.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { storedIn } from '../../support/stored-names.ts';
import { succeed } from '../../support/test-core.ts';

/** A plan with a folder beside its database. */
async function scenePlan(): Promise<Scene & { generated: string }> {
  const scene = await setScene({ sourceName: 'soundbox.db', plan: { retention: KEEP_ALL } });
  return { ...scene, generated: await attachFolder(scene, 20) };
}

async function backUp({ core, plan }: Scene): Promise<string> {
  const run = await succeed(core, 'backups.start', { planId: plan.id });
  await settle(core);
  return run.snapshotId ?? '';
}

async function storeTo({ core, plan }: Scene, ...ids: string[]): Promise<void> {
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await core.call('plans.update', { planId: plan.id, destinations });
}

async function restoreFiles({ core }: Scene, snapshotId: string): Promise<void> {
  const checked = await succeed(core, 'restores.check', { what: 'files', snapshotId });
  if (checked.result?.kind !== 'files-check') throw new Error('no check');
  const { confirmation } = checked.result.check;
  await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
}

const firstOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';

test('another folder gets folders of its own, which share their files there', async () => {
  const scene = await scenePlan();
  const second = join(scene.folder, 'second');
  const nas = await save(scene.core, folderAt(second, 'NAS'));
  await storeTo(scene, firstOf(scene), nas);
  const first = await backUp(scene);
  writeFileSync(join(scene.generated, '3.wav'), 'another recording');
  const snapshotId = await backUp(scene);
  expect(await statesAt(scene.core, nas)).toEqual(['stored', 'stored']);
  const folders = storedIn(second).filter((name) => name.endsWith('.generated'));
  expect(folders).toHaveLength(2);
  const [one, other] = folders.map((name) => statSync(join(second, name, '7.wav')).ino);
  expect(one).toBe(other);
  const verified = await succeed(scene.core, 'verifications.start', { snapshotId, destinationId: nas });
  expect(verified.result).toMatchObject({ verification: { valid: true, attachedFiles: [{ valid: true, files: 20 }] } });
  const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId: first });
  await succeed(scene.core, 'snapshots.delete', { snapshotId: first, confirmation });
  for (const at of [second, scene.destination])
    expect(readdirSync(at).filter((name) => name.endsWith('.generated'))).toHaveLength(1);
  expectNothingLeft(scene);
});

test('a file that has changed where it is stored is not copied, and nothing of it is left there', async () => {
  const scene = await scenePlan();
  await backUp(scene);
  const [stored = ''] = storedIn(scene.destination).filter((name) => name.endsWith('.generated'));
  writeFileSync(join(scene.destination, stored, '5.wav'), 'damaged');
  const second = join(scene.folder, 'second');
  const nas = await save(scene.core, folderAt(second, 'NAS'));
  await storeTo(scene, firstOf(scene), nas);
  await settle(scene.core);
  expect(await statesAt(scene.core, nas)).toEqual(['failed']);
  expect(storedIn(second)).toEqual([]);
});

describe.skipIf(whyNoS3 !== undefined)('a bucket', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3Server();
  }, 60_000);
  afterAll(async () => {
    await s3?.stop();
  });

  test('gets an archive, from which files come back when the local copy is gone', async () => {
    const scene = await scenePlan();
    const bucket = await save(scene.core, await bucketOn(s3, 'Bucket'));
    await storeTo(scene, firstOf(scene), bucket);
    const snapshotId = await backUp(scene);
    expect(await statesAt(scene.core, bucket)).toEqual(['stored']);
    const before = contentsOf(scene.generated);
    for (const name of storedIn(scene.destination)) rmSync(join(scene.destination, name), { recursive: true });
    rmSync(scene.generated, { recursive: true });
    const verified = await succeed(scene.core, 'verifications.start', { snapshotId });
    expect(verified.result).toMatchObject({
      verification: { valid: true, attachedFiles: [{ valid: true, files: 20 }] },
    });
    await restoreFiles(scene, snapshotId);
    expect(contentsOf(scene.generated)).toEqual(before);
  });

  test('a plan that stores only there goes through the outbox, which is empty afterwards', async () => {
    const scene = await scenePlan();
    const bucket = await save(scene.core, await bucketOn(s3, 'Only bucket'));
    await storeTo(scene, bucket);
    const snapshotId = await backUp(scene);
    expect(readdirSync(join(scene.home, 'outbox'))).toEqual([]);
    expect((await scene.core.call('snapshots.get', { snapshotId })).snapshot.attachedFiles).toMatchObject([
      { way: 'archive', why: expect.stringContaining('single files only') },
    ]);
    writeFileSync(join(scene.generated, '1.wav'), 'changed');
    await restoreFiles(scene, snapshotId);
    expect(readFileSync(join(scene.generated, '1.wav'), 'utf8')).toBe('recording 1 '.repeat(100));
  });

  test('holds a plan of files alone: tested from there, found from there, and gone from there', async () => {
    const scene = await setFilesScene();
    const { core, app, plan } = scene;
    const bucket = await save(core, await bucketOn(s3, 'Files'));
    await core.call('plans.update', { planId: plan.id, destinations: [{ destinationId: bucket }] });
    const before = contentsOf(app);
    const snapshotId = (await succeed(core, 'backups.start', { planId: plan.id })).snapshotId ?? '';
    await settle(core);
    expect(readdirSync(join(scene.home, 'outbox'))).toEqual([]);
    const tested = await succeed(core, 'restoreTests.start', { planId: plan.id });
    expect(tested.result).toMatchObject({
      valid: true,
      verification: { level: 'restored', attachedFiles: [{}, {}, {}] },
    });
    writeConfig(app, 2);
    await putBackFiles(core, snapshotId);
    expect(contentsOf(app)).toMatchObject(before);
    await succeed(core, 'backups.start', { planId: plan.id });
    await settle(core);
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId });
    await succeed(core, 'snapshots.delete', { snapshotId, confirmation });
    const scan = await succeed(core, 'destinations.rescan', { destinationId: bucket });
    expect(scan.result).toMatchObject({ found: 1, problems: [] });
    const [summary] = await core.call('destinations.list', {});
    expect(summary?.snapshotCount ?? 0).toBeLessThan(2);
  });
});
