import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { appendEntries } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { folderAt, folderOn, save, settle, statesAt, storeTo } from '../support/places.ts';
import { contentsOf, expectNothingLeft, onPhase, type Scene, setScene } from '../support/scene.ts';
import { type SftpServer, startSftpServer, whyNoSftp } from '../support/servers/sftp.ts';
import { storedIn } from '../support/stored-names.ts';
import { succeed } from '../support/test-core.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const firstOf = ({ plan }: Scene): string => plan.destinations[0]?.destinationId ?? '';

async function backUp(scene: Scene): Promise<void> {
  appendEntries(scene.source, 1);
  await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  await settle(scene.core);
}

/** A scene whose plan stores to a second folder too. */
async function setTwoFolders(options: Parameters<typeof setScene>[0] = {}) {
  const scene = await setScene(options);
  const second = join(scene.folder, 'second');
  const nas = await save(scene.core, folderAt(second, 'NAS'));
  await storeTo(scene, firstOf(scene), nas);
  return { scene, second, nas };
}

describe('a pause of everything, or the battery, where backups wait for the mains', () => {
  test('a pause holds copies back, says so, and is no outage; when it ends they are made', async () => {
    const clock = new FakeClock();
    const { scene, nas, second } = await setTwoFolders({ ports: { host: 'server', clock } });
    const { core } = scene;
    await core.call('schedules.pause', { until: new Date(clock.now().getTime() + 30 * HOUR).toISOString() });
    await backUp(scene);
    expect(await statesAt(core, nas)).toEqual(['waiting']);
    const [held] = (await core.call('destinations.list', {})).filter(({ destination }) => destination.id === nas);
    expect(held).toMatchObject({
      state: 'ready',
      reason: '1 snapshot waits for NAS: all schedules are paused.',
      nextTryAt: null,
    });
    clock.jump(25 * HOUR);
    const { state, reason } = await core.call('plans.get', { planId: scene.plan.id });
    expect({ state, reason }).toEqual({
      state: 'waiting',
      reason: '1 snapshot waits for NAS: all schedules are paused.',
    });
    clock.jump(5 * HOUR);
    await clock.advance(5 * MINUTE, () => settle(core));
    expect(await statesAt(core, nas)).toEqual(['stored']);
    expect(contentsOf(second)).toEqual(contentsOf(scene.destination));
  });

  test('ending the pause, and asking for it, copies at once', async () => {
    const { scene, nas } = await setTwoFolders();
    const { core } = scene;
    await core.call('schedules.pause', { until: null });
    await backUp(scene);
    await core.call('destinations.catchUp', { destinationId: nas });
    await settle(core);
    expect(await statesAt(core, nas)).toEqual(['stored']);
    await backUp(scene);
    expect(await statesAt(core, nas)).toEqual(['waiting', 'stored']);
    await core.call('schedules.resume', {});
    await settle(core);
    expect(await statesAt(core, nas)).toEqual(['stored', 'stored']);
  });

  test('the battery does, until the mains are back', async () => {
    const clock = new FakeClock();
    let onBattery = true;
    const power = { onBattery: () => onBattery, onResume: () => () => undefined };
    const { scene, nas } = await setTwoFolders({ ports: { host: 'server', clock, power } });
    const { core } = scene;
    await core.call('settings.update', { notOnBattery: true });
    await backUp(scene);
    expect(await statesAt(core, nas)).toEqual(['waiting']);
    const { reason } = await core.call('plans.get', { planId: scene.plan.id });
    expect(reason).toBe('1 snapshot waits for NAS: this machine runs on battery.');
    onBattery = false;
    await clock.advance(5 * MINUTE, () => settle(core));
    expect(await statesAt(core, nas)).toEqual(['stored']);
  });
});

describe('a destination that is said to be at another place', () => {
  test('is refused while copies are not there, and taken where they are', async () => {
    const { scene, second, nas } = await setTwoFolders();
    const { core, folder } = scene;
    await backUp(scene);
    await backUp(scene);
    const moved = join(folder, 'moved');
    mkdirSync(moved);
    const change = { destinationId: nas, name: 'NAS', settings: { kind: 'folder' as const, path: moved } };
    await expect(core.call('destinations.save', { ...change, saveAnyway: true })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `NAS has 2 snapshots at ${second}; 2 of them are missing at the new location.`,
      hint: expect.stringContaining('Nothing was changed.'),
    });
    const [before] = (await core.call('destinations.list', {})).filter(({ destination }) => destination.id === nas);
    expect(before).toMatchObject({ destination: { settings: { path: second } }, snapshotCount: 2 });
    cpSync(second, moved, { recursive: true });
    rmSync(second, { recursive: true });
    expect((await core.call('destinations.save', change)).destination).toMatchObject({ label: moved });
    await backUp(scene);
    expect(contentsOf(moved)).toEqual(contentsOf(scene.destination));
  });

  test('may have another name and limit whether it is there or not', async () => {
    const { scene, second, nas } = await setTwoFolders();
    await backUp(scene);
    renameSync(second, `${second} away`);
    const settings = { kind: 'folder' as const, path: second, bytesPerSecond: 1024 };
    const saved = await scene.core.call('destinations.save', {
      destinationId: nas,
      name: 'Attic',
      settings,
      saveAnyway: true,
    });
    expect(saved.destination).toMatchObject({ destination: { name: 'Attic', settings: { bytesPerSecond: 1024 } } });
  });
});

describe.skipIf(whyNoSftp)('an upload [sftp]', () => {
  let ssh: SftpServer;
  beforeAll(async () => {
    ssh = await startSftpServer();
  });
  afterAll(() => ssh.stop());

  test('that is interrupted and not wanted any more leaves no manifest once the destination is back', async () => {
    const scene = await setScene({
      rows: 20_000,
      plan: { compression: 'none', retention: { ...KEEP_ALL, keepLast: 1 } },
    });
    const { core } = scene;
    const remote = await folderOn(ssh, 'Host');
    const slow = { ...remote, settings: { ...remote.settings, bytesPerSecond: 256 * 1024 } };
    const host = await save(core, slow as typeof remote);
    const broken = new Promise<void>((resolve) => {
      const stop = core.on('run.changed', ({ run }) => {
        if (run.kind !== 'copy' || run.progress.phase !== 'uploading' || run.progress.done === 0) return;
        stop();
        resolve(core.call('runs.cancel', { runId: run.id }).then(() => undefined));
      });
    });
    await storeTo(scene, firstOf(scene), host);
    await succeed(core, 'backups.start', { planId: scene.plan.id });
    await broken;
    await settle(core);
    expect(storedIn(remote.folder)).toEqual([expect.stringMatching(/\.manifest\.json$/)]);
    await backUp(scene);
    expect(await statesAt(core, host)).toEqual(['waiting']);
    await core.call('plans.update', {
      planId: scene.plan.id,
      destinations: [{ destinationId: firstOf(scene) }],
    });
    await core.call('destinations.test', { destinationId: host });
    await settle(core);
    expect(storedIn(remote.folder)).toEqual([]);
    expectNothingLeft(scene);
  });

  test('after which its file cannot be removed from the outbox fails no copy, is said in the log of the run, and is tried again', async () => {
    const clock = new FakeClock();
    const scene = await setScene({ ports: { host: 'server', clock } });
    const { core, home } = scene;
    const host = await save(core, await folderOn(ssh, 'Host'));
    await storeTo(scene, host);
    const outbox = join(home, 'outbox');
    let inTheWay = '';
    onPhase(core, 'copy', 'uploading', () => {
      const manifest = readdirSync(outbox).find((name) => name.endsWith('.manifest.json')) ?? '';
      inTheWay = join(outbox, manifest);
      rmSync(inTheWay);
      mkdirSync(inTheWay);
    });
    await backUp(scene);
    const [copy] = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'copy');
    const { run, log } = await core.call('runs.get', { runId: copy?.id ?? '' });
    expect(run).toMatchObject({ state: 'succeeded', result: { copied: 1, left: 0 } });
    expect(log.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining(inTheWay.replace('.manifest.json', '')),
      expect.stringMatching(/^“retention” failed after this run and will be retried\. /),
    ]);
    expect(await statesAt(core, host)).toEqual(['stored']);
    rmSync(inTheWay, { recursive: true });
    await clock.advance(MINUTE, () => settle(core));
    const [snapshot] = await core.call('snapshots.list', {});
    expect(snapshot?.copies.map(({ destinationId }) => destinationId)).toEqual([host]);
    expectNothingLeft(scene);
  });
});
