import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src-main/core/ports.ts';
import { systemClock } from '../../src-main/core/ports.ts';
import { KEEP_ALL, type PlanSummary } from '../../src-shared/model/plan.ts';
import { folderAt, save, settle, storeTo } from '../support/places.ts';
import { contentsOf, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const DAY = 86_400_000;

/** The system's clock, set ahead or back. */
class ShiftedClock implements Clock {
  shiftMs = 0;
  now = (): Date => new Date(Date.now() + this.shiftMs);
  wake = systemClock.wake;
}

async function setClockedScene(options: Parameters<typeof setScene>[0] = {}): Promise<Scene & { clock: ShiftedClock }> {
  const clock = new ShiftedClock();
  const scene = await setScene({ ...options, ports: { clock, ...options.ports } });
  return { ...scene, clock };
}

/** Backs up, and waits for the prune that follows. */
async function backUp(scene: Scene): Promise<string> {
  const { id } = await takeBackup(scene);
  await settle(scene.core);
  return id;
}

async function idsOf({ core, plan }: Scene): Promise<string[]> {
  const list = await core.call('snapshots.list', { planId: plan.id });
  return list.sort((a, b) => a.order - b.order).map(({ id }) => id);
}

const summaryOf = ({ core, plan }: Scene): Promise<PlanSummary> => core.call('plans.get', { planId: plan.id });

const filesIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => !name.endsWith('.manifest.json') && !name.startsWith('.'));

const storedAt = (folder: string): number => filesIn(folder).length;

async function prune({ core, plan }: Scene, review: boolean): Promise<void> {
  const given = { planId: plan.id, review };
  const { confirmation } = await core.call('prune.preview', given);
  await succeed(core, 'prune.start', { ...given, confirmation });
}

function change(source: string, sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

/** Ten snapshots, one a day; the clock stands at the last of them. */
async function tenDays(scene: Scene & { clock: ShiftedClock }): Promise<string[]> {
  const made: string[] = [];
  for (let day = -9; day <= 0; day++) {
    scene.clock.shiftMs = day * DAY;
    made.push(await backUp(scene));
  }
  return made;
}

describe('a wrong clock', () => {
  test.each([{ keepDays: 30 }, { keepDays: 30, keepLast: 6 }, { daily: 10, yearly: 1 }, { daily: 3, keepDays: 30 }])(
    'a year ahead for one run removes nothing that %j would not have removed',
    async (rules) => {
      const retention = { ...KEEP_ALL, ...rules };
      const scene = await setClockedScene({ plan: { retention } });
      const made = await tenDays(scene);
      scene.clock.shiftMs = 366 * DAY;
      const ahead = await backUp(scene);
      expect(await idsOf(scene)).toEqual([...made, ahead]);
      scene.clock.shiftMs = DAY;
      const right = await backUp(scene);
      expect(await idsOf(scene)).toEqual([...made, ahead, right]);
      const { state, pruningPaused } = await summaryOf(scene);
      expect(state).not.toMatch(/^ok/);
      expect(pruningPaused).toMatch(/^Pruning paused: .* is dated in the future/);
      // A person looks, and lets it continue: the wrong date has no say in what goes.
      await prune(scene, true);
      expect((await summaryOf(scene)).pruningPaused).toBeNull();
      expect(await idsOf(scene)).toEqual(expect.arrayContaining([...made.slice(rules.daily === 10 ? 1 : 0), right]));
    },
  );

  test('snapshots dated 2028 push no new one out, and the plan says so', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: null } } });
    scene.clock.shiftMs = Date.UTC(2028, 5, 1) - Date.now();
    const future = [await backUp(scene), await backUp(scene), await backUp(scene)];
    scene.clock.shiftMs = 0;
    await scene.core.call('plans.update', {
      planId: scene.plan.id,
      retention: { ...scene.plan.retention, keepLast: 3 },
    });
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push(await backUp(scene));
    // What was there before stays until somebody looks; what was made since follows the policy.
    expect(await idsOf(scene)).toEqual([...future, made[0], ...made.slice(-3)]);
    const { state, pruningPaused, notes } = await summaryOf(scene);
    expect(state).not.toMatch(/^ok/);
    expect(pruningPaused).toMatch(/2028/);
    expect(notes).toContain(pruningPaused);
    await prune(scene, false);
    expect(await idsOf(scene)).toEqual([...future, made[0], ...made.slice(-3)]);
    await prune(scene, true);
    expect(await idsOf(scene)).toEqual(made.slice(-3));
    await backUp(scene);
    expect((await summaryOf(scene)).pruningPaused).toBeNull();
  });

  test('set back a year, it pauses pruning', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: 2 } } });
    const made = [await backUp(scene), await backUp(scene)];
    scene.clock.shiftMs = -365 * DAY;
    const back = await backUp(scene);
    expect(await idsOf(scene)).toEqual([...made, back]);
    expect((await summaryOf(scene)).pruningPaused).toMatch(/dated in the future/);
    scene.clock.shiftMs = 0;
    const right = await backUp(scene);
    expect(await idsOf(scene)).toEqual([...made, back, right]);
  });
});

describe('lost content', () => {
  const TABLES = {
    sql: 'CREATE TABLE a AS SELECT 1 AS x; CREATE TABLE b AS SELECT 1 AS x; CREATE TABLE c AS SELECT 1 AS x',
  };
  test.each([
    ['all rows', 'DELETE FROM entries', / % fewer rows than /],
    ['half of its tables', 'DROP TABLE a; DROP TABLE b; DROP TABLE entries', /lacks 3 of the \d+ tables/],
    ['one table', 'DROP TABLE b', /lacks the table “b”/],
  ])(
    'the database loses %s, then keep-last 3 three times: a good one is there, and the plan says why',
    async (_what, sql, why) => {
      const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: 3 } } });
      change(scene.source, TABLES.sql);
      const good = [await backUp(scene), await backUp(scene), await backUp(scene)];
      change(scene.source, sql);
      const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
      await settle(scene.core);
      const { log } = await scene.core.call('runs.get', { runId: run.id });
      expect(log.filter(({ level }) => level === 'warning').map(({ message }) => message)).toContainEqual(
        expect.stringMatching(why),
      );
      await backUp(scene);
      await backUp(scene);
      expect(await idsOf(scene)).toEqual(expect.arrayContaining(good));
      expect((await summaryOf(scene)).pruningPaused).toMatch(why);
      expect((await scene.core.call('prune.preview', { planId: scene.plan.id })).removed).toEqual([]);
      const review = await scene.core.call('prune.preview', { planId: scene.plan.id, review: true });
      expect(review).toMatchObject({
        removedCount: 3,
        keptCount: 3,
        warnings: expect.arrayContaining([expect.stringMatching(/^No remaining snapshot|at most/)]),
      });
      // Once a person has accepted it, the database as it is now is what later ones are compared with.
      await prune(scene, true);
      expect(await idsOf(scene)).toHaveLength(3);
      await backUp(scene);
      expect((await summaryOf(scene)).pruningPaused).toBeNull();
    },
  );

  test('more than half of its bytes, with every table and row left', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: 2 } } });
    change(scene.source, 'CREATE TABLE pictures AS SELECT 1 AS id, randomblob(4000000) AS picture');
    const good = [await backUp(scene), await backUp(scene)];
    // Less than half: the policy is followed.
    change(scene.source, 'UPDATE pictures SET picture = randomblob(2500000); VACUUM');
    good.push(await backUp(scene));
    expect(await idsOf(scene)).toEqual(good.slice(1));
    expect((await summaryOf(scene)).pruningPaused).toBeNull();
    change(scene.source, 'UPDATE pictures SET picture = randomblob(10); VACUUM');
    const lost = [await backUp(scene), await backUp(scene), await backUp(scene)];
    expect(await idsOf(scene)).toEqual([...good.slice(1), lost[0], ...lost.slice(-2)]);
    expect((await summaryOf(scene)).pruningPaused).toMatch(
      /^Pruning paused: My-app\S+ contains [\d.]+ kB; My-app\S+ contains [\d.]+ MB\.$/,
    );
    await prune(scene, true);
    expect(await idsOf(scene)).toEqual(lost.slice(-2));
    await backUp(scene);
    expect((await summaryOf(scene)).pruningPaused).toBeNull();
  });

  test('another database at the same path', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: 1 } } });
    const good = await backUp(scene);
    change(
      scene.source,
      'DROP TABLE entries; CREATE TABLE other AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 9000) SELECT x FROM n',
    );
    for (let n = 0; n < 3; n++) await backUp(scene);
    expect(await idsOf(scene)).toContain(good);
    expect((await summaryOf(scene)).pruningPaused).toMatch(/“entries”/);
  });
});

describe('many at once', () => {
  test('a policy that was changed without its effect being shown stops; one that was shown does not', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: null } } });
    for (let n = 0; n < 8; n++) await backUp(scene);
    const { core, plan } = scene;
    const retention = { ...plan.retention, keepLast: 2 };
    await core.call('plans.update', { planId: plan.id, retention });
    await backUp(scene);
    expect(await idsOf(scene)).toHaveLength(9);
    expect((await summaryOf(scene)).pruningPaused).toMatch(/7 snapshots of 9 would be removed at once/);
    await prune(scene, true);
    expect(await idsOf(scene)).toHaveLength(2);
  });

  test('a change whose effect was shown is carried out', async () => {
    const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: null } } });
    for (let n = 0; n < 8; n++) await backUp(scene);
    const { core, plan } = scene;
    const retention = { ...plan.retention, keepLast: 2 };
    const { confirmation } = await core.call('prune.preview', { planId: plan.id, retention, review: true });
    await core.call('plans.update', { planId: plan.id, retention, pruneConfirmation: confirmation });
    await backUp(scene);
    expect(await idsOf(scene)).toHaveLength(2);
    expect((await summaryOf(scene)).pruningPaused).toBeNull();
  });
});

test('the brake holds one destination of one plan, also after a restart, until a person reviews it', async () => {
  const scene = await setClockedScene({ plan: { retention: KEEP_ALL } });
  const { core, plan, folder } = scene;
  const [first = ''] = plan.destinations.map(({ destinationId }) => destinationId);
  const second = await save(core, folderAt(join(folder, 'second'), 'Second'));
  await storeTo(scene, first, second);
  const other = await core.call('plans.create', {
    ...{ name: 'Other', sourcePath: scene.source, retention: { ...KEEP_ALL, keepLast: 1 } },
    destinations: [{ destinationId: second }],
  });
  for (let n = 0; n < 4; n++) await backUp(scene);
  // Nobody was shown what this removes at the second destination.
  const keepLast = (count: number) => ({ ...KEEP_ALL, keepLast: count });
  await core.call('plans.update', {
    planId: plan.id,
    destinations: [
      { destinationId: first, retention: keepLast(3) },
      { destinationId: second, retention: keepLast(1) },
    ],
  });
  await backUp(scene);
  expect([storedAt(scene.destination), storedAt(join(folder, 'second'))]).toEqual([3, 5]);
  await core.close();
  const again = { ...scene, core: await startTestCore(scene.home, { clock: scene.clock }) };
  expect((await summaryOf(again)).pruningPaused).toMatch(/^Pruning paused: .* would be removed at once/);
  const { brakes } = await again.core.call('prune.preview', { planId: plan.id });
  expect(brakes.map(({ destination }) => destination.id)).toEqual([second]);
  await backUp(again);
  // What was made since the brake follows the policy.
  expect([storedAt(scene.destination), storedAt(join(folder, 'second'))]).toEqual([3, 6]);
  for (let n = 0; n < 2; n++) await backUp({ ...again, plan: other });
  expect((await summaryOf({ ...again, plan: other })).pruningPaused).toBeNull();
  expect(await idsOf({ ...again, plan: other })).toHaveLength(1);
  await prune(again, true);
  expect((await summaryOf(again)).pruningPaused).toBeNull();
  expect([storedAt(scene.destination), storedAt(join(folder, 'second'))]).toEqual([3, 2]);
});

test('where no snapshot is valid, a prune leaves the newest', async () => {
  const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: null } } });
  const { core, plan, destination } = scene;
  const made = [await backUp(scene), await backUp(scene), await backUp(scene)];
  for (const name of filesIn(destination)) writeFileSync(join(destination, name), 'damaged');
  for (const snapshotId of made) await runToEnd(core, 'verifications.start', { snapshotId });
  const given = { planId: plan.id, retention: { ...plan.retention, keepLast: 1 } };
  const { confirmation } = await core.call('prune.preview', given);
  await succeed(core, 'prune.start', { ...given, confirmation });
  expect(await idsOf(scene)).toEqual([made[2]]);
  expect(Object.keys(contentsOf(destination)).length).toBeGreaterThan(0);
});

test('a prune counts snapshots, not copies, and its result has no row for each kept one', async () => {
  const scene = await setClockedScene({ plan: { retention: { ...KEEP_ALL, keepLast: null } } });
  const { core, plan, folder } = scene;
  const second = join(folder, 'second');
  mkdirSync(second);
  const destinations = [...plan.destinations, { path: second }];
  await core.call('plans.update', { planId: plan.id, destinations });
  for (let n = 0; n < 3; n++) await backUp(scene);
  for (const { id } of (await summaryOf(scene)).destinations) {
    const { run } = await core.call('destinations.catchUp', { destinationId: id });
    if (run !== null) await core.runEnded(run.id);
  }
  await settle(core);
  const given = { planId: plan.id, retention: { ...plan.retention, keepLast: 1 } };
  const preview = await core.call('prune.preview', given);
  expect(preview).toMatchObject({ removedCount: 2, keptCount: 1 });
  expect(preview.removed).toHaveLength(4);
  const run = await succeed(core, 'prune.start', { ...given, confirmation: preview.confirmation });
  expect(run.result).toMatchObject({ removedCount: 2, keptCount: 1 });
  expect(run.result).not.toHaveProperty('kept');
  const { log } = await core.call('runs.get', { runId: run.id });
  expect(log.filter(({ message }) => message.startsWith('Kept'))).toEqual([]);
  expect(log.at(-1)?.message).toMatch(/^Removed 2 snapshots \(4 copies\)/);
});

test('a pinned snapshot is deleted once it is said so', async () => {
  const scene = await setClockedScene();
  const { core } = scene;
  const first = await takeBackup(scene);
  await backUp(scene);
  const { id: snapshotId } = first;
  await core.call('snapshots.pin', { snapshotId, pinned: true });
  await expect(core.call('snapshots.previewDelete', { snapshotId })).rejects.toMatchObject({ code: 'CONFLICT' });
  const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId, unpin: true });
  await succeed(core, 'snapshots.delete', { snapshotId, unpin: true, confirmation });
  expect(existsSync(first.path)).toBe(false);
});
