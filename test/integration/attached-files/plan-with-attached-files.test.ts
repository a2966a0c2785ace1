import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import { makeDatabase } from '../../support/databases.ts';
import { killAt } from '../../support/killed.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  onPhase,
  type Scene,
  setScene,
  takeBackup,
} from '../../support/scene.ts';
import { storedIn } from '../../support/stored-names.ts';
import { runToEnd, startTestCore, succeed } from '../../support/test-core.ts';

const FILES = 100;
const CHANGED = 4;

/** A database with a folder of recordings beside it, and a plan for both. */
async function soundBox(more: { retention?: typeof KEEP_ALL } = {}): Promise<Scene & { generated: string }> {
  const scene = await setScene({ sourceName: 'soundbox.db' });
  const generated = join(scene.folder, 'app', 'generated');
  mkdirSync(join(generated, 'cache'), { recursive: true });
  for (let n = 0; n < FILES; n++) writeFileSync(join(generated, `${n}.wav`), `recording ${n} `.repeat(100));
  writeFileSync(join(generated, 'cache', 'tmp'), 'not to be kept');
  const attachedFiles = [{ name: 'generated', path: generated, kind: 'folder' as const, exclude: ['cache/'] }];
  const plan = await scene.core.call('plans.update', {
    planId: scene.plan.id,
    attachedFiles,
    retention: more.retention ?? KEEP_ALL,
  });
  return { ...scene, plan, generated };
}

function changeSome(generated: string): void {
  for (let n = 0; n < CHANGED; n++) writeFileSync(join(generated, `${n}.wav`), `another recording ${n} `.repeat(90));
}

const foldersIn = (destination: string): string[] =>
  readdirSync(destination, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

test('a folder is stored beside its database, and the next one shares what has not changed', async () => {
  const scene = await soundBox();
  const first = await takeBackup(scene);
  changeSome(scene.generated);
  const second = await takeBackup(scene);
  const [attachedFile] = second.attachedFiles;
  expect(attachedFile).toMatchObject({
    name: 'generated',
    way: 'linked-folder',
    files: FILES,
    whole: true,
    problems: [],
  });
  expect(foldersIn(scene.destination)).toHaveLength(2);
  expect(readlinkSync(join(scene.destination, 'My-app.generated.latest'))).toBe(
    second.name.replace(/\.db\.gz$/, '.generated'),
  );
  expect(first.apparentBytes).toBeGreaterThan(first.sizeBytes + FILES * 1000);
  expect(attachedFile?.diskBytes).toBeLessThan((first.attachedFiles[0]?.diskBytes ?? 0) / 4);
  const at = (name: string, file: string) =>
    statSync(join(scene.destination, name.replace(/\.db\.gz$/, '.generated'), file));
  expect(at(first.name, '40.wav').ino).toBe(at(second.name, '40.wav').ino);
  expect(at(first.name, '3.wav').ino).not.toBe(at(second.name, '3.wav').ino);
  expect(second.verification).toMatchObject({ valid: true, message: expect.stringContaining(`${FILES} files`) });
  expectNothingLeft(scene);
});

test('a verification and a restore test find a damaged file, and name it', async () => {
  const scene = await soundBox();
  const snapshot = await takeBackup(scene);
  const stored = join(scene.destination, snapshot.name.replace(/\.db\.gz$/, '.generated'), '7.wav');
  const { mtime, atime, size } = statSync(stored);
  writeFileSync(stored, 'x'.repeat(size));
  utimesSync(stored, atime, mtime);
  const { result } = await succeed(scene.core, 'verifications.start', { snapshotId: snapshot.id });
  if (result?.kind !== 'verify') throw new Error('no verification');
  expect(result.verification).toMatchObject({
    valid: false,
    message: expect.stringContaining('7.wav'),
    attachedFiles: [{ name: 'generated', valid: false, files: FILES, damage: [{ path: '7.wav' }] }],
  });
  const tested = await runToEnd(scene.core, 'restoreTests.start', { planId: scene.plan.id });
  expectFailure(tested, 'CORRUPT', '7.wav');
});

test('a prune removes attached files with their snapshot, and nothing of those it keeps', async () => {
  const scene = await soundBox();
  const first = await takeBackup(scene);
  changeSome(scene.generated);
  const second = await takeBackup(scene);
  const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId: first.id });
  await succeed(scene.core, 'snapshots.delete', { snapshotId: first.id, confirmation });
  expect(foldersIn(scene.destination).filter((name) => !name.startsWith('.snapkeep-trash-'))).toEqual([
    second.name.replace(/\.db\.gz$/, '.generated'),
  ]);
  const { result } = await succeed(scene.core, 'verifications.start', { snapshotId: second.id });
  expect(result).toMatchObject({ verification: { valid: true, attachedFiles: [{ valid: true }] } });
});

test('an attached file that is gone makes the run fail; the snapshot of the database stays', async () => {
  const scene = await soundBox();
  rmSync(scene.generated, { recursive: true });
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expectFailure(run, 'NOT_FOUND', 'was backed up without generated');
  const [snapshot] = await scene.core.call('snapshots.list', {});
  expect(snapshot).toMatchObject({ attachedFiles: [{ name: 'generated', whole: false, files: 0 }] });
  expect(snapshot?.verification.valid).toBe(false);
});

test('a backup that is cancelled while it copies files leaves nothing', async () => {
  const scene = await soundBox();
  onPhase(scene.core, 'backup', 'copying', ({ id, progress }) => {
    if (progress.total !== null) void scene.core.call('runs.cancel', { runId: id });
  });
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expect(run.state).toBe('cancelled');
  expect(storedIn(scene.destination)).toEqual([]);
  expectNothingLeft(scene);
});

test('a list that was lost is brought back with its attached files', async () => {
  const scene = await soundBox();
  const { attachedFiles } = await takeBackup(scene);
  const before = contentsOf(scene.destination);
  const other = await startTestCore(join(scene.folder, 'other home'));
  const scan = await succeed(other, 'destinations.rescan', { path: scene.destination });
  expect(scan.result).toMatchObject({ found: 1, added: 1, problems: [] });
  expect((await other.call('snapshots.list', {}))[0]?.attachedFiles).toEqual(attachedFiles);
  expect(contentsOf(scene.destination)).toEqual(before);
});

test('what a crash leaves of attached files is gone after the next start', async () => {
  const scene = await soundBox();
  await takeBackup(scene);
  const before = contentsOf(scene.destination);
  await scene.core.close();
  await killAt({ phase: 'storing' }, scene.home, 'backups.start', { planId: scene.plan.id });
  const again = await startTestCore(scene.home);
  const snapshots = await again.call('snapshots.list', {});
  // The crash is either before or after the snapshot got its name: it is there with its attached file, or not at all.
  expect(foldersIn(scene.destination)).toHaveLength(snapshots.length);
  if (snapshots.length === 1) expect(contentsOf(scene.destination)).toEqual(before);
  expectNothingLeft(scene);
});

test('a database in a stored folder is part of its snapshot, and no backup of another program', async () => {
  const scene = await soundBox();
  makeDatabase(join(scene.generated, 'library.db'));
  const { name } = await takeBackup(scene);
  const before = contentsOf(scene.destination);
  const { id: planId } = scene.plan;
  const place = { path: scene.destination };
  expect((await scene.core.call('imports.list', place)).files.map(({ path }) => path)).toEqual([]);
  const run = await succeed(scene.core, 'imports.start', { ...place, planId });
  expect(run.result).toMatchObject({ kind: 'import', files: [] });
  expect((await scene.core.call('snapshots.list', {})).map((each) => each.name)).toEqual([name]);
  expect(contentsOf(scene.destination)).toEqual(before);
});

test('no files are put back over the database of a plan, which a program may have open', async () => {
  const scene = await soundBox();
  const folder = join(scene.folder, 'app');
  const attachedFiles = [{ name: 'app', path: folder, kind: 'folder' as const, exclude: [] }];
  await scene.core.call('plans.update', { planId: scene.plan.id, attachedFiles });
  const { id: snapshotId } = await takeBackup(scene);
  const before = statSync(scene.source).ino;
  for (const paths of [undefined, ['soundbox.db'], ['generated/3.wav', 'soundbox.db']]) {
    const run = await runToEnd(scene.core, 'restores.check', { what: 'files', snapshotId, ...(paths && { paths }) });
    expectFailure(run, 'CONFLICT', 'soundbox.db');
  }
  expect(statSync(scene.source).ino).toBe(before);
  await restoreFilesOf(scene, snapshotId, { paths: ['generated/3.wav'] });
});

/** Looks at files and puts them back. */
async function restoreFilesOf(
  { core }: Pick<Scene, 'core'>,
  snapshotId: string,
  more: { attachedFile?: string; paths?: string[]; to?: string } = {},
) {
  const checked = await succeed(core, 'restores.check', { what: 'files', snapshotId, ...more });
  if (checked.result?.kind !== 'files-check') throw new Error('no check');
  const { targets, confirmation } = checked.result.check;
  return { targets, run: await succeed(core, 'restores.start', { checkRunId: checked.id, confirmation }) };
}

test.each([
  ['backup-{local-date}-{local-time}', undefined],
  ['{plan}-{date}-{time}', 'before the move'],
])('a crash after all was stored takes no files of the snapshot, named by %j or %j', async (namePattern, name) => {
  const scene = await soundBox();
  await scene.core.call('plans.update', { planId: scene.plan.id, namePattern, timeZone: 'America/New_York' });
  await scene.core.close();
  const killed = await killAt({ phase: 'verifying' }, scene.home, 'backups.start', { planId: scene.plan.id, name });
  const core = await startTestCore(scene.home);
  expect(killed).toBe(true);
  const [snapshot] = await core.call('snapshots.list', {});
  expect(snapshot).toMatchObject({ attachedFiles: [{ name: 'generated', whole: true }] });
  expect(foldersIn(scene.destination)).toHaveLength(1);
  const { result } = await succeed(core, 'verifications.start', { snapshotId: snapshot?.id ?? '' });
  expect(result).toMatchObject({ verification: { valid: true } });
});

test('what ended runs were making is swept, what others make stays however old, and so does a folder of somebody’s own', async () => {
  const scene = await soundBox();
  const run = await succeed(scene.core, 'verifications.start', { path: (await takeBackup(scene)).path });
  await scene.core.close();
  const before = readdirSync(scene.destination);
  const tag = run.id.slice(0, 8);
  const at = (name: string): string => join(scene.destination, name);
  for (const name of [`.gone.${tag}.partial`, `mine.${tag}.partial`, '.other.0badcafe.partial']) mkdirSync(at(name));
  for (const name of [`gone.db.gz.${tag}.partial`, 'other.db.gz.0badcafe.partial']) writeFileSync(at(name), 'half');
  for (const name of readdirSync(scene.destination)) utimesSync(at(name), 1, 1);
  // What it would have named is not there.
  symlinkSync('nothing', at(`.latest.${tag}.partial`));
  await startTestCore(scene.home);
  expect(readdirSync(scene.destination).sort()).toEqual(
    [...before, `mine.${tag}.partial`, '.other.0badcafe.partial', 'other.db.gz.0badcafe.partial'].sort(),
  );
});

test('files go back to where they were, are counted before, and come back by Undo', async () => {
  const scene = await soundBox();
  const snapshot = await takeBackup(scene);
  const before = contentsOf(scene.generated);
  changeSome(scene.generated);
  rmSync(join(scene.generated, '40.wav'));
  writeFileSync(join(scene.generated, 'new.wav'), 'newer than the snapshot');
  const changed = contentsOf(scene.generated);
  const { targets, run } = await restoreFilesOf(scene, snapshot.id);
  expect(targets).toMatchObject([
    {
      attachedFile: 'generated',
      targetPath: scene.generated,
      files: FILES,
      comparison: { onlyThere: 1, different: CHANGED, same: FILES - CHANGED - 1 },
    },
  ]);
  const { [join('cache', 'tmp')]: _excluded, ...stored } = before;
  expect(contentsOf(scene.generated)).toEqual(stored);
  const undone = await succeed(scene.core, 'restores.undo', { runId: run.id });
  expect(undone).toMatchObject({ kind: 'undo', result: { kind: 'files-restore' } });
  expect(contentsOf(scene.generated)).toEqual(changed);
  await expect(scene.core.call('restores.undo', { runId: run.id })).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a single file goes back alone, to its place or to another folder', async () => {
  const scene = await soundBox();
  const snapshot = await takeBackup(scene);
  changeSome(scene.generated);
  const changed = contentsOf(scene.generated);
  await restoreFilesOf(scene, snapshot.id, { attachedFile: 'generated', paths: ['3.wav'] });
  const now = contentsOf(scene.generated);
  expect(Object.keys(now).filter((name) => !name.includes('.kept') && now[name] !== changed[name])).toEqual(['3.wav']);
  const elsewhere = join(scene.folder, 'elsewhere');
  mkdirSync(elsewhere);
  await restoreFilesOf(scene, snapshot.id, { attachedFile: 'generated', paths: ['4.wav'], to: elsewhere });
  expect(readFileSync(join(elsewhere, '4.wav'), 'utf8')).toBe('recording 4 '.repeat(100));
});

test('several files and folders go back together, what lies in another one only once, and come back by one Undo', async () => {
  const scene = await soundBox();
  const inner = join(scene.generated, 'inner');
  mkdirSync(inner);
  writeFileSync(join(inner, 'note'), 'stored');
  const snapshot = await takeBackup(scene);
  changeSome(scene.generated);
  writeFileSync(join(inner, 'note'), 'changed');
  const changed = contentsOf(scene.generated);
  const paths = ['3.wav', 'inner/note', 'inner', '3.wav'];
  const { targets, run } = await restoreFilesOf(scene, snapshot.id, { attachedFile: 'generated', paths });
  expect(targets.map(({ part }) => part)).toEqual(['3.wav', 'inner']);
  expect(readFileSync(join(inner, 'note'), 'utf8')).toBe('stored');
  expect(readFileSync(join(scene.generated, '3.wav'), 'utf8')).toBe('recording 3 '.repeat(100));
  await succeed(scene.core, 'restores.undo', { runId: run.id });
  // What was restored is kept, as what was there was.
  expect(contentsOf(scene.generated)).toMatchObject(changed);
  expect(readdirSync(inner)).toEqual(['note']);

  const request = { what: 'files', snapshotId: snapshot.id, attachedFile: 'generated' } as const;
  const elsewhere = await runToEnd(scene.core, 'restores.check', { ...request, paths, to: join(scene.folder, 'x') });
  expectFailure(elsewhere, 'INVALID_PARAMS', 'Several files and folders');
  const missing = await runToEnd(scene.core, 'restores.check', { ...request, paths: ['3.wav', 'no such'] });
  expectFailure(missing, 'NOT_FOUND', 'no such');
});

test('when the second of two folders is damaged, the first is put back as it was', async () => {
  const scene = await soundBox();
  const more = join(scene.folder, 'app', 'more');
  mkdirSync(more);
  writeFileSync(join(more, 'x'), 'x');
  const attachedFiles = [
    ...scene.plan.attachedFiles,
    { name: 'more', path: more, kind: 'folder' as const, exclude: [] },
  ];
  await scene.core.call('plans.update', { planId: scene.plan.id, attachedFiles });
  const { id: snapshotId, name } = await takeBackup(scene);
  changeSome(scene.generated);
  const before = contentsOf(join(scene.folder, 'app', 'generated'));
  writeFileSync(join(scene.destination, name.replace(/\.db\.gz$/, '.more'), 'x'), 'y');
  const checked = await succeed(scene.core, 'restores.check', { what: 'files', snapshotId });
  if (checked.result?.kind !== 'files-check') throw new Error('no check');
  const { confirmation } = checked.result.check;
  const run = await runToEnd(scene.core, 'restores.start', { checkRunId: checked.id, confirmation });
  expectFailure(run, 'CORRUPT', 'has changed since this snapshot was stored');
  expect(contentsOf(scene.generated)).toEqual(before);
  expect(readdirSync(join(scene.folder, 'app')).filter((each) => each.endsWith('.kept'))).toEqual([]);
});

test('what has changed since it was looked at, and a damaged snapshot, change nothing', async () => {
  const scene = await soundBox();
  const snapshot = await takeBackup(scene);
  const checked = await succeed(scene.core, 'restores.check', { what: 'files', snapshotId: snapshot.id });
  if (checked.result?.kind !== 'files-check') throw new Error('no check');
  rmSync(scene.generated, { recursive: true });
  const { confirmation } = checked.result.check;
  const stale = await runToEnd(scene.core, 'restores.start', { checkRunId: checked.id, confirmation });
  expectFailure(stale, 'CONFLICT', 'have changed since the review');
  const stored = join(scene.destination, snapshot.name.replace(/\.db\.gz$/, '.generated'), '9.wav');
  writeFileSync(stored, 'damaged');
  const again = await succeed(scene.core, 'restores.check', { what: 'files', snapshotId: snapshot.id });
  if (again.result?.kind !== 'files-check') throw new Error('no check');
  const failed = await runToEnd(scene.core, 'restores.start', {
    checkRunId: again.id,
    confirmation: again.result.check.confirmation,
  });
  expectFailure(failed, 'CORRUPT', '9.wav');
  expect(readdirSync(join(scene.folder, 'app'))).not.toContain('generated');
  for (const checkRunId of [checked.id, again.id]) await scene.core.call('restores.discard', { checkRunId });
  expectNothingLeft(scene);
});

test('plans of a group are paused, resumed and backed up together; others are left alone', async () => {
  const { core, plan, source, destination } = await setScene({ plan: { group: 'PiSovereign' } });
  const rest = { sourcePath: source, destinations: [{ path: destination }] };
  const second = await core.call('plans.create', { ...rest, name: 'Second', group: 'pisovereign' });
  await core.call('plans.create', { ...rest, name: 'Alone' });
  await core.call('schedules.pause', { group: 'PiSovereign', until: null });
  const paused = async () =>
    (await core.call('plans.list', {})).filter((each) => each.plan.paused !== null).map((each) => each.plan.id);
  expect(new Set(await paused())).toEqual(new Set([plan.id, second.id]));
  await core.call('schedules.resume', { group: 'PiSovereign' });
  expect(await paused()).toEqual([]);
  const { runs, failed } = await core.call('backups.startAll', { planIds: [plan.id, second.id] });
  expect(failed).toEqual([]);
  const ended = await Promise.all(runs.map(({ id }) => core.runEnded(id)));
  expect(ended.map(({ planId, state }) => [planId, state])).toEqual([
    [plan.id, 'succeeded'],
    [second.id, 'succeeded'],
  ]);
});
