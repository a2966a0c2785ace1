import { copyFileSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { addEntries } from '../support/databases.ts';
import { expectFailure, expectNothingLeft, setScene, takeBackup } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { runToEnd } from '../support/test-core.ts';

/** A scene whose source is one name of a file, with 100 entries in the file and 50 in the log beside its other name. */
async function sceneWithTwoNames(otherFolder = 'app', method: 'online' | 'dump' = 'online') {
  const scene = await setScene({ rows: 100, plan: { method } });
  const other = join(scene.folder, otherFolder, 'other.db');
  mkdirSync(join(scene.folder, otherFolder), { recursive: true });
  linkSync(scene.source, other);
  // As a crash leaves it: the log is copied while its program has it open.
  const program = new Database(other);
  program.pragma('wal_autocheckpoint = 0');
  addEntries(program, 50);
  const log = readFileSync(`${other}-wal`);
  const file = readFileSync(other);
  program.close();
  writeFileSync(other, file);
  writeFileSync(`${other}-wal`, log);
  return { scene, other };
}

const entriesIn = (tables: ReadonlyArray<{ name: string; rows: number | null }>): number | null | undefined =>
  tables.find(({ name }) => name === 'entries')?.rows;

describe('a database that has two names', () => {
  test.each(['online', 'dump'] as const)('is backed up with the log beside the other one (%s)', async (method) => {
    const { scene } = await sceneWithTwoNames('app', method);
    const { path } = await takeBackup(scene);
    expect(entriesIn((await verify(scene, path)).tables)).toBe(150);
  });

  test('is refused where each of them has a log', async () => {
    const { scene, other } = await sceneWithTwoNames();
    copyFileSync(`${other}-wal`, `${scene.source}-wal`);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(
      run,
      'CONFLICT',
      /app\.db and .*other\.db are the same file|other\.db and .*app\.db are the same file/,
    );
    expectNothingLeft(scene);
  });

  test('is not restored to the name that the log does not lie beside', async () => {
    const { scene, other } = await sceneWithTwoNames();
    const { path } = await takeBackup(scene);
    const given = { source: { path }, targetPath: scene.source };
    const run = await runToEnd(scene.core, 'restores.check', given);
    expectFailure(run, 'CONFLICT', other);
  });

  test('is backed up with a warning where the other one lies in another folder', async () => {
    const { scene } = await sceneWithTwoNames('elsewhere');
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run.state).toBe('succeeded');
    const log = await scene.core.call('runs.get', { runId: run.id });
    expect(JSON.stringify(log)).toMatch(/1 other hard link in other folders/);
  });
});

describe('a database of a later file format', () => {
  test.each([
    [3, 3],
    [255, 255],
  ])('is named with its version (%i, %i)', async (write, read) => {
    const scene = await setScene({ journalMode: 'delete' });
    const bytes = readFileSync(scene.source);
    bytes.set([write, read], 18);
    writeFileSync(scene.source, bytes);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'UNSUPPORTED', new RegExp(`File format ${read} of .* is not supported by SQLite 3\\.\\d+`));
    expectNothingLeft(scene);
  });

  test('that may be read and not be written is backed up', async () => {
    const scene = await setScene({ journalMode: 'delete' });
    const bytes = readFileSync(scene.source);
    bytes.set([3, 1], 18);
    writeFileSync(scene.source, bytes);
    const { path } = await takeBackup(scene);
    expect(await verify(scene, path)).toMatchObject({ valid: true, content: 'sound' });
  });
});
