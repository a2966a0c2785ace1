import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { FoundRow, FoundRows } from '../../../src-shared/model/rows/found-rows.ts';
import { shownVersionsOf } from '../../../src-shared/rules/rows/row-history.ts';
import { foundRowLabel, presenceInWords } from '../../../src-shared/words/row-history-words.ts';
import { MARKER, makeEncrypted, openEncrypted, RAW_KEY, SQLCIPHER_4 } from '../../support/encrypted-databases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { expectFailure, type Scene, type SceneOptions, setScene, takeBackup } from '../../support/scene.ts';
import { workerProcesses } from '../../support/worker-processes.ts';

const DAY = 86_400_000;
const NIGHT = new Date(2026, 10, 25, 2, 0, 30).getTime();

/** A change of the database, made before each night's backup. */
type Night = (database: Database.Database) => void;

/** Takes a backup each night, after a change. */
async function backUpNightly(
  nights: readonly Night[],
  options: SceneOptions = {},
): Promise<Scene & { clock: FakeClock }> {
  const clock = new FakeClock(NIGHT - DAY);
  const scene = await setScene({ rows: 3, ...options, ports: { clock } });
  for (const change of nights) {
    const database = new Database(scene.source);
    change(database);
    database.close();
    clock.jump(DAY);
    await takeBackup(scene);
  }
  return { ...scene, clock };
}

const asIs: Night = () => {};
const rename =
  (name: string): Night =>
  (database) =>
    void database.prepare('UPDATE accounts SET name = ? WHERE id = 2').run(name);

async function find({ core, plan }: Scene, asked: { text: string; table?: string; column?: string; exact?: boolean }) {
  const { run } = await core.call('rows.find', { planId: plan.id, ...asked });
  const ended = await core.runEnded(run.id);
  return { ended, found: await core.call('rows.listFound', { runId: run.id }) };
}

/** Worker processes have clocks of their own, which go on: a slow backup may be of 02:02. */
const said = ({ rows, snapshots }: FoundRows, clock: FakeClock): Array<[string, string]> =>
  rows.map((row: FoundRow) => [
    foundRowLabel(row),
    presenceInWords(row, snapshots, clock.now().getTime()).replaceAll(/02:0\d/g, '02:00'),
  ]);

/** What a row looked like each time, the newest first. */
const looks = (row: FoundRow | undefined) =>
  row && shownVersionsOf(row.spans).map(({ version }) => row.versions[version]?.cells);

test('a lost row is found through ten snapshots, with when it was last there and what it looked like', async () => {
  const scene = await backUpNightly([
    asIs,
    asIs,
    rename('savings bank'),
    asIs,
    rename('bank of Ulm'),
    asIs,
    (database) => database.exec('DELETE FROM entries WHERE account = 2; DELETE FROM accounts WHERE id = 2'),
    asIs,
    (database) => database.exec("INSERT INTO accounts VALUES (9, 'banknotes')"),
    asIs,
  ]);
  const { ended, found } = await find(scene, { text: 'BANK', table: 'accounts' });
  expect(ended).toMatchObject({
    state: 'succeeded',
    result: { kind: 'findRows', rows: 2, more: false, searched: 10, failed: 0 },
  });
  expect(said(found, scene.clock)).toEqual([
    ['accounts 9', 'missing until Wed 2 Dec, 02:00; present since Thu 3 Dec, 02:00'],
    ['accounts 2', 'present until Mon 30 Nov, 02:00; missing since Tue 1 Dec, 02:00'],
  ]);
  expect(looks(found.rows[1])).toEqual([
    [2, 'bank of Ulm'],
    [2, 'savings bank'],
    [2, 'bank'],
  ]);
  expect(JSON.stringify(ended)).not.toContain('BANK');
  expect(workerProcesses()).toEqual([]);
});

test('a row that no longer matches is not said to be missing', async () => {
  const scene = await backUpNightly([asIs, rename('Ulm'), asIs]);
  const { found } = await find(scene, { text: 'bank', column: 'name', exact: true });
  expect(said(found, scene.clock)).toEqual([['accounts 2', 'present in all 3 snapshots']]);
  expect(looks(found.rows[0])).toEqual([
    [2, 'Ulm'],
    [2, 'bank'],
  ]);
});

test('what was found stays when the search is cancelled', async () => {
  const scene = await backUpNightly([rename('one bank'), rename('two bank'), rename('three bank')]);
  const { core, plan } = scene;
  const stop = core.on('rows.found', ({ runId }) => {
    stop();
    void core.call('runs.cancel', { runId });
  });
  const { run } = await core.call('rows.find', { planId: plan.id, text: 'bank' });
  expect(await core.runEnded(run.id)).toMatchObject({ state: 'cancelled', result: null });
  const found = await core.call('rows.listFound', { runId: run.id });
  expect(found.snapshots.map(({ state }) => state)).toEqual(['searched', 'waiting', 'waiting']);
  expect(found.rows[0]?.versions).toMatchObject([{ cells: [2, 'three bank'] }]);
  expect(said(found, scene.clock)).toEqual([['accounts 2', 'present since today 02:00']]);
  expect(workerProcesses()).toEqual([]);
});

test('a snapshot that cannot be read is passed over and says why', async () => {
  const scene = await backUpNightly([rename('one bank'), rename('two bank'), rename('three bank')]);
  const [, middle] = await scene.core.call('snapshots.list', {});
  const path = join(scene.destination, middle?.name ?? '');
  writeFileSync(path, readFileSync(path).subarray(0, 200));
  const { ended, found } = await find(scene, { text: 'bank' });
  expect(ended).toMatchObject({ state: 'succeeded', result: { searched: 2, failed: 1 } });
  expect(found.snapshots.map(({ state, message }) => [state, message?.includes(middle?.name ?? '-') ?? null])).toEqual([
    ['searched', null],
    ['failed', true],
    ['searched', null],
  ]);
  expect(found.rows[0]?.spans.map(({ state }) => state)).toEqual(['present', 'unknown', 'present']);
});

test('rows of an encrypted database are found, and are nowhere on a disk in plain', async () => {
  const clock = new FakeClock(NIGHT);
  const scene = await setScene({ ports: { clock } });
  const source = join(scene.folder, 'app', 'secret.db');
  makeEncrypted(source, RAW_KEY, 50);
  const plan = await scene.core.call('plans.create', {
    name: 'Secret',
    sourcePath: source,
    destinations: [{ path: scene.destination }],
    key: { value: RAW_KEY },
  });
  await takeBackup({ core: scene.core, plan });
  const database = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
  database.exec('DELETE FROM entries WHERE id = 7');
  database.close();
  clock.jump(DAY);
  await takeBackup({ core: scene.core, plan });
  let plain: string[] = [];
  scene.core.on('rows.found', () => {
    plain = filesWith(scene.home, MARKER);
  });
  const { found } = await find({ ...scene, plan }, { text: `${MARKER} 7` });
  expect(said(found, clock)).toEqual([['entries 7', 'present until Wed 25 Nov, 02:00; missing since today 02:00']]);
  expect([...plain, ...filesWith(scene.home, MARKER)]).toEqual([]);
});

/** The files below a folder that contain a text. */
const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));

test('what is not there to be searched is said', async () => {
  const scene = await setScene();
  expect(await scene.core.answer('rows.find', { planId: scene.plan.id, text: 'x' })).toMatchObject({
    ok: false,
    error: { code: 'NOT_FOUND', hint: expect.any(String) },
  });
  await takeBackup(scene);
  expectFailure((await find(scene, { text: 'x', table: 'people' })).ended, 'NOT_FOUND', 'a table people');
  expectFailure(
    (await find(scene, { text: 'x', table: 'accounts', column: 'age' })).ended,
    'NOT_FOUND',
    'column age in a table accounts',
  );
});
