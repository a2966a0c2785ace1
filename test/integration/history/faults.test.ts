import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { MARKER_NAME } from '../../../src-main/core/destinations/drivers/destination.ts';
import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { canMount } from '../../support/can-mount.ts';
import { appendEntries } from '../../support/databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { killAt, type Moment } from '../../support/killed.ts';
import { checkOf, type Scene, setScene, takeBackup } from '../../support/scene.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const HISTORY = HistorySettings.parse({ storage: 'both' });
const HOUR_MS = 3_600_000;

const setHistory = (more: Parameters<typeof setScene>[0] = {}): Promise<Scene> =>
  setScene({ rows: 200, plan: { history: HISTORY, timeZone: 'UTC' }, ...more });
const historyIn = (destination: string): string =>
  join(destination, readdirSync(destination).find((name) => name.endsWith('.history')) ?? '');
const ltx = (destination: string, level: number, min: number, max: number): string => {
  const digits = (txid: number): string => txid.toString(16).padStart(16, '0');
  return join(historyIn(destination), 'ltx', String(level), `${digits(min)}-${digits(max)}.ltx`);
};
const digitsOf = (destination: string): string[] =>
  readdirSync(join(historyIn(destination), 'ltx'), { recursive: true })
    .map(String)
    .sort();
const run = (path: string, sql: string): void => {
  const database = new Database(path);
  database.exec(sql);
  database.close();
};

/** Adds a row and captures it, whatever comes of it. */
async function capture({ core, plan, source }: Scene) {
  appendEntries(source, 1);
  return runToEnd(core, 'history.capture', { planId: plan.id });
}

/** Expects that the points with these TXIDs are the only ones, and that the last, which takes every file, can be restored. */
async function expectPoints({ core, plan }: Scene, txids: number[]): Promise<void> {
  const points = await core.call('history.points', { planId: plan.id });
  expect(points.map(({ txid }) => txid)).toEqual(txids.toReversed());
  for (const txid of txids.slice(-1)) {
    const { result } = await succeed(core, 'verifications.start', { planId: plan.id, txid });
    expect(result, `point ${txid}`).toMatchObject({ verification: { valid: true } });
  }
}

test('a destination that is unavailable at each file gets all of them in order when it is back', async () => {
  const scene = await setHistory();
  const { destination } = scene;
  const marker = join(destination, MARKER_NAME);
  renameSync(marker, `${marker}.aside`);
  for (const txid of [1, 2, 3, 4]) expect((await capture(scene)).result).toMatchObject({ txid, waiting: 1 });
  renameSync(`${marker}.aside`, marker);
  expect((await capture(scene)).result).toMatchObject({ txid: 5, waiting: 0 });
  // A folder under its name lets a file fail: nothing after it is stored.
  for (const txid of [6, 7]) {
    mkdirSync(ltx(destination, 0, txid, txid));
    const failed = await capture(scene);
    expect(failed.error, `at ${txid}`).toMatchObject({ hint: expect.stringMatching(/\w/) });
    expect(existsSync(ltx(destination, 0, txid + 1, txid + 1))).toBe(false);
    rmSync(ltx(destination, 0, txid, txid), { recursive: true });
  }
  expect((await capture(scene)).result).toMatchObject({ txid: 8, waiting: 0 });
  await expectPoints(scene, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test.runIf(canMount)('captures pause while too much waits for destinations, and go on once they have it', async () => {
  let disk: SmallDisk | undefined;
  const scene = await setHistory({
    rows: 20,
    prepare: (folder) => {
      disk = mountSmallDisk(join(folder, 'home'), 24_000_000);
    },
  });
  const { core, plan, source, destination } = scene;
  const [marker, second] = [join(destination, MARKER_NAME), join(scene.folder, 'second')];
  mkdirSync(second);
  await core.call('plans.update', { planId: plan.id, destinations: [{ path: destination }, { path: second }] });
  const away = (path: string): (() => void) => {
    renameSync(path, `${path}.aside`);
    return () => renameSync(`${path}.aside`, path);
  };
  const secondMarker = join(second, MARKER_NAME);
  run(source, 'CREATE TABLE noise (bytes BLOB)');
  await capture(scene);
  const backAgain = [away(marker), away(secondMarker)];
  const makeNoise = (): Promise<Run> => {
    run(source, 'DELETE FROM noise; INSERT INTO noise VALUES (randomblob(1500000))');
    return capture(scene);
  };
  for (let n = 0; n < 3; n++) expect((await makeNoise()).result).toMatchObject({ waiting: 2 });
  disk?.fill(1_500_000);
  expect((await makeNoise()).error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/^Captures of My app are paused: [\d.]+ MB of captured changes wait/),
  });
  expect(await core.call('history.summary', { planId: plan.id })).toMatchObject({
    points: 4,
    capturesPaused: expect.stringContaining('paused'),
  });
  disk?.empty();
  // What one destination has does not wait for the other one, which gets a base when it is back.
  backAgain[0]?.();
  disk?.fill(5_000_000);
  expect((await makeNoise()).result).toMatchObject({ txid: 5, waiting: 1 });
  disk?.empty();
  backAgain[1]?.();
  await makeNoise();
  expect((await makeNoise()).result).toMatchObject({ txid: 7, waiting: 0 });
  rmSync(marker);
  await expectPoints(scene, [1, 2, 3, 4, 5, 6, 7]);
});

test('a file that never became a point is not delivered, and its TXID goes to the next point', async () => {
  const scene = await setHistory();
  await capture(scene);
  const [id = ''] = readdirSync(join(scene.home, 'histories'));
  const outbox = join(scene.home, 'histories', id, 'outbox');
  copyFileSync(ltx(scene.destination, 9, 1, 1), join(outbox, '0000000000000001-0000000000000002.ltx'));
  copyFileSync(ltx(scene.destination, 9, 1, 1), join(outbox, '0000000000000002-0000000000000002.ltx'));
  await succeed(scene.core, 'history.capture', { planId: scene.plan.id });
  expect(readdirSync(join(historyIn(scene.destination), 'ltx'))).toEqual(['9']);
  await capture(scene);
  await expectPoints(scene, [1, 2]);
});

test('what another service has stored under the next TXID stays, and is named', async () => {
  const scene = await setHistory();
  await capture(scene);
  await capture(scene);
  const others = ltx(scene.destination, 0, 3, 3);
  copyFileSync(ltx(scene.destination, 0, 2, 2), others);
  const refused = await capture(scene);
  expect(refused.error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('0000000000000003') });
  expect(readFileSync(others).equals(readFileSync(ltx(scene.destination, 0, 2, 2)))).toBe(true);
  rmSync(others);
  expect((await capture(scene)).result).toMatchObject({ txid: 4, waiting: 0 });
  await expectPoints(scene, [1, 2, 3, 4]);
});

test('pruning leaves alone what is newer than the newest point that is known', async () => {
  const keep = { minutesForHours: 0, hoursForDays: 0, daysForDays: 0, monthsForMonths: 0 };
  const scene = await setHistory({ plan: { history: { ...HISTORY, keep } } });
  await capture(scene);
  await capture(scene);
  for (const [level, min] of [
    [0, 9],
    [9, 1],
    [1, 3],
  ] as const)
    copyFileSync(ltx(scene.destination, 0, 2, 2), ltx(scene.destination, level === 1 ? 0 : level, min, 12));
  for (let n = 0; n < 3; n++) await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  for (const [level, min] of [
    [0, 9],
    [9, 1],
    [0, 3],
  ] as const)
    expect(existsSync(ltx(scene.destination, level, min, 12)), `${level}/${min}`).toBe(true);
  await expectPoints(scene, [2]);
});

test('nothing is removed from a history while one of its points is read, and captures go on', async () => {
  const scene = await setHistory();
  const { core, plan } = scene;
  await capture(scene);
  await capture(scene);
  const order: string[] = [];
  core.on('run.changed', ({ run: { kind, state } }) => {
    if (['verify', 'pruneHistory', 'capture'].includes(kind) && state === 'succeeded') order.push(kind);
  });
  const { run: reading } = await core.call('verifications.start', { planId: plan.id, txid: 1 });
  const { run: pruning } = await core.call('history.prune', { planId: plan.id });
  expect(core.activeRuns().map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'verify running',
    'pruneHistory queued',
  ]);
  await capture(scene);
  await Promise.all([core.runEnded(reading.id), core.runEnded(pruning.id)]);
  expect(order.indexOf('verify')).toBeLessThan(order.indexOf('pruneHistory'));
});

test('points files that are lost, cut or contradict each other cost no point', async () => {
  const scene = await setHistory();
  await capture(scene);
  await capture(scene);
  const folder = historyIn(scene.destination);
  const [name = ''] = readdirSync(folder).filter((each) => each.startsWith('points-'));
  const lines = readFileSync(join(folder, name), 'utf8');
  for (const content of [null, lines.slice(0, 40), lines + lines.replaceAll('"txid":1', '"txid":7'), '\u0000\u0001']) {
    if (content === null) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), content);
    expect((await capture(scene)).result).toMatchObject({ waiting: 0 });
  }
  await expectPoints(scene, [1, 2, 3, 4, 5, 6]);
});

test('a clock that goes back and forth changes labels only: TXIDs order, and nothing is removed for it', async () => {
  const clock = new FakeClock(Date.parse('2026-11-20T08:00:00Z'));
  const scene = await setHistory({ ports: { clock } });
  for (const hours of [0, 30 * 24, -60 * 24, 20 * 24]) {
    clock.jump(hours * HOUR_MS);
    expect((await capture(scene)).state).toBe('succeeded');
  }
  await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  await succeed(scene.core, 'history.prune', { planId: scene.plan.id });
  await expectPoints(scene, [1, 2, 3, 4]);
  const { pruningPaused } = await scene.core.call('history.summary', { planId: scene.plan.id });
  expect(pruningPaused).toMatch(/dated in the future/);
});

test('a history is written by one service: another one takes it over on a person’s word, and the former one stops', async () => {
  const scene = await setHistory();
  const { core, plan, source, destination } = scene;
  for (let n = 0; n < 3; n++) await capture(scene);
  const file = join(historyIn(destination), 'history.json');
  const own = JSON.parse(readFileSync(file, 'utf8'));
  // The other one has merged nothing, has made a point, and knows nothing of what waits here.
  const since = '2026-11-20T08:00:00.000Z';
  writeFileSync(file, JSON.stringify({ ...own, writer: { serviceId: crypto.randomUUID(), since } }));
  const refused = await capture(scene);
  expect(refused.error).toMatchObject({ code: 'CONFLICT', hint: expect.stringContaining('take the history over') });
  expect(await core.call('history.summary', { planId: plan.id })).toMatchObject({ otherWriterSince: since });
  copyFileSync(ltx(destination, 0, 3, 3), ltx(destination, 0, 5, 5));
  const others = digitsOf(destination);
  expect((await capture(scene)).error).toMatchObject({ code: 'CONFLICT' });
  expect((await runToEnd(core, 'history.prune', { planId: plan.id })).result).toMatchObject({ files: 0 });
  expect(digitsOf(destination)).toEqual(others);
  const { result } = await succeed(core, 'history.capture', { planId: plan.id, takeOver: true });
  expect(result).toMatchObject({ txid: 6, waiting: 0 });
  expect(JSON.parse(readFileSync(file, 'utf8')).writer.serviceId).toBe(own.writer.serviceId);
  expect(existsSync(ltx(destination, 9, 1, 6))).toBe(true);
  appendEntries(source, 1);
  await capture(scene);
  await expectPoints(scene, [1, 2, 3, 6, 7]);
});

test('a plan that is recovered on a new machine has its points, which are read only until the history is taken over', async () => {
  const scene = await setHistory();
  for (let n = 0; n < 3; n++) await capture(scene);
  await takeBackup(scene);
  await scene.core.close();
  const folder = historyIn(scene.destination);
  const [name = ''] = readdirSync(folder).filter((each) => each.startsWith('points-'));
  rmSync(join(folder, name));
  const core = await startTestCore(join(scene.folder, 'new-home'));
  const { plans } = await core.call('recoveries.scan', { path: scene.destination });
  const chosen = plans.map(
    ({ snapshots, attachedFiles: _, settings: __, sourceExists: ___, sourceKind: ____, ...plan }) => ({
      ...plan,
      attachedFilePaths: {},
      snapshotIds: snapshots.map(({ id }) => id),
    }),
  );
  const {
    plans: [plan],
  } = await core.call('recoveries.apply', { path: scene.destination, plans: chosen });
  if (plan === undefined) throw new Error('No plan was recovered.');
  const recovered = { ...scene, core, plan };
  await expectPoints(recovered, [1, 2, 3]);
  const summary = await core.call('history.summary', { planId: plan.id });
  expect(summary).toMatchObject({ points: 3, otherWriterSince: expect.stringMatching(/^20/) });
  expect((await capture(recovered)).error).toMatchObject({ code: 'CONFLICT' });
  await succeed(core, 'history.capture', { planId: plan.id, takeOver: true });
  await expectPoints(recovered, [1, 2, 3, 4]);
});

test('a restore, and what a person prunes, is an event of the next point; what goes leaves its events to the next one', async () => {
  const keep = { minutesForHours: 0, hoursForDays: 0, daysForDays: 0, monthsForMonths: 0 };
  const scene = await setHistory({ plan: { history: { ...HISTORY, keep } } });
  const { core, plan, source } = scene;
  await capture(scene);
  await capture(scene);
  const eventsOfNewest = async () => (await core.call('history.points', { planId: plan.id, limit: 1 }))[0]?.events;
  const checked = await succeed(core, 'restores.check', { source: { planId: plan.id, txid: 1 }, targetPath: source });
  const { confirmation } = checkOf(checked);
  await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
  appendEntries(source, 3);
  await capture(scene);
  expect(await eventsOfNewest()).toContain('restored');
  await capture(scene);
  expect(await eventsOfNewest()).not.toContain('restored');
  await succeed(core, 'history.prune', { planId: plan.id });
  expect(await eventsOfNewest()).toEqual(expect.arrayContaining(['restored', 'pruned']));
});

test('a point that is found not to be valid is marked, and nothing is merged until a person reviews it', async () => {
  const scene = await setHistory();
  const { core, plan, destination } = scene;
  await capture(scene);
  await capture(scene);
  await expectPoints(scene, [1, 2]);
  const verified = async () => (await core.call('history.points', { planId: plan.id }))[0]?.verification;
  expect(await verified()).toMatchObject({ valid: true, level: 'restored' });
  writeFileSync(ltx(destination, 0, 2, 2), 'x');
  await runToEnd(core, 'verifications.start', { planId: plan.id, txid: 2 });
  expect(await verified()).toMatchObject({ valid: false });
  const { pruningPaused } = await core.call('history.summary', { planId: plan.id });
  expect(pruningPaused).toMatch(/^Point 2 is not valid: /);
});

describe('a kill', () => {
  test.each<Moment>([{ phase: 'reading' }, { phase: 'uploading' }, { afterMs: 300 }])(
    'of a capture at %j costs no point, and the next capture goes on',
    async (moment) => {
      const scene = await setHistory({ rows: 20_000 });
      await capture(scene);
      await scene.core.close();
      run(scene.source, 'UPDATE entries SET amount = -amount WHERE id % 3 = 0');
      await killAt(moment, scene.home, 'history.capture', { planId: scene.plan.id });
      const core = await startTestCore(scene.home);
      expect((await capture({ ...scene, core })).result).toMatchObject({ waiting: 0 });
      await succeed(core, 'history.prune', { planId: scene.plan.id });
      const known = (await core.call('history.points', { planId: scene.plan.id })).map(({ txid }) => txid).reverse();
      await expectPoints({ ...scene, core }, known);
      expect(
        readdirSync(scene.destination, { recursive: true }).filter((name) => String(name).includes('.partial')),
      ).toEqual([]);
    },
  );
});
