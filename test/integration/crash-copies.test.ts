import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Destination, MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import { openDriver } from '../../src-main/core/destinations/drivers/open-driver.ts';
import { DestinationSettings } from '../../src-shared/model/destination.ts';
import { attachFolder } from '../support/attach-folder.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { killAt, type Moment, randomMoments } from '../support/killed.ts';
import { bucketOn, folderAt, folderOn, save, settle, statesAt, storeTo } from '../support/places.ts';
import { contentsOf, expectNothingLeft, type Scene, setScene } from '../support/scene.ts';
import { type S3Server, startS3Server, whyNoS3 } from '../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { manifestOf } from '../support/stored-files.ts';
import { storedIn } from '../support/stored-names.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

const DAY = 24 * 3_600_000;
const MIB = 1024 * 1024;
const SOME_UPLOADED: Moment = { uploaded: 1 };

let s3: S3Server;
beforeAll(async () => {
  if (whyNoS3 === undefined) s3 = await startS3Server();
});
afterAll(() => s3?.stop());

/** What each kind of destination is tried with. */
interface Place {
  given: Omit<Parameters<typeof save>[1], 'destinationId'>;
  /** The names of what interrupted uploads have left there. */
  unfinished(): Promise<string[]>;
}

/**
 * A closed scene with one snapshot, whose plan is to store to another destination too; a copy there takes seconds.
 * @param attach what is done before the backup
 */
async function setClosedScene(
  mebibytes: number,
  make: (scene: Scene) => Promise<Place>,
  attach: (scene: Scene) => Promise<void> = async () => {},
): Promise<{ scene: Scene; place: Place; destinationId: string }> {
  const scene = await setScene({ plan: { compression: 'none' } });
  const { core, plan } = scene;
  const database = new Database(scene.source);
  database.exec(`CREATE TABLE pictures AS SELECT randomblob(${mebibytes * MIB}) AS picture`);
  database.close();
  await attach(scene);
  await succeed(core, 'backups.start', { planId: plan.id, verify: false });
  const place = await make(scene);
  const settings = { ...place.given.settings, bytesPerSecond: (mebibytes * MIB) / 2 };
  const destinationId = await save(core, { ...place.given, settings });
  await core.call('schedules.pause', { until: null });
  await storeTo(scene, plan.destinations[0]?.destinationId ?? '', destinationId);
  await core.close();
  return { scene, place, destinationId };
}

/** Kills a copy, starts again, and sees that it is made up, and that two days later nothing of the crash is left. */
async function killAndGoOn(
  moment: Moment,
  { scene, place, destinationId }: Awaited<ReturnType<typeof setClosedScene>>,
): Promise<void> {
  await killAt(moment, scene.home, 'destinations.catchUp', { destinationId });
  if (moment === SOME_UPLOADED) expect(await place.unfinished()).toHaveLength(1);
  const clock = new FakeClock();
  const core = await startTestCore(scene.home, { host: 'server', clock });
  await core.call('destinations.save', { ...place.given, destinationId });
  await core.call('schedules.resume', {});
  await settle(core);
  expect(await statesAt(core, destinationId)).toEqual(['stored']);
  const [snapshot] = await core.call('snapshots.list', {});
  await succeed(core, 'verifications.start', { snapshotId: snapshot?.id ?? '', destinationId });
  clock.jump(2 * DAY);
  await succeed(core, 'backups.start', { planId: scene.plan.id, verify: false });
  await settle(core);
  expect(await statesAt(core, destinationId)).toEqual(['stored', 'stored']);
  expect(await place.unfinished()).toEqual([]);
  const scan = await succeed(core, 'destinations.rescan', { destinationId });
  expect(scan.result).toMatchObject({ found: 2, added: 0, missing: 0, problems: [] });
  expectNothingLeft(scene);
}

const partialsIn = async (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.partial'));

describe('a copy that is killed is made up at the next start, and after the sweep nothing else is there', () => {
  test.each([{ phase: 'uploading' }, SOME_UPLOADED, ...randomMoments(1, 1500)])(
    'in a folder, at %j',
    async (moment) => {
      const set = await setClosedScene(8, async ({ folder }) => {
        const second = join(folder, 'second');
        return { given: folderAt(second, 'NAS'), unfinished: () => partialsIn(second) };
      });
      await killAndGoOn(moment, set);
      expect(contentsOf(join(set.scene.folder, 'second'))).toEqual(contentsOf(set.scene.destination));
    },
  );

  test('in a folder where another machine has its name, between manifest and file', async () => {
    const others: string[] = [];
    const make = async ({ core, folder, destination }: Scene): Promise<Place> => {
      const second = join(folder, 'second');
      const given = folderAt(second, 'NAS');
      const [snapshot] = await core.call('snapshots.list', {});
      const name = snapshot?.name ?? '';
      const manifest = manifestOf(join(destination, name));
      others.push(name, `${name}.manifest.json`);
      writeFileSync(join(second, name), 'of another machine');
      writeFileSync(join(second, `${name}.manifest.json`), JSON.stringify({ ...manifest, id: crypto.randomUUID() }));
      return { given, unfinished: () => partialsIn(second) };
    };
    const { scene, place, destinationId } = await setClosedScene(8, make, async (scene) => {
      await attachFolder(scene, 20);
    });
    await killAt(SOME_UPLOADED, scene.home, 'destinations.catchUp', { destinationId });
    const second = join(scene.folder, 'second');
    const begun = readdirSync(second).filter((name) => name.endsWith('.db.manifest.json') && !others.includes(name));
    expect(begun).toHaveLength(1);
    const core = await startTestCore(scene.home, { host: 'server' });
    await core.call('destinations.save', { ...place.given, destinationId });
    await core.call('schedules.resume', {});
    await settle(core);
    expect(await statesAt(core, destinationId)).toEqual(['stored']);
    expect(await place.unfinished()).toEqual([]);
    const [snapshot] = await core.call('snapshots.list', {});
    const copy = snapshot?.copies.find((each) => each.destinationId === destinationId);
    expect(`${copy?.name}.manifest.json`).toBe(begun[0]);
    const run = await succeed(core, 'verifications.start', { snapshotId: snapshot?.id ?? '', destinationId });
    expect(run.result).toMatchObject({ verification: { valid: true } });
    // Deleted, it leaves the files of the other machine, and so it does when it is put back.
    await succeed(core, 'backups.start', { planId: scene.plan.id });
    await settle(core);
    const snapshotId = snapshot?.id ?? '';
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId });
    await succeed(core, 'snapshots.delete', { snapshotId, confirmation });
    const ofCopy = () => storedIn(second).filter((name) => name === copy?.name || others.includes(name));
    expect(ofCopy().sort()).toEqual([...others].sort());
    await succeed(core, 'trash.putBack', { snapshotId });
    expect(ofCopy().sort()).toEqual([...others, copy?.name].sort());
    expect(readFileSync(join(second, others[0] ?? ''), 'utf8')).toBe('of another machine');
  });

  test.skipIf(whyNoSftp)('on an SSH server [sftp]', async () => {
    const ssh = await startSftpServer();
    onTestFinished(() => ssh.stop());
    const { folder, ...given } = await folderOn(ssh, 'Host');
    const set = await setClosedScene(8, async () => ({ given, unfinished: () => partialsIn(folder) }));
    await killAndGoOn(SOME_UPLOADED, set);
    expect(contentsOf(folder)).toEqual(contentsOf(set.scene.destination));
  });

  describe.skipIf(whyNoS3)('in a bucket [s3]', () => {
    test('with some of its parts there', async () => {
      const given = await bucketOn(s3, 'Bucket');
      if (given.settings.kind !== 's3') throw new Error('no bucket');
      const { bucket } = given.settings;
      const unfinished = async () => {
        const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
        return Uploads.map(({ Key = '' }) => Key);
      };
      await killAndGoOn(SOME_UPLOADED, await setClosedScene(72, async () => ({ given, unfinished })));
    });
  });
});

describe('a copy that is killed after its first attached file and is not wanted any more leaves nothing', () => {
  /** What is at a destination of snapshots, by whatever made it. */
  const namesAt = async (driver: Destination): Promise<string[]> => [
    ...(await driver.list()).objects.map(({ name }) => name).filter((name) => name !== MARKER_NAME),
    ...(await driver.folders()),
  ];

  /** One that takes a moment, and one that takes seconds. */
  async function attachTwo(scene: Scene): Promise<void> {
    const path = await attachFolder(scene, 3);
    const card = join(scene.folder, 'app', 'card.img');
    writeFileSync(card, randomBytes(8 * MIB));
    const attachedFiles = [
      { name: 'generated', path, kind: 'folder' as const },
      { name: 'card', path: card, kind: 'image' as const },
    ];
    await scene.core.call('plans.update', { planId: scene.plan.id, attachedFiles });
  }

  async function killAndGiveUp(make: (scene: Scene) => Promise<Place>, s3?: S3Server): Promise<void> {
    const { scene, place, destinationId } = await setClosedScene(8, make, attachTwo);
    const driver = await openDriver(DestinationSettings.parse(place.given.settings), s3 ? { s3: s3.keys } : {});
    onTestFinished(() => driver.close());
    const ofAnother = 'My-app-2026-01-01-000000-000000.generated.tar';
    await driver.put(ofAnother, { bytes: 1, open: () => Readable.from([Buffer.from('x')]) });
    await killAt({ uploaded: MIB }, scene.home, 'destinations.catchUp', { destinationId });
    const left = await namesAt(driver);
    expect(left).toHaveLength(2);
    expect(left).toContainEqual(expect.stringMatching(/-[0-9a-z]{6}\.generated(\.tar)?$/));

    const core = await startTestCore(scene.home, { host: 'server' });
    const destinations = scene.plan.destinations.map(({ destinationId }) => ({ destinationId }));
    await core.call('plans.update', { planId: scene.plan.id, destinations });
    await core.call('schedules.resume', {});
    await settle(core);
    expect(await namesAt(driver)).toEqual([ofAnother]);
    expect(await place.unfinished()).toEqual([]);
    expectNothingLeft(scene);
  }

  test('in a folder', () =>
    killAndGiveUp(async ({ folder }) => {
      const second = join(folder, 'second');
      return { given: folderAt(second, 'NAS'), unfinished: () => partialsIn(second) };
    }));

  test.skipIf(whyNoSftp)('on an SSH server [sftp]', async () => {
    const ssh = await startSftpServer();
    onTestFinished(() => ssh.stop());
    const { folder, ...given } = await folderOn(ssh, 'Host');
    await killAndGiveUp(async () => ({ given, unfinished: () => partialsIn(folder) }));
  });

  test.skipIf(whyNoS3)('in a bucket [s3]', async () => {
    const given = await bucketOn(s3, 'Bucket');
    await killAndGiveUp(async () => ({ given, unfinished: async () => [] }), s3);
  });
});
