import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import { canMount } from '../../support/can-mount.ts';
import { makeDatabase } from '../../support/databases.ts';
import { expectFailure, setScene, takeBackup } from '../../support/scene.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { runToEnd, succeed } from '../../support/test-core.ts';
import { makeUnreadable } from '../../support/unreadable-file.ts';

const asRoot = process.getuid?.() === 0;

/** A database with a folder beside it, of which the last snapshots are kept. */
async function setFilesScene(keepLast: number) {
  const scene = await setScene();
  const files = join(scene.folder, 'app', 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'a.txt'), 'a');
  const attachedFiles = [{ name: 'files', path: files, kind: 'folder' as const, exclude: [] }];
  const plan = await scene.core.call('plans.update', {
    planId: scene.plan.id,
    attachedFiles,
    retention: { ...KEEP_ALL, keepLast },
  });
  return { ...scene, plan, files };
}

test.skipIf(!asRoot)('a file of another owner makes snapshot, run and plan incomplete [root]', () => {
  const folder = temporaryFolder();
  const app = join(folder, 'app');
  const files = join(app, 'files');
  mkdirSync(files, { recursive: true });
  for (const name of ['backups', 'home']) mkdirSync(join(folder, name));
  makeDatabase(join(app, 'app.db'));
  writeFileSync(join(files, 'a.txt'), 'a');
  writeFileSync(join(files, 'secret.txt'), 'x');
  chmodSync(folder, 0o711);
  const everything = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const path of everything) chownSync(join(folder, path), 65534, 65534);
  chownSync(join(files, 'secret.txt'), 0, 0);
  chmodSync(join(files, 'secret.txt'), 0o600);
  const plan = {
    name: 'app',
    sourcePath: join(app, 'app.db'),
    attachedFiles: [{ name: 'files', path: files, kind: 'folder', exclude: [] }],
    destinations: [{ path: join(folder, 'backups') }],
  };
  const script = resolve(import.meta.dirname, '../../support/backup-as-nobody.ts');
  const worker = join(inject('bundles'), 'worker.cjs');
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const call = [process.execPath, script, join(folder, 'home'), worker, JSON.stringify(plan)];
  const { stdout, stderr } = spawnSync('setpriv', [...nobody, ...call], {
    encoding: 'utf8',
    env: { ...process.env, SNAPKEEP_LOG: 'silent' },
  });
  expect(stderr).toBe('');
  const missing = 'Missing: files/secret.txt could not be read: permission denied.';
  expect(JSON.parse(stdout)).toMatchObject({
    run: { state: 'succeeded', result: { incomplete: missing } },
    snapshot: { incomplete: missing, verification: { valid: true }, attachedFiles: [{ files: 1, whole: false }] },
    summary: { state: 'incomplete', reason: `The newest snapshot is incomplete. ${missing}` },
  });
});

test.skipIf(!canMount)(
  'the newest complete snapshot stays, however many incomplete ones come after it [root]',
  async () => {
    const scene = await setFilesScene(1);
    const complete = await takeBackup(scene);
    expect(complete.incomplete).toBeNull();
    const remove = makeUnreadable(join(scene.files, 'secret'));
    onTestFinished(remove);
    let newest = complete;
    for (let n = 0; n < 3; n++) newest = await takeBackup(scene);
    const preview = await scene.core.call('prune.preview', { planId: scene.plan.id });
    await succeed(scene.core, 'prune.start', { planId: scene.plan.id, confirmation: preview.confirmation });
    const left = await scene.core.call('snapshots.list', {});
    expect(left.map(({ id }) => id)).toEqual([newest.id, complete.id]);
    expect(left[0]?.incomplete).toMatch(/^Missing: files\/secret .*read/);
    expect((await scene.core.call('plans.list', {}))[0]).toMatchObject({ state: 'incomplete' });

    remove();
    expect((await takeBackup(scene)).incomplete).toBeNull();
    const [summary] = await scene.core.call('plans.list', {});
    expect(summary?.state).not.toBe('incomplete');
    expect(summary?.days.at(-1)).toMatchObject({ outcome: 'warning' });
  },
);

test('a snapshot without one of its attached folders is incomplete too', async () => {
  const scene = await setFilesScene(3);
  renameSync(scene.files, `${scene.files} moved`);
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expectFailure(run, 'NOT_FOUND', 'was backed up without files');
  const missing = expect.stringMatching(/^Missing: files could not be stored \(.*\)\.$/);
  expect(run.result).toMatchObject({ incomplete: missing });
  expect((await scene.core.call('snapshots.list', {}))[0]).toMatchObject({ incomplete: missing });
});
