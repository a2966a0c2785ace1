import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Core } from '../../../src-main/core/core.ts';
import { openDriver } from '../../../src-main/core/destinations/drivers/open-driver.ts';
import { DestinationSettings } from '../../../src-shared/model/destination.ts';
import { attachFolder } from '../../support/attach-folder.ts';
import { setFilesScene } from '../../support/files-scene.ts';
import { bucketOn, save, settle, storeTo } from '../../support/places.ts';
import { type Scene, setScene, takeBackup } from '../../support/scene.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { runToEnd, succeed } from '../../support/test-core.ts';

/** A plan with a folder beside its database, backed up and verified. */
async function withFolder(): Promise<Scene & { generated: string; snapshotId: string }> {
  const scene = await setScene();
  const generated = await attachFolder(scene, 5);
  return { ...scene, generated, snapshotId: (await takeBackup(scene)).id };
}

const storedFolder = ({ destination }: Pick<Scene, 'destination'>): string =>
  join(destination, readdirSync(destination).find((name) => name.endsWith('.generated')) ?? 'none');

/** Expects that a snapshot, its plan and the newest restore test say that it is not valid, and why. */
async function expectLost(core: Core, planId: string, snapshotId: string, names: RegExp): Promise<void> {
  const { snapshot } = await core.call('snapshots.get', { snapshotId });
  expect(snapshot.verification).toMatchObject({ valid: false, level: 'none', message: expect.stringMatching(names) });
  const [summary] = (await core.call('plans.list', {})).filter(({ plan }) => plan.id === planId);
  expect(summary).toMatchObject({ state: 'failed', reason: expect.stringMatching(names) });
}

async function expectFound(core: Core, planId: string, snapshotId: string, names: RegExp): Promise<void> {
  const { result } = await succeed(core, 'verifications.start', { snapshotId });
  expect(result).toMatchObject({
    kind: 'verify',
    verification: { valid: false, stored: 'different', message: expect.stringMatching(names) },
  });
  await expectLost(core, planId, snapshotId, names);
  expect(await runToEnd(core, 'restoreTests.start', { planId })).toMatchObject({
    state: 'failed',
    error: { code: 'CORRUPT', message: expect.stringMatching(names) },
  });
}

describe('attached files in a folder', () => {
  test.each<[string, RegExp, (folder: string) => void]>([
    ['lost as a whole', /generated/, (folder) => rmSync(folder, { recursive: true })],
    [
      'emptied',
      /generated/,
      (folder) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
      },
    ],
    ['lost but for one', /3\.wav is missing/, (folder) => rmSync(join(folder, '3.wav'))],
    [
      'changed',
      /2\.wav has/,
      (folder) => {
        rmSync(join(folder, '2.wav'));
        writeFileSync(join(folder, '2.wav'), 'another recording');
      },
    ],
    ['joined by another', /added\.wav is not in the index/, (folder) => writeFileSync(join(folder, 'added.wav'), 'x')],
    ['without their index', /index/, (folder) => rmSync(join(folder, '.snapkeep-index.jsonl'))],
  ])('%s are found by a verification and a restore test, and the plan says so', async (_what, names, damage) => {
    const scene = await withFolder();
    damage(storedFolder(scene));
    await expectFound(scene.core, scene.plan.id, scene.snapshotId, names);
  });

  test('that have gone are noticed by a rescan, once, and a verification says when they are back', async () => {
    const scene = await withFolder();
    const { core, plan, snapshotId } = scene;
    const folder = storedFolder(scene);
    renameSync(folder, join(scene.folder, 'aside'));
    const rescan = () => succeed(core, 'destinations.rescan', { path: scene.destination });
    expect((await rescan()).result).toMatchObject({
      found: 1,
      missing: 0,
      problems: [{ message: expect.stringContaining('generated') }],
    });
    await expectLost(core, plan.id, snapshotId, /Attached files are missing: generated/);
    const { verifications } = await core.call('snapshots.get', { snapshotId });
    await rescan();
    expect((await core.call('snapshots.get', { snapshotId })).verifications).toHaveLength(verifications.length);
    renameSync(join(scene.folder, 'aside'), folder);
    expect((await rescan()).result).toMatchObject({ problems: [] });
    await succeed(core, 'verifications.start', { snapshotId });
    expect((await core.call('snapshots.get', { snapshotId })).snapshot.verification).toMatchObject({ valid: true });
  });
});

test.each<[string, (path: string) => void]>([
  ['lost', (path) => rmSync(path, { recursive: true })],
  ['changed', (path) => writeFileSync(join(path, 'env'), 'TOKEN=9\n')],
])('a single file that was %s is found, and the plan of files says so', async (_what, damage) => {
  const { core, plan, destination } = await setFilesScene();
  const { snapshotId } = await succeed(core, 'backups.start', { planId: plan.id });
  damage(join(destination, readdirSync(destination).find((name) => name.endsWith('.env')) ?? 'none'));
  await expectFound(core, plan.id, snapshotId ?? '', /env/);
});

describe.skipIf(whyNoS3 !== undefined)('an archive of attached files in a bucket', () => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3Server();
  }, 60_000);
  afterAll(async () => {
    await s3?.stop();
  });

  async function inBucket() {
    const scene = await withFolder();
    const given = await bucketOn(s3, 'Bucket');
    await storeTo(scene, await save(scene.core, given));
    const { snapshotId } = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
    await settle(scene.core);
    const driver = await openDriver(DestinationSettings.parse(given.settings), { s3: s3.keys });
    const { objects } = await driver.list(null);
    const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: snapshotId ?? '' });
    // The one before is copied there too.
    const stem = snapshot.name.replace('.db.gz', '.generated');
    const archive = objects.find(({ name }) => name.startsWith(stem) && !name.endsWith('.json'))?.name ?? '';
    return { ...scene, snapshotId: snapshotId ?? '', driver, archive };
  }

  test('that was lost or changed is found, also by a rescan', async () => {
    const { core, plan, snapshotId, driver, archive } = await inBucket();
    const bytes = Buffer.alloc(1000, 'x');
    await driver.delete(archive);
    const { destinations } = await core.call('plans.get', { planId: plan.id }).then(({ plan: found }) => found);
    const destinationId = destinations[0]?.destinationId ?? '';
    expect((await succeed(core, 'destinations.rescan', { destinationId })).result).toMatchObject({
      problems: [{ message: expect.stringContaining('generated') }],
    });
    await expectLost(core, plan.id, snapshotId, /Attached files are missing: generated/);
    await expectFound(core, plan.id, snapshotId, /generated/);
    await driver.put(archive, { bytes: bytes.length, open: () => Readable.from([bytes]) });
    await expectFound(core, plan.id, snapshotId, /generated/);
    await driver.close();
  });
});
