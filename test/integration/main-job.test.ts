import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Run } from '../../src-shared/model/run.ts';
import { appendEntries, countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { pathOf } from '../support/scene.ts';
import { storedIn } from '../support/stored-names.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

const checkOf = (run: Run) => {
  if (run.result?.kind !== 'restore-check') throw new Error('no check');
  return run.result.check;
};

async function setUp() {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  const destination = join(folder, 'backups');
  mkdirSync(destination);
  makeDatabase(source);
  const core = await startTestCore(join(folder, 'home'));
  const plan = await core.call('plans.create', {
    name: 'My app',
    sourcePath: source,
    destinations: [{ path: destination }],
  });
  return { folder, source, destination, core, plan };
}

test('backs up, verifies, restores through SQLite, undoes and prunes', async () => {
  const { source, destination, core, plan } = await setUp();
  const backup = await succeed(core, 'backups.start', { planId: plan.id });
  const [snapshot] = await core.call('snapshots.list', { planId: plan.id });
  expect(snapshot).toMatchObject({
    keptBy: ['latest-1'],
    rowChange: null,
    verification: { level: 'read-back', valid: true },
    tableCount: 2,
    rowCount: 102,
  });
  expect(snapshot?.name).toMatch(/^My-app-\d{4}-\d\d-\d\d-\d{6}-[0-9a-z]{6}\.db\.gz$/);
  expect(storedIn(destination).sort()).toEqual([snapshot?.name, `${snapshot?.name}.manifest.json`]);
  expect(backup.snapshotId).toBe(snapshot?.id);
  if (snapshot === undefined) return;
  expect(execFileSync('gunzip', ['-t', pathOf(snapshot)]).length).toBe(0);

  appendEntries(source, 50);
  const checked = await succeed(core, 'restores.check', { source: { snapshotId: snapshot.id }, targetPath: source });
  const check = checkOf(checked);
  expect(check).toMatchObject({
    rowsLost: 50,
    schemaChanges: [],
    target: { exists: true, method: 'into-live', name: 'app.db' },
  });
  const restored = await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation: check.confirmation });
  expect(countEntries(source)).toBe(100);
  expect(restored.result).toMatchObject({ kind: 'restore', method: 'into-live', rows: 102, note: null });
  expect((await core.call('snapshots.get', { snapshotId: snapshot.id })).snapshot.verification.level).toBe('restored');

  await succeed(core, 'restores.undo', {});
  expect(countEntries(source)).toBe(150);
  expect(integrityOf(source)).toBe('ok');
  await expect(core.call('restores.undo', {})).rejects.toMatchObject({ code: 'CONFLICT' });

  for (let n = 0; n < 3; n++) await succeed(core, 'backups.start', { planId: plan.id });
  const preview = await core.call('prune.preview', { planId: plan.id, retention: { keepLast: 1 } });
  expect(preview.removed.map((removed) => removed.reasons)).toEqual([['beyond-last-1'], ['beyond-last-1']]);
  // The newest one that was really restored is never removed.
  expect(preview.kept.map((kept) => kept.reasons)).toContainEqual(['newest-restored']);
  const pruned = await succeed(core, 'prune.start', {
    planId: plan.id,
    retention: { keepLast: 1 },
    confirmation: preview.confirmation,
  });
  expect(pruned.result).toMatchObject({ kind: 'prune', bytesFreed: preview.bytesFreed });
  expect(storedIn(destination)).toHaveLength(4);
});

test('restores a lost database and keeps nothing behind in staging', async () => {
  const { folder, source, core, plan } = await setUp();
  await succeed(core, 'backups.start', { planId: plan.id });
  for (const suffix of ['', '-wal', '-shm']) rmSync(source + suffix, { force: true });
  const [snapshot] = await core.call('snapshots.list', {});
  const checked = await succeed(core, 'restores.check', { source: { path: snapshot?.path ?? '' }, targetPath: source });
  const check = checkOf(checked);
  expect(check).toMatchObject({ target: { exists: false, method: 'create' }, safetyFolder: null });
  await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation: check.confirmation });
  expect(countEntries(source)).toBe(100);
  expect(statSync(source).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'home', 'staging'))).toEqual([]);
});
