import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { checkOf, expectFailure, prepareRestore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

const QUERY = { sql: 'SELECT max(version) FROM schema_migrations' };

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** Whether a restore to the plan's database is refused as too new, and what it says. */
async function startRefused({ core, source }: Scene, path: string) {
  const { check, start } = await prepareRestore(core, path, source);
  const refusal = await core.call('restores.start', start).then(
    () => null,
    (error: unknown) => error,
  );
  return { check, start, refusal };
}

describe('by user_version', () => {
  test('what is newer than the database is refused unless forced, and undone anyway', async () => {
    const scene = await setScene({ rows: 30 });
    const { path } = await takeBackup(scene);
    change(scene.source, 'PRAGMA user_version = 6; DELETE FROM entries WHERE id > 10');
    const { check, start, refusal } = await startRefused(scene, path);
    expect(check.guard).toMatchObject({ state: 'newer', message: expect.stringMatching(/7.*6/) });
    expect(refusal).toMatchObject({ code: 'TOO_NEW', message: check.guard.message });
    expect(countEntries(scene.source)).toBe(10);
    await succeed(scene.core, 'restores.start', { ...start, force: true });
    expect(countEntries(scene.source)).toBe(30);
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(10);
    await succeed(scene.core, 'restores.undo', { runId: (await newestUndo(scene)).id });
    expect(countEntries(scene.source)).toBe(30);
  });

  test('what is older is told, with the versions', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    change(scene.source, 'PRAGMA user_version = 9');
    const { check, refusal } = await startRefused(scene, path);
    expect(check.guard).toMatchObject({ state: 'older', message: expect.stringMatching(/migrate it from 7 to 9/) });
    expect(refusal).toBeNull();
  });

  test('another version than the one that was looked at has to be looked at again', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    const { start } = await prepareRestore(scene.core, path, scene.source);
    change(scene.source, 'PRAGMA user_version = 1');
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'CONFLICT', /has changed since the review/);
  });

  test('the version of the program counts where nothing is replaced', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    const targetPath = join(scene.folder, 'new.db');
    const source = { path };
    const run = await succeed(scene.core, 'restores.check', { source, targetPath, expects: '6' });
    expect(checkOf(run).guard.state).toBe('newer');
    const start = { checkRunId: run.id, confirmation: checkOf(run).confirmation };
    await expect(scene.core.call('restores.start', start)).rejects.toMatchObject({ code: 'TOO_NEW' });
    const fitting = await succeed(scene.core, 'restores.check', { source, targetPath, expects: '7' });
    expect(checkOf(fitting).guard.state).toBe('same');
  });

  test('a database of another program is warned of', async () => {
    const scene = await setScene();
    const { path } = await takeBackup(scene);
    change(scene.source, 'PRAGMA application_id = 77');
    const { check } = await prepareRestore(scene.core, path, scene.source);
    expect(check.guard.warning).toMatch(/another program/);
  });
});

describe('by the plan’s question', () => {
  const setMigrated = async (method: 'online' | 'dump') => {
    const scene = await setScene({ plan: { method, schemaVersion: QUERY } });
    change(
      scene.source,
      'CREATE TABLE schema_migrations(version INT); INSERT INTO schema_migrations VALUES (11), (12)',
    );
    return scene;
  };

  test.each(['online', 'dump'] as const)('its answer is kept by %s, and compared', async (method) => {
    const scene = await setMigrated(method);
    const { path } = await takeBackup(scene);
    expect(JSON.parse(readFileSync(`${path}.manifest.json`, 'utf8'))).toMatchObject({ schemaVersion: '12' });
    // The other number says the opposite, and does not count.
    change(scene.source, 'INSERT INTO schema_migrations VALUES (15); PRAGMA user_version = 1');
    const { check } = await prepareRestore(scene.core, path, scene.source);
    expect(check.guard).toMatchObject({ state: 'older', message: expect.stringMatching(/from 12 to 15/) });
    change(scene.source, 'DELETE FROM schema_migrations WHERE version > 11');
    expect((await startRefused(scene, path)).refusal).toMatchObject({ code: 'TOO_NEW' });
  });

  test('a question that would change something, or cannot be asked, leaves the version unknown and says so', async () => {
    const scene = await setMigrated('online');
    const { core, plan } = scene;
    for (const [sql, why] of [
      ['DELETE FROM schema_migrations RETURNING version', /does not return rows/],
      ['SELECT version FROM nowhere', /nowhere/],
      ['SELECT NULL', /the query returned nothing/],
    ] as const) {
      await core.call('plans.update', { planId: plan.id, schemaVersion: { sql } });
      const run = await succeed(core, 'backups.start', { planId: plan.id });
      const { log } = await core.call('runs.get', { runId: run.id });
      expect(log.find(({ level }) => level === 'warning')?.message).toMatch(why);
    }
    const database = new Database(scene.source, { readonly: true });
    expect(database.prepare('SELECT count(*) FROM schema_migrations').pluck().get()).toBe(2);
    database.close();
  });

  test('a snapshot of a plan is asked also where it goes elsewhere', async () => {
    const scene = await setMigrated('online');
    const { path } = await takeBackup(scene);
    const other = join(scene.folder, 'other.db');
    makeDatabase(other);
    change(other, 'CREATE TABLE schema_migrations(version INT); INSERT INTO schema_migrations VALUES (3)');
    const { check } = await prepareRestore(scene.core, path, other);
    expect(check.guard).toMatchObject({ state: 'newer', message: expect.stringMatching(/12.*3/) });
  });
});

test('a file that is no database of this plan is compared with an empty place as unknown', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'a.sql');
  writeFileSync(path, 'BEGIN;\nCREATE TABLE t(a);\nCOMMIT;\n');
  const { check } = await prepareRestore(scene.core, path, join(scene.folder, 'b.db'));
  expect(check.guard.state).toBe('unknown');
});

async function newestUndo({ core }: Scene) {
  const undo = (await core.call('runs.list', {})).find(({ kind }) => kind === 'undo');
  if (undo === undefined) throw new Error('There is no undo.');
  return undo;
}
