import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import { enterManySnapshots } from '../support/many-snapshots.ts';
import { settle } from '../support/places.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

/** Statements that have been run on any database of this process, and rows that they have answered. */
interface Work {
  statements: number;
  rows: number;
}

/** Counts what this process asks of databases, until the test has ended. */
function countWork(): Work {
  const work = { statements: 0, rows: 0 };
  const database = openDatabase(':memory:');
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as Record<
    string,
    (...args: never[]) => unknown
  >;
  database.close();
  for (const name of ['all', 'get', 'run']) {
    const original = prototype[name];
    if (original === undefined) throw new Error(`Statements have no ${name}.`);
    prototype[name] = function count(this: unknown, ...args: never[]): unknown {
      const answer = original.apply(this, args);
      work.statements += 1;
      work.rows += Array.isArray(answer) ? answer.length : 1;
      return answer;
    };
    onTestFinished(() => {
      prototype[name] = original;
    });
  }
  return work;
}

/** What is done while something goes on. */
async function during(work: Work, act: () => Promise<unknown>): Promise<Work> {
  const before = { ...work };
  await act();
  return { statements: work.statements - before.statements, rows: work.rows - before.rows };
}

/** A plan that keeps everything and has so many snapshots already. */
async function setAged(count: number): Promise<Scene> {
  const scene = await setScene({ plan: { schedule: { kind: 'manual' } } });
  await takeBackup(scene);
  await settle(scene.core);
  await scene.core.close();
  enterManySnapshots(join(scene.home, 'catalog.db'), count);
  return { ...scene, core: await startTestCore(scene.home) };
}

test('a backup asks as little of the catalog with 4,700 kept snapshots as with 300, and so does the overview', async () => {
  const work = countWork();
  const measured = [];
  for (const count of [300, 4700]) {
    const { core, plan } = await setAged(count);
    const { snapshotCount } = await core.call('plans.get', { planId: plan.id });
    expect(snapshotCount).toBe(count + 1);
    const backup = await during(work, async () => {
      const { run } = await core.call('backups.start', { planId: plan.id });
      expect(await core.runEnded(run.id)).toMatchObject({ state: 'succeeded' });
      await settle(core);
    });
    const overview = await during(work, () => core.call('plans.list', {}));
    const destinations = await during(work, () => core.call('destinations.list', {}));
    const kit = await during(work, () => core.call('recoveryKit.status', {}));
    measured.push({ count, backup, overview, destinations, kit });
    await core.close();
  }
  const [few, many] = measured;
  if (few === undefined || many === undefined) throw new Error('Nothing was measured.');
  expect(many.backup.statements).toBeLessThanOrEqual(few.backup.statements * 1.1);
  // Retention decides on each kept snapshot, and reads one narrow row of it, once.
  const perSnapshot = (many.backup.rows - few.backup.rows) / (many.count - few.count);
  expect(perSnapshot).toBeLessThan(1.1);
  for (const what of ['overview', 'destinations', 'kit'] as const) {
    expect(many[what].statements, what).toBe(few[what].statements);
    // The backups of the last 30 days are drawn as days.
    expect(many[what].rows - few[what].rows, what).toBeLessThanOrEqual(what === 'overview' ? 30 * 24 : 0);
  }
});

test('the catalog grows by the same with each backup, however many snapshots are kept', async () => {
  const grown = [];
  for (const count of [300, 4700]) {
    const { core, plan, home } = await setAged(count);
    const sizeOf = (): number => statSync(join(home, 'catalog.db')).size;
    const before = sizeOf();
    for (let n = 0; n < 3; n++) await takeBackup({ core, plan });
    await settle(core);
    // Closing brings what is in the log into the file.
    await core.close();
    grown.push((sizeOf() - before) / 3);
  }
  const [few = 0, many = 0] = grown;
  expect(many).toBeLessThan(few + 16_384);
  expect(many).toBeLessThan(40_000);
});

test('what is asked after each backup is found by indexes', async () => {
  const { core, home } = await setAged(10);
  await core.close();
  const catalog = openDatabase(join(home, 'catalog.db'), { readonly: true });
  onTestFinished(() => void catalog.close());
  const asked = new Set<string>();
  const { prepare } = Object.getPrototypeOf(catalog) as { prepare: (source: string) => unknown };
  const prototype = Object.getPrototypeOf(catalog) as { prepare: unknown };
  prototype.prepare = function collect(this: unknown, source: string): unknown {
    if (/^\s*(SELECT|WITH)/.test(source)) asked.add(source);
    return prepare.call(this as never, source);
  };
  onTestFinished(() => {
    prototype.prepare = prepare;
  });
  const again = await startTestCore(home);
  const [summary] = await again.call('plans.list', {});
  await again.call('destinations.list', {});
  if (summary === undefined) throw new Error('There is no plan.');
  await succeed(again, 'backups.start', { planId: summary.plan.id });
  await settle(again);
  await again.close();
  prototype.prepare = prepare;
  expect([...asked].filter((source) => source.includes('snapshots')).length).toBeGreaterThan(5);
  const scans: string[] = [];
  for (const source of asked) {
    const parameters = [...source.matchAll(/\?/g)].map(() => null);
    const named = Object.fromEntries([...source.matchAll(/[@:]([a-z]\w*)/gi)].map(([, name = '']) => [name, null]));
    const plan = (
      catalog
        .prepare(`EXPLAIN QUERY PLAN ${source}`)
        .all(...(Object.keys(named).length > 0 ? [named] : parameters)) as Array<{
        detail: string;
      }>
    ).map(({ detail }) => detail);
    const found = plan.filter((line) =>
      /^SCAN (s|snapshots|verifications|v|runs|run_log|manifests)\b(?!.*USING)/.test(line),
    );
    scans.push(...found.map((line) => `${line}: ${source}`));
  }
  expect(scans).toEqual([]);
});
