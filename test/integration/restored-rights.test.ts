import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { FilesTarget } from '../../src-shared/model/restore/restore-files.ts';
import { canMount } from '../support/can-mount.ts';
import { makeDatabase } from '../support/databases.ts';
import { putBackFiles, setFilesScene } from '../support/files-scene.ts';
import { loops, makeDevice } from '../support/loop-device.ts';
import { prepareRestore, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): number => statSync(path).mode & 0o7777;

async function logOf(core: Core, runId: string): Promise<string> {
  const { log } = await core.call('runs.get', { runId });
  return log.map(({ message }) => message).join('\n');
}

/** A plan of one attached folder or image with a backup of it. */
async function setAttached(kind: 'folder' | 'image', make: (path: string) => void, isEncrypted = false) {
  const identity = await generateIdentity();
  const encryption = { kind: 'recipients' as const, recipients: [await identityToRecipient(identity)] };
  const scene = await setFilesScene({
    plan: isEncrypted ? { encryption, encryptionSecrets: { identity } } : {},
    files: (app) => {
      const path = join(app, 'data');
      make(path);
      return [{ name: 'data', path, kind, exclude: [] }];
    },
  });
  await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  const [snapshot] = await scene.core.call('snapshots.list', { planId: scene.plan.id });
  if (snapshot === undefined) throw new Error('no snapshot');
  return { ...scene, snapshotId: snapshot.id, path: join(scene.app, 'data') };
}

async function checkFiles(core: Core, snapshotId: string, more: { to?: string } = {}): Promise<FilesTarget> {
  const run = await succeed(core, 'restores.check', { what: 'files', snapshotId, ...more });
  const [target] = run.result?.kind === 'files-check' ? run.result.check.targets : [];
  if (target === undefined) throw new Error('no check');
  return target;
}

function makeTools(path: string): void {
  mkdirSync(path);
  mkdirSync(join(path, 'shared'));
  chmodSync(join(path, 'shared'), 0o2775);
  for (const [name, mode] of [
    ['as-root', 0o4755],
    ['as-group', 0o2755],
    ['plain', 0o640],
  ] as const) {
    writeFileSync(join(path, name), name);
    chmodSync(join(path, name), mode);
  }
}

const DROPPED = /set-user-ID, set-group-ID and sticky bits .*dropped/;

describe('special bits', () => {
  test.each(['linked-folder', 'archive'] as const)(
    'of files that are restored from a stored %s are dropped, and the review says so; folders keep theirs',
    async (way) => {
      const scene = await setAttached('folder', makeTools, way === 'archive');
      const { snapshotId } = scene;
      const { snapshot } = await scene.core.call('snapshots.get', { snapshotId });
      expect(snapshot.attachedFiles).toMatchObject([{ way }]);
      renameSync(scene.path, `${scene.path}.old`);
      expect((await checkFiles(scene.core, snapshotId)).notes.join(' ')).toMatch(/bits of 2 files are dropped/);
      await putBackFiles(scene.core, snapshotId);
      expect(modeOf(join(scene.path, 'as-root'))).toBe(0o755);
      expect(modeOf(join(scene.path, 'as-group'))).toBe(0o755);
      expect(modeOf(join(scene.path, 'plain'))).toBe(0o640);
      expect(modeOf(join(scene.path, 'shared'))).toBe(0o2775);
      const { comparison, notes } = await checkFiles(scene.core, snapshotId);
      expect(notes.join(' ')).toMatch(DROPPED);
      // Neither dropped bits are a difference, nor what a time lost because Node cannot set it as finely.
      expect(comparison).toMatchObject({ different: 0, same: 3 });
    },
  );

  test('of an image file that is exchanged are dropped, and the review and the log say so; Undo brings them back', async () => {
    const { core, snapshotId, path } = await setAttached('image', (file) => writeFileSync(file, Buffer.alloc(9000, 1)));
    writeFileSync(path, Buffer.alloc(9000, 2));
    chmodSync(path, 0o6750);
    expect(await checkFiles(core, snapshotId)).toMatchObject({
      undoable: true,
      notes: [expect.stringMatching(DROPPED)],
    });
    const run = await putBackFiles(core, snapshotId);
    expect([modeOf(path), readFileSync(path)[0]]).toEqual([0o750, 1]);
    expect(await logOf(core, run.id)).toMatch(DROPPED);
    await succeed(core, 'restores.undo', { runId: run.id });
    expect([modeOf(path), readFileSync(path)[0]]).toEqual([0o6750, 2]);
  });

  test('of a database that is exchanged are dropped, in the restore and in its undo', async () => {
    const scene = await setScene();
    const { path: snapshot } = await takeBackup(scene);
    makeDatabase(`${scene.source}.new`, { rows: 3, pageSize: 8192 });
    renameSync(`${scene.source}.new`, scene.source);
    chmodSync(scene.source, 0o4640);
    const { check, start } = await prepareRestore(scene.core, snapshot, scene.source);
    expect(check.target).toMatchObject({ method: 'replace-file', notes: [expect.stringMatching(DROPPED)] });
    const run = await succeed(scene.core, 'restores.start', start);
    expect(modeOf(scene.source)).toBe(0o640);
    expect(await logOf(scene.core, run.id)).toMatch(DROPPED);
    chmodSync(scene.source, 0o4600);
    const undo = await succeed(scene.core, 'restores.undo', {});
    expect(modeOf(scene.source)).toBe(0o600);
    expect(await logOf(scene.core, undo.id)).toMatch(DROPPED);
  });
});

test.skipIf(!isRoot)('an image that root restores to a missing file belongs to the owner of the folder', async () => {
  const { core, snapshotId, folder } = await setAttached('image', (file) => writeFileSync(file, Buffer.alloc(9000, 1)));
  const home = join(folder, 'home of a user');
  mkdirSync(home, { mode: 0o750 });
  chownSync(home, 1234, 2345);
  const to = join(home, 'card.img');
  expect((await checkFiles(core, snapshotId, { to })).notes.join()).toMatch(/user 1234 and group 2345/);
  await putBackFiles(core, snapshotId, { to });
  expect(statSync(to)).toMatchObject({ uid: 1234, gid: 2345 });
});

test.skipIf(!loops)('of a device the review says that it cannot be undone [root, loop devices]', async () => {
  const scene = await setFilesScene({
    files: (app) => [{ name: 'data', path: makeDevice(dirname(app), 'disk', 1_048_576), kind: 'image', exclude: [] }],
  });
  await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  const [snapshot] = await scene.core.call('snapshots.list', { planId: scene.plan.id });
  expect(await checkFiles(scene.core, snapshot?.id ?? '')).toMatchObject({ undoable: false });
});

describe('a place that files cannot be exchanged at', () => {
  test('because it is a link is refused before anything is read', async () => {
    const { core, snapshotId, path, folder } = await setAttached('folder', makeTools);
    renameSync(path, join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), path);
    const run = await runToEnd(core, 'restores.check', { what: 'files', snapshotId });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'INVALID_PARAMS' } });
    expect(run.error?.message).toContain('is a link');
  });

  test.skipIf(!canMount).each(['folder', 'image'] as const)(
    'because it is a mount point is refused, also one of the same disk (%s)',
    async (kind) => {
      const make = kind === 'folder' ? makeTools : (file: string) => writeFileSync(file, Buffer.alloc(9000, 1));
      const { core, snapshotId, path } = await setAttached(kind, make);
      bind(path);
      const run = await runToEnd(core, 'restores.check', { what: 'files', snapshotId });
      expect(run).toMatchObject({ state: 'failed', error: { code: 'UNSUPPORTED', hint: expect.any(String) } });
      expect(run.error?.message).toContain('is a mount point');
    },
  );

  test.skipIf(!canMount)('is no reason to refuse a database that is restored through SQLite', async () => {
    const scene = await setScene();
    const { path: snapshot } = await takeBackup(scene);
    bind(scene.source);
    const { start } = await prepareRestore(scene.core, snapshot, scene.source);
    await succeed(scene.core, 'restores.start', start);
    await succeed(scene.core, 'restores.undo', {});
    await expect(
      scene.core.call('databaseDeletions.preview', { target: { path: scene.source } }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
  });

  test.skipIf(!canMount)('refuses a database whose file would have to be exchanged', async () => {
    const scene = await setScene();
    const { path: snapshot } = await takeBackup(scene);
    makeDatabase(`${scene.source}.new`, { rows: 3, pageSize: 8192 });
    renameSync(`${scene.source}.new`, scene.source);
    bind(scene.source);
    const run = await runToEnd(scene.core, 'restores.check', { source: { path: snapshot }, targetPath: scene.source });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'UNSUPPORTED' } });
  });
});

test('hard links at the target, and what is never stored, are named in the review of files', async () => {
  const { core, snapshotId, path, folder } = await setAttached('folder', makeTools);
  linkSync(join(path, 'plain'), join(folder, 'other name'));
  const notes = (await checkFiles(core, snapshotId)).notes.join(' ');
  expect(notes).toMatch(/1 file at the target may have hard links elsewhere/);
  expect(notes).toMatch(/Access control lists, extended attributes and hard links are not stored/);
  expect((await checkFiles(core, snapshotId, { to: join(dirname(path), 'new') })).notes.join(' ')).not.toMatch(
    /Access/,
  );
});

/** Mounts a path at itself, as containers get files and folders of their host. */
function bind(path: string): void {
  execFileSync('mount', ['--bind', path, path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
}
