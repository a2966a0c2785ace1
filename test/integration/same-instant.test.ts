import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, inject, test } from 'vitest';
import { copyTogether } from '../../src-main/core/engine/sqlite/copy-together.ts';
import type { HostPorts } from '../../src-main/core/ports.ts';
import type { Plan, PlanInput } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { type DatabaseOptions, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { makeEncrypted, openEncrypted, SQLCIPHER_4 } from '../support/encrypted-databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { quietContext } from '../support/quiet-context.ts';
import { checkOf, expectNothingLeft, type Scene, setScene } from '../support/scene.ts';
import { startSteadyWriter } from '../support/steady-writer.ts';
import { manifestOf } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { succeed } from '../support/test-core.ts';

interface Group extends Scene {
  plans: Plan[];
  sources: string[];
}

/** Plans of one group, each for a database of its own, that are backed up at the same instant. */
async function setGroup(
  more: ReadonlyArray<Partial<PlanInput>>,
  database: DatabaseOptions = {},
  ports: Partial<HostPorts> = {},
): Promise<Group> {
  const [first = {}, ...others] = more;
  const common = { group: 'Shop', sameInstant: true, compression: 'none' as const };
  const scene = await setScene({ ...database, ports, plan: { name: 'P0', ...common, ...first } });
  const plans = [scene.plan];
  const sources = [scene.source];
  for (const [index, given] of others.entries()) {
    const sourcePath = join(scene.folder, 'app', `other${index}.db`);
    if (given.sourcePath === undefined) makeDatabase(sourcePath, database);
    sources.push(given.sourcePath ?? sourcePath);
    const input = { name: `P${index + 1}`, sourcePath, destinations: [{ path: scene.destination }] };
    plans.push(await scene.core.call('plans.create', { ...input, ...common, ...given }));
  }
  return { ...scene, plans, sources };
}

/** Backs up the first plan, and answers the runs of the group in the order of its plans. */
async function backUp({ core, plans }: Group): Promise<Run[]> {
  const { run, together } = await core.call('backups.start', { planId: plans[0]?.id ?? '' });
  const ended = await Promise.all([run, ...together].map(({ id }) => core.runEnded(id)));
  return ended.toSorted((a, b) => String(a.planName).localeCompare(String(b.planName)));
}

async function storedBy({ core }: Scene, run: Run): Promise<string> {
  if (run.state !== 'succeeded') throw new Error(`${run.planName}: ${run.error?.message}`);
  const { snapshot } = await core.call('snapshots.get', { snapshotId: run.snapshotId ?? '' });
  return snapshot.path ?? '';
}

const countRows = (path: string): number => {
  const database = new Database(path, { readonly: true });
  try {
    return Number(database.prepare("SELECT count(*) FROM entries WHERE note LIKE 'row %'").pluck().get());
  } finally {
    database.close();
  }
};

describe('a transaction over several databases is in all snapshots of its group or in none', () => {
  test.each(['wal', 'delete'] as const)('in journal mode %s, while a program commits', async (journalMode) => {
    const quick = { verifyAfterBackup: false };
    const group = await setGroup([quick, quick, quick], { journalMode });
    const writer = await startSteadyWriter(group.sources, 3);
    let before = 0;
    for (let round = 0; round < 2; round++) {
      await writer.more(3);
      const acknowledged = writer.acknowledged.length;
      const runs = await backUp(group);
      const rows: number[] = [];
      for (const run of runs) rows.push(countRows(await storedBy(group, run)));
      expect(new Set(rows).size, rows.join()).toBe(1);
      expect(rows[0]).toBeGreaterThanOrEqual(acknowledged);
      expect(rows[0]).toBeGreaterThan(before);
      before = rows[0] ?? 0;
    }
    await writer.stop();
    expectNothingLeft(group);
  });

  test('compacted or dumped as its plan says', async () => {
    const group = await setGroup([{ method: 'compact' }, { method: 'dump' }, {}]);
    const writer = await startSteadyWriter(group.sources, 3);
    const [compact, dump, pages] = await backUp(group);
    await writer.stop();
    const restored = join(group.folder, 'restored.db');
    const script = await storedBy(group, dump as Run);
    expect(spawnSync('sqlite3', [restored, `.read '${script}'`], { encoding: 'utf8' }).stderr).toBe('');
    const paths = [await storedBy(group, compact as Run), restored, await storedBy(group, pages as Run)];
    expect(new Set(paths.map(countRows)).size).toBe(1);
    expectNothingLeft(group);
  });

  test('one of them encrypted', async () => {
    const key = 'correct horse';
    const folder = temporaryFolder();
    const secret = join(folder, 'secret.db');
    makeEncrypted(secret, key, 10);
    const group = await setGroup([{}, { sourcePath: secret, key: { value: key } } as Partial<PlanInput>]);
    // One connection that writes to both, as the program would.
    const program = openEncrypted(secret, key, SQLCIPHER_4);
    program.prepare("ATTACH ? AS plain KEY ''").run(group.source);
    program.exec("BEGIN; INSERT INTO entries (note) VALUES ('row 1');");
    program.exec("INSERT INTO plain.entries (account, amount, note) VALUES (1, 1, 'row 1'); COMMIT;");
    const [plain, encrypted] = await backUp(group);
    program.close();
    expect(countRows(await storedBy(group, plain as Run))).toBe(1);
    const copy = openEncrypted(await storedBy(group, encrypted as Run), key, SQLCIPHER_4);
    expect(copy.prepare("SELECT count(*) FROM entries WHERE note = 'row 1'").pluck().get()).toBe(1);
    copy.close();
    expectNothingLeft(group);
  });
});

test('snapshots of one instant name each other, and have one time', async () => {
  const group = await setGroup([{}, {}]);
  const [first, second] = await backUp(group);
  const [a, b] = [await storedBy(group, first as Run), await storedBy(group, second as Run)].map(manifestOf);
  expect(a?.takenWith).toEqual([{ snapshotId: b?.id, planName: 'P1' }]);
  expect(b?.takenWith).toEqual([{ snapshotId: a?.id, planName: 'P0' }]);
  expect(a?.createdAt).toBe(b?.createdAt);
  const { snapshot } = await group.core.call('snapshots.get', { snapshotId: a?.id ?? '' });
  expect(snapshot.takenWith).toEqual(a?.takenWith);
  const check = await succeed(group.core, 'restores.check', {
    source: { snapshotId: snapshot.id },
    targetPath: group.source,
  });
  expect(checkOf(check).target.notes.join(' ')).toContain('at the same instant as those of P1');
});

test('“Back up all” backs up each plan of such a group once', async () => {
  const group = await setGroup([{}, {}]);
  const { runs } = await group.core.call('backups.startAll', { planIds: group.plans.map(({ id }) => id) });
  expect(runs.map(({ planName }) => planName)).toEqual(['P0', 'P1']);
  for (const { id } of runs) expect((await group.core.runEnded(id)).state).toBe('succeeded');
});

test('one whose backup cannot be started fails, and the others go on without it', async () => {
  const group = await setGroup([{}, {}, {}]);
  const [, lost = ''] = group.sources;
  rmSync(lost);
  symlinkSync(lost, lost);
  const runs = await backUp(group);
  expect(runs.map(({ planName, state }) => [planName, state])).toEqual([
    ['P0', 'succeeded'],
    ['P1', 'failed'],
    ['P2', 'succeeded'],
  ]);
  expect(manifestOf(await storedBy(group, runs[0] as Run)).takenWith.map(({ planName }) => planName)).toEqual(['P2']);
  expectNothingLeft(group);
});

test('a database that is missing fails the backup of all: nothing is stored that is not of one instant', async () => {
  const group = await setGroup([{}, {}]);
  rmSync(group.sources[1] ?? '');
  const runs = await backUp(group);
  expect(runs.map(({ state, error }) => [state, error?.code])).toEqual([
    ['failed', 'NOT_FOUND'],
    ['failed', 'NOT_FOUND'],
  ]);
  expect(readdirSync(group.destination).filter((name) => !name.startsWith('.'))).toEqual([]);
  expectNothingLeft(group);
});

test('a program that keeps a transaction open: LOCKED names its database, and nothing is copied', async () => {
  const folder = temporaryFolder();
  const paths = ['a.db', 'b.db'].map((name) => join(folder, name));
  for (const path of paths) makeDatabase(path);
  const other = await openElsewhere(paths[1] ?? '');
  await other.exec('BEGIN IMMEDIATE');
  const databases = paths.map((path) => ({ path, copyPath: `${path}.copy` }));
  await expect(copyTogether({ databases, lockWithinMs: 100 }, quietContext(folder))).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining('b.db'),
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('.copy'))).toEqual([]);
  // No lock is left on the other one.
  const database = new Database(paths[0] ?? '', { timeout: 0 });
  database.exec('BEGIN IMMEDIATE; ROLLBACK');
  database.close();
  await other.close();
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'without write access the plan says so [root, to drop its rights]',
  () => {
    const folder = temporaryFolder();
    const home = join(folder, 'home');
    const destination = join(folder, 'backups');
    const source = join(folder, 'app.db');
    makeDatabase(source, { journalMode: 'delete' });
    for (const made of [home, destination]) mkdirSync(made);
    for (const path of [folder, home, destination]) chownSync(path, 65534, 65534);
    chmodSync(source, 0o444);
    const plan = { name: 'app', sourcePath: source, destinations: [{ path: destination }] };
    const grouped = JSON.stringify({ ...plan, group: 'Shop', sameInstant: true });
    const script = resolve(import.meta.dirname, '../support/backup-as-nobody.ts');
    const call = [process.execPath, script, home, join(inject('bundles'), 'worker.cjs'), grouped];
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const { stdout } = spawnSync('setpriv', [...nobody, ...call], {
      encoding: 'utf8',
      env: { ...process.env, SNAPKEEP_LOG: 'silent' },
    });
    expect(JSON.parse(stdout).summary).toMatchObject({ reason: expect.stringContaining('read access only') });
  },
);

test('a plan without a group, or of files, cannot be backed up at the same instant', async () => {
  const { core, source, destination, folder } = await setScene();
  const rest = { name: 'Alone', sourcePath: source, destinations: [{ path: destination }], sameInstant: true };
  await expect(core.call('plans.create', rest)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  const files = { sourceKind: 'files' as const, attachedFiles: [{ name: 'f', path: folder, kind: 'folder' as const }] };
  const attached = { ...files, attachedFiles: files.attachedFiles.map((each) => ({ ...each, exclude: [] })) };
  await expect(core.call('plans.create', { ...rest, ...attached, group: 'Shop' })).rejects.toMatchObject({
    code: 'INVALID_PARAMS',
  });
});

test('one scheduled time of all plans is one backup of each, which serves it; a paused one is left out', async () => {
  const HOUR = 3_600_000;
  const clock = new FakeClock(Math.ceil(Date.now() / HOUR) * HOUR + HOUR / 12);
  const schedule = { kind: 'interval', hours: 1 } as const;
  const group = await setGroup([{ schedule }, { schedule }, { schedule }], {}, { host: 'server', clock });
  const { core, plans } = group;
  const settled = async () => {
    await core.idle();
    for (const run of core.activeRuns()) await core.runEnded(run.id);
    await core.idle();
  };
  await core.call('schedules.pause', { planId: plans[2]?.id ?? '', until: null });
  await clock.advance(2.5 * HOUR, settled);
  const backups = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'backup');
  expect(
    backups.map(({ planName, state, scheduledTime }) => [planName, state, scheduledTime?.scheduledTimes]).sort(),
  ).toEqual([
    ['P0', 'succeeded', 1],
    ['P0', 'succeeded', 1],
    ['P1', 'succeeded', 1],
    ['P1', 'succeeded', 1],
  ]);
  for (const snapshot of await core.call('snapshots.list', {}))
    expect((await core.call('snapshots.get', { snapshotId: snapshot.id })).snapshot.takenWith).toHaveLength(1);
});
