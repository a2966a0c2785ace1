import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RunKind } from '../../src-shared/model/run.ts';
import { appendEntries, countEntries } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { openEncrypted, RAW_KEY, SQLCIPHER_4 } from '../support/encrypted-databases.ts';
import { killBeforeStep } from '../support/killed.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

type Step = Parameters<typeof killBeforeStep>[0];
type Who = Parameters<typeof killBeforeStep>[1];

/** Right after it has left WAL mode, and once what Undo would put back is kept. */
const MOMENTS: Array<[Step, Who]> = [
  [3, 'all'],
  ['replacing the database', 'all'],
  ['replacing the database', 'worker'],
];

/** A database in WAL mode that no snapshot of it goes into page by page. */
async function setWalScene(): Promise<Scene & { snapshotId: string }> {
  const scene = await setScene({ rows: 30 });
  const { id: snapshotId } = await takeBackup(scene);
  const other = await openElsewhere(scene.source);
  await other.exec('PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL');
  await other.close();
  appendEntries(scene.source, 12);
  await scene.core.close();
  return { ...scene, snapshotId };
}

async function modeOf(path: string): Promise<unknown> {
  const other = await openElsewhere(path);
  const mode = await other.get('PRAGMA journal_mode');
  await other.close();
  return mode;
}

async function lastRun(home: string, kind: RunKind) {
  const core = await startTestCore(home);
  const run = (await core.call('runs.list', {})).find((each) => each.kind === kind);
  return { core, run };
}

describe.each(MOMENTS)('killed before step %s (%s), a database is in WAL mode again', (step, who) => {
  test('where a restore was to exchange its file', async () => {
    const { home, source, snapshotId } = await setWalScene();
    const params = { source: { snapshotId }, targetPath: source };
    expect(await killBeforeStep(step, who, home, 'restores.start', params)).toBe(true);
    const { run } = await lastRun(home, 'restore');
    expect(await modeOf(source)).toBe('wal');
    expect(countEntries(source)).toBe(42);
    expect(run).toMatchObject({ result: null, error: { hint: 'Start it again.' } });
  });

  test('where it was to be deleted', async () => {
    const { home, source } = await setWalScene();
    expect(await killBeforeStep(step, who, home, 'databaseDeletions.start', { path: source })).toBe(true);
    const { run } = await lastRun(home, 'databaseDeletion');
    expect(await modeOf(source)).toBe('wal');
    expect(countEntries(source)).toBe(42);
    expect(run).toMatchObject({ result: null, error: { hint: 'Start it again.' } });
  });
});

test('a deletion that was killed after it has happened is done, and undone', async () => {
  const { home, source } = await setWalScene();
  expect(await killBeforeStep('answer', 'all', home, 'databaseDeletions.start', { path: source })).toBe(true);
  expect(existsSync(source)).toBe(false);
  const { core, run } = await lastRun(home, 'databaseDeletion');
  expect(run).toMatchObject({
    state: 'succeeded',
    result: { rows: 44, tables: 2, note: expect.stringContaining('Snapkeep ended during this run') },
  });
  await succeed(core, 'restores.undo', {});
  expect(countEntries(source)).toBe(42);
  expect(await modeOf(source)).toBe('wal');
});

test('a database that its program has begun anew since it was deleted is left as it is', async () => {
  const { home, source } = await setWalScene();
  expect(await killBeforeStep('answer', 'all', home, 'databaseDeletions.start', { path: source })).toBe(true);
  const program = await openElsewhere(source);
  await program.exec('CREATE TABLE begun (id INTEGER)');
  await program.close();
  const { run } = await lastRun(home, 'databaseDeletion');
  expect(run).toMatchObject({ state: 'succeeded', result: { kind: 'databaseDeletion' } });
  expect(await modeOf(source)).toBe('delete');
});

test('an encrypted database is in WAL mode again with its known key', async () => {
  const scene = await setScene({ rows: 1 });
  const { core, folder, home, destination } = scene;
  const source = `${folder}/app/encrypted.db`;
  const make = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
  make.pragma('journal_mode = WAL');
  make.exec('CREATE TABLE entries (id INTEGER PRIMARY KEY); INSERT INTO entries VALUES (1)');
  make.close();
  const plan = await core.call('plans.create', {
    name: 'encrypted',
    sourcePath: source,
    destinations: [{ path: destination }],
    key: { value: RAW_KEY },
  });
  const { id: snapshotId } = await takeBackup({ core, plan });
  await core.close();
  const params = { source: { snapshotId }, targetPath: source };
  expect(await killBeforeStep('replacing the database', 'all', home, 'restores.start', params)).toBe(true);
  await lastRun(home, 'restore');
  const again = openEncrypted(source, RAW_KEY, SQLCIPHER_4);
  expect(again.pragma('journal_mode', { simple: true })).toBe('wal');
  again.close();
});
