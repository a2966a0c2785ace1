import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { appendEntries, makeDatabase } from '../support/databases.ts';
import { contentsOf, OK_HERE, setScene, takeBackup } from '../support/scene.ts';

/*
 * A database that has moved: it is compared with the newest snapshot, and the plan goes on at the new path.
 */

test('a moved database is recognized, and the plan goes on at its new path', async () => {
  const { core, plan, source, folder } = await setScene({ journalMode: 'delete' });
  await takeBackup({ core, plan });
  const moved = join(folder, 'moved.db');
  renameSync(source, moved);
  appendEntries(moved, 20);
  const before = contentsOf(folder)['moved.db'];

  const comparison = await core.call('sources.compare', { planId: plan.id, path: moved });
  expect(comparison).toMatchObject({ same: true, differences: [], source: { path: moved } });
  expect(comparison.tables).toContainEqual({ name: 'entries', now: 100, after: 120 });
  expect(contentsOf(folder)['moved.db']).toBe(before);

  const updated = await core.call('plans.update', {
    planId: plan.id,
    sourcePath: moved,
    unchangedSince: plan.updatedAt,
  });
  expect(updated).toEqual({ ...plan, sourcePath: moved, updatedAt: updated.updatedAt });
  const snapshot = await takeBackup({ core, plan });
  expect(snapshot.sourcePath).toBe(moved);
  expect((await core.call('plans.get', { planId: plan.id })).state).toBe(OK_HERE);
});

test('another database is told by its tables, and a plan without snapshots has nothing to compare with', async () => {
  const { core, plan, folder } = await setScene();
  const other = join(folder, 'other.db');
  const database = new Database(other);
  database.exec('CREATE TABLE songs (title TEXT); PRAGMA application_id = 99');
  database.close();
  const compare = () => core.call('sources.compare', { planId: plan.id, path: other });
  expect(await compare()).toMatchObject({ snapshot: null, same: null, differences: [] });

  await takeBackup({ core, plan });
  expect(await compare()).toMatchObject({
    same: false,
    differences: [
      'Its application_id is 99; that of the snapshot is 0.',
      'Its schema version is 0, older than 7 in the snapshot.',
      '2 tables of the snapshot are missing: accounts and entries.',
    ],
  });
});

test('a source that is missing, no database or given to a plan of files is refused, and nothing changes', async () => {
  const { core, plan, folder } = await setScene();
  const attachedFiles = [{ kind: 'folder' as const, name: 'app', path: join(folder, 'app'), exclude: [] }];
  const files = await core.call('plans.create', {
    name: 'Files',
    sourceKind: 'files',
    sourcePath: join(folder, 'app'),
    attachedFiles,
    destinations: plan.destinations,
  });
  const update = (planId: string, sourcePath: string) => core.call('plans.update', { planId, sourcePath });
  await expect(update(plan.id, join(folder, 'gone.db'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(update(plan.id, folder)).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
  await expect(update(files.id, plan.sourcePath)).rejects.toMatchObject({
    code: 'INVALID_PARAMS',
    message: 'Files has no database.',
  });
  await expect(core.call('sources.compare', { planId: files.id, path: plan.sourcePath })).rejects.toMatchObject({
    code: 'INVALID_PARAMS',
  });
  expect((await core.call('plans.get', { planId: plan.id })).plan).toEqual(plan);
});

test('what was changed meanwhile is not overwritten', async () => {
  const { core, plan, folder } = await setScene();
  makeDatabase(join(folder, 'second.db'));
  const [first, second] = await Promise.allSettled([
    core.call('plans.update', { planId: plan.id, name: 'First', unchangedSince: plan.updatedAt }),
    core.call('plans.update', { planId: plan.id, group: 'Second', unchangedSince: plan.updatedAt }),
  ]);
  expect(first).toMatchObject({ value: { name: 'First', group: null } });
  expect(second).toMatchObject({
    reason: { code: 'CONFLICT', message: 'The plan First was changed meanwhile.', hint: expect.stringMatching(/\w/) },
  });
});
