import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { HistorySettings } from '../../../src-shared/model/history/history-settings.ts';
import { openComparison } from '../../support/open-view.ts';
import { type Scene, setScene } from '../../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const HISTORY = HistorySettings.parse({ storage: 'both' });

const change = (path: string, sql: string): void => {
  const database = new Database(path);
  database.exec(sql);
  database.close();
};
const namesOf = (path: string): unknown[] => {
  const database = new Database(path, { readonly: true });
  const names = database.prepare('SELECT name FROM songs ORDER BY id').pluck().all();
  database.close();
  return names;
};
const capture = async ({ core, plan }: Pick<Scene, 'core' | 'plan'>) =>
  (await succeed(core, 'history.capture', { planId: plan.id })).result;

/** A plan with a history of three points: two songs, three songs, and none after its table was emptied. */
async function setHistory(): Promise<Scene> {
  const scene = await setScene({ rows: 200, plan: { history: HISTORY } });
  change(
    scene.source,
    "CREATE TABLE songs (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO songs(name) VALUES ('a'), ('b')",
  );
  await capture(scene);
  change(scene.source, "INSERT INTO songs(name) VALUES ('c')");
  await capture(scene);
  change(scene.source, 'DELETE FROM songs');
  await capture(scene);
  return scene;
}

const historyIn = (destination: string): string =>
  join(destination, readdirSync(destination).find((name) => name.endsWith('.history')) ?? '');

describe('a history', () => {
  test('has a point for each capture with changes, and none where nothing has changed', async () => {
    const scene = await setHistory();
    expect(await capture(scene)).toMatchObject({ txid: null, changedPages: 0, waiting: 0 });
    const points = await scene.core.call('history.points', { planId: scene.plan.id });
    expect(points.map(({ txid, events }) => [txid, events])).toEqual([
      [3, []],
      [2, []],
      [1, []],
    ]);
    change(scene.source, 'DROP TABLE songs');
    await capture(scene);
    const [dropped] = await scene.core.call('history.points', { planId: scene.plan.id, limit: 1 });
    expect(dropped?.events).toEqual(['rows-dropped', 'schema-changed']);
    const folder = historyIn(scene.destination);
    expect(readdirSync(join(folder, 'ltx', '9'))).toEqual(['0000000000000001-0000000000000001.ltx']);
    expect(readdirSync(join(folder, 'ltx', '0'))).toHaveLength(3);
    expect(JSON.parse(readFileSync(join(folder, 'history.json'), 'utf8'))).toMatchObject({ format: 1 });
    expect(await scene.core.call('history.summary', { planId: scene.plan.id })).toMatchObject({
      points: 4,
      oldest: { txid: 1 },
      newest: { txid: 4 },
    });
  });

  test('a point is verified, compared, and restored with Undo like a snapshot', async () => {
    const scene = await setHistory();
    const { core, plan, source } = scene;
    const point = { planId: plan.id, txid: 2 };
    const verified = await succeed(core, 'verifications.start', point);
    expect(verified.result).toMatchObject({ kind: 'verify', verification: { valid: true } });
    const viewId = await openComparison(core, point, { planId: plan.id });
    const { comparison } = await core.call('compare.summary', { viewId });
    expect(comparison.tables.find(({ name }) => name === 'songs')).toMatchObject({ rows: { removed: 3 } });
    const checked = await succeed(core, 'restores.check', { source: point, targetPath: source });
    if (checked.result?.kind !== 'restore-check') throw new Error('No check.');
    const { confirmation } = checked.result.check;
    const restored = await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation });
    expect(namesOf(source)).toEqual(['a', 'b', 'c']);
    await succeed(core, 'restores.undo', { runId: restored.id });
    expect(namesOf(source)).toEqual([]);
  });

  test('a new service goes on with it, and writes every page where it has no hashes', async () => {
    const scene = await setHistory();
    await scene.core.close();
    rmSync(join(scene.home, 'histories'), { recursive: true });
    const core = await startTestCore(scene.home);
    change(scene.source, "INSERT INTO songs(name) VALUES ('d')");
    expect(await capture({ core, plan: scene.plan })).toMatchObject({ txid: 4 });
    const [newest] = await core.call('history.points', { planId: scene.plan.id });
    expect(newest?.events).toContain('new-base');
    const { result } = await succeed(core, 'verifications.start', { planId: scene.plan.id, txid: 4 });
    expect(result).toMatchObject({ verification: { valid: true } });
  });
});

describe('a damaged history', () => {
  test.each([
    ['a file is cut', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 150))],
    [
      'a byte is another',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[140] = (bytes[140] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      },
    ],
    ['a file is missing', (file: string) => rmSync(file)],
  ])('%s: the points that need it are refused with a reason, the others stay', async (_, damage) => {
    const { core, plan, destination } = await setHistory();
    damage(join(historyIn(destination), 'ltx', '0', '0000000000000002-0000000000000002.ltx'));
    for (const txid of [2, 3]) {
      const run = await runToEnd(core, 'verifications.start', { planId: plan.id, txid });
      expect(run.error).toMatchObject({ code: expect.stringMatching(/CORRUPT|NOT_FOUND/) });
    }
    const first = await succeed(core, 'verifications.start', { planId: plan.id, txid: 1 });
    expect(first.result).toMatchObject({ verification: { valid: true } });
  });
});

test('a destination that was away catches up in order, and another service may not write', async () => {
  const scene = await setHistory();
  const { core, plan, destination, source } = scene;
  const history = JSON.parse(readFileSync(join(historyIn(destination), 'history.json'), 'utf8'));
  const writer = { ...history.writer, serviceId: crypto.randomUUID() };
  writeFileSync(join(historyIn(destination), 'history.json'), JSON.stringify({ ...history, writer }));
  change(source, "INSERT INTO songs(name) VALUES ('x')");
  const refused = await runToEnd(core, 'history.capture', { planId: plan.id });
  expect(refused.error).toMatchObject({ code: 'CONFLICT' });
  writeFileSync(join(historyIn(destination), 'history.json'), JSON.stringify(history));
  change(source, "INSERT INTO songs(name) VALUES ('y')");
  expect(await capture(scene)).toMatchObject({ txid: 5, waiting: 0 });
  expect(readdirSync(join(historyIn(destination), 'ltx', '0'))).toHaveLength(4);
  expect(existsSync(join(scene.home, 'histories'))).toBe(true);
});
