import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { idLetters } from '../../src-shared/rules/names/name-pattern.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { folderAt, save, settle, storeTo } from '../support/places.ts';
import { contentsOf, expectFailure, expectNothingLeft, restore, setScene, takeBackup } from '../support/scene.ts';
import { storedIn } from '../support/stored-names.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

describe('names', () => {
  test.each(['../escape', ".quo\"te & 'apostrophe'", 'Прогноз  погоды 家計簿', '会'.repeat(80)])(
    'a plan called %j stores a snapshot in its folder and finds it again',
    async (name) => {
      const scene = await setScene({ plan: { name } });
      const snapshot = await takeBackup(scene);
      expect(storedIn(scene.destination).sort()).toEqual([snapshot.name, `${snapshot.name}.manifest.json`]);
      expect(readdirSync(scene.folder).sort()).toEqual(['app', 'backups', 'home']);
      const scan = await succeed(scene.core, 'destinations.rescan', { path: scene.destination });
      expect(scan.result).toMatchObject({ found: 1, added: 0, missing: 0, problems: [] });
      expect(snapshot.planName).toBe(name.trim());
    },
  );

  test.each(['my "quoted" \'database\'.db', 'с данными 数据.db', "x'; DROP TABLE t; --.db", '100% ?#&.db'])(
    'a database called %j is backed up and restored',
    async (sourceName) => {
      const scene = await setScene({ sourceName });
      const snapshot = await takeBackup(scene);
      appendEntries(scene.source, 5);
      expect(await restore(scene.core, snapshot.path, scene.source)).toMatchObject({ state: 'succeeded' });
      expect(countEntries(scene.source)).toBe(100);
      expect(readdirSync(join(scene.folder, 'app')).filter((name) => !name.startsWith(sourceName))).toEqual([]);
    },
  );

  test('a database whose name ends in a space is itself, not the one without the space', async () => {
    const scene = await setScene();
    const spaced = `${scene.source} `;
    makeDatabase(join(scene.folder, 'seven.db'), { rows: 7, journalMode: 'delete' });
    renameSync(join(scene.folder, 'seven.db'), spaced);
    const before = contentsOf(join(scene.folder, 'app'));
    const { core, destination } = scene;
    await expect(core.call('backups.start', { source: spaced, to: destination })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining('app.db '),
    });
    await expect(core.call('sources.describe', { path: spaced })).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    const snapshot = await takeBackup(scene);
    await expect(
      core.call('restores.check', { source: { path: snapshot.path }, targetPath: spaced }),
    ).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
  });

  test.each(['../out', '/abs', 'quo"te', 'x'.repeat(250)])(
    'an own name %j is refused before anything is done',
    async (name) => {
      const scene = await setScene();
      const run = await scene.core.call('backups.start', { planId: scene.plan.id, name }).then(
        ({ run: { id } }) => scene.core.runEnded(id),
        (error: { toBody(): unknown }) => ({ state: 'failed', error: error.toBody() }),
      );
      expect(run).toMatchObject({ state: 'failed', error: { code: 'INVALID_PARAMS', hint: expect.any(String) } });
      expect(storedIn(scene.destination)).toEqual([]);
      expectNothingLeft(scene);
    },
  );

  test.each(['перед обновлением (final)', "it's ready.db.gz"])('an own name %j is taken as it is', async (name) => {
    const scene = await setScene();
    const snapshot = await takeBackup(scene, { name });
    expect(snapshot.name).toBe(name.endsWith('.gz') ? name : `${name}.db.gz`);
    const again = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id, name });
    expectFailure(again, 'CONFLICT', snapshot.name);
    expect(storedIn(scene.destination)).toHaveLength(2);
    expectNothingLeft(scene);
  });

  test('an own name is free again once its files have been removed manually', async () => {
    const scene = await setScene();
    const first = await takeBackup(scene, { name: 'nightly' });
    for (const path of [first.path, `${first.path}.manifest.json`]) rmSync(path);
    const second = await takeBackup(scene, { name: 'nightly' });
    expect(second.path).toBe(first.path);
    expect(await scene.core.call('snapshots.list', {})).toMatchObject([{ id: second.id, missing: false }]);
  });
});

describe('a name that the catalog knows at another destination', () => {
  /** A plan that stored a snapshot at the first destination, and can store at a second one. */
  async function setPlaces(namePattern: string) {
    const clock = new FakeClock(Date.UTC(2026, 10, 20, 12));
    const scene = await setScene({ plan: { namePattern }, ports: { clock } });
    const path = join(scene.folder, 'second');
    const second = await save(scene.core, folderAt(path, 'Second'));
    return { scene, path, first: scene.plan.destinations[0]?.destinationId ?? '', second };
  }

  test.each(['{plan}-{compact-date}', '{plan}-{compact-date}-x'])(
    'gets letters of the id by the pattern %s',
    async (pattern) => {
      const { scene, path, second } = await setPlaces(pattern);
      const { name } = await takeBackup(scene);
      await storeTo(scene, second);
      const elsewhere = await takeBackup(scene);
      expect(storedIn(path)).toContain(elsewhere.name);
      const stem = name.slice(0, -'.db.gz'.length);
      expect(elsewhere.name).toBe(`${stem}-${idLetters(elsewhere.id).slice(0, 6)}.db.gz`);
      // The same where the file of the name has gone.
      rmSync(join(path, elsewhere.name));
      await settle(scene.core);
      const third = await takeBackup(scene);
      expect(third.name).toBe(`${stem}-${idLetters(third.id).slice(0, 6)}.db.gz`);
    },
  );

  test('is refused where a person typed it', async () => {
    const { scene, path, first, second } = await setPlaces('{plan}-{date}');
    const other = await scene.core.call('plans.create', {
      ...{ name: 'Other', sourcePath: scene.source, destinations: [{ destinationId: second }] },
    });
    const { name } = await takeBackup({ ...scene, plan: other }, { name: 'before the update' });
    await storeTo(scene, first, second);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id, name: 'before the update' });
    expectFailure(run, 'CONFLICT', name);
    expect(storedIn(scene.destination)).toEqual([]);
    expect(storedIn(path)).toHaveLength(2);
    expectNothingLeft(scene);
  });
});

test('two databases of one name, backed up into one folder in the same second, get a name each', async () => {
  const scene = await setScene({ rows: 3000 });
  const twin = join(scene.folder, 'twin', 'app.db');
  mkdirSync(join(scene.folder, 'twin'));
  makeDatabase(twin, { rows: 3000 });
  const runs = await Promise.all(
    [scene.source, twin].map((source) => runToEnd(scene.core, 'backups.start', { source, to: scene.destination })),
  );
  expect(runs.map((run) => run.error)).toEqual([null, null]);
  expect(storedIn(scene.destination)).toHaveLength(4);
  expect(await scene.core.call('snapshots.list', {})).toHaveLength(2);
});
