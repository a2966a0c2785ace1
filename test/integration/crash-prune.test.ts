import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { partialName } from '../../src-main/core/engine/attached-files/folder/folder-snapshots.ts';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import { attachFolder } from '../support/attach-folder.ts';
import { killAt, type Moment, randomMoments } from '../support/killed.ts';
import { expectNothingLeft, type LocalSnapshot, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const KEEP_ONE = { ...KEEP_ALL, keepLast: 1 };

/** A plan with an attached folder, and so many snapshots. */
async function setCrashScene(snapshots: number, files = 300): Promise<Scene & { made: LocalSnapshot[] }> {
  const scene = await setScene({ plan: { retention: KEEP_ALL } });
  await attachFolder(scene, files);
  const made: LocalSnapshot[] = [];
  for (let n = 0; n < snapshots; n++) made.push(await takeBackup(scene, { verify: false }));
  return { ...scene, made };
}

/** The names that a snapshot has in its destination. */
const attachedOf = (name: string): string => name.replace(/\.db\.gz$/, '.generated');
const namesOf = ({ name }: ListedSnapshot): string[] => [name, `${name}.manifest.json`, attachedOf(name)];

/** Expects that just what is listed is at the destination, whole, and nothing else but the links to the newest. */
async function expectJustWhatIsListed(scene: Scene, core: Core): Promise<ListedSnapshot[]> {
  const listed = await core.call('snapshots.list', { planId: scene.plan.id });
  const links = readdirSync(scene.destination, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  const names = readdirSync(scene.destination).filter((name) => !links.some((link) => link.name === name));
  expect(names.filter((name) => !name.startsWith('.snapkeep')).sort()).toEqual(listed.flatMap(namesOf).sort());
  for (const { id, missing } of listed) {
    expect(missing).toBe(false);
    await succeed(core, 'verifications.start', { snapshotId: id });
  }
  expectNothingLeft(scene);
  return listed;
}

describe('what is killed while it removes is finished at the next start', () => {
  test.each<Moment>([{ phase: 'removing' }, ...randomMoments(6, 250)])('a prune, at %j', async (moment) => {
    const scene = await setCrashScene(4);
    const { core, plan, home } = scene;
    const given = { planId: plan.id, retention: KEEP_ONE };
    const { confirmation } = await core.call('prune.preview', given);
    await core.close();
    await killAt(moment, home, 'prune.start', { ...given, confirmation });
    const again = await startTestCore(home);
    const listed = await expectJustWhatIsListed(scene, again);
    expect(listed.map(({ id }) => id)).toContain(scene.made.at(-1)?.id);
    const rest = await again.call('prune.preview', given);
    await succeed(again, 'prune.start', { ...given, confirmation: rest.confirmation });
    expect(await expectJustWhatIsListed(scene, again)).toHaveLength(1);
  });

  test.each<Moment>([{ phase: 'removing' }, ...randomMoments(2, 100)])('a deletion, at %j', async (moment) => {
    const scene = await setCrashScene(2);
    const snapshotId = scene.made[0]?.id ?? '';
    const { confirmation } = await scene.core.call('snapshots.previewDelete', { snapshotId });
    await scene.core.close();
    await killAt(moment, scene.home, 'snapshots.delete', { snapshotId, confirmation });
    const again = await startTestCore(scene.home);
    await expectJustWhatIsListed(scene, again);
  });
});

/** Marks a snapshot as being removed, as a removal does first. */
function mark(home: string, snapshotId: string): void {
  const catalog = new Database(join(home, 'catalog.db'));
  catalog.prepare("UPDATE snapshot_copies SET state = 'deleting' WHERE snapshot_id = ?").run(snapshotId);
  catalog.close();
}

describe('each state that a removal can be cut off in', () => {
  /** What is done to the files of a snapshot after it was marked; each state has what those before it have. */
  const STEPS = [
    ['marked', () => {}],
    [
      'its attached folder is hidden',
      (folder: string, { id, name }: LocalSnapshot) =>
        renameSync(join(folder, attachedOf(name)), join(folder, partialName('My-app.generated', id))),
    ],
    [
      'its attached folder is half gone',
      (folder: string, { id }: LocalSnapshot) => rmSync(join(folder, partialName('My-app.generated', id), '7.wav')),
    ],
    [
      'its attached folder is gone',
      (folder: string, { id }: LocalSnapshot) =>
        rmSync(join(folder, partialName('My-app.generated', id)), { recursive: true }),
    ],
    ['its file is gone', (folder: string, { name }: LocalSnapshot) => rmSync(join(folder, name))],
    [
      'its manifest is gone',
      (folder: string, { name }: LocalSnapshot) => rmSync(join(folder, `${name}.manifest.json`)),
    ],
  ] as const;

  test.each(STEPS.map(([what], index) => [what, index] as const))('%s', async (_what, index) => {
    const scene = await setCrashScene(2, 10);
    const [first] = scene.made;
    if (first === undefined) throw new Error('no snapshot');
    await scene.core.close();
    mark(scene.home, first.id);
    for (const [, step] of STEPS.slice(0, index + 1)) step(scene.destination, first);
    const again = await startTestCore(scene.home);
    const listed = await expectJustWhatIsListed(scene, again);
    expect(listed.map(({ id }) => id)).toEqual([scene.made[1]?.id]);
  });

  test('all is removed and its last copy is being taken out of the catalog', async () => {
    const scene = await setCrashScene(2, 10);
    const { home, core, made } = scene;
    const snapshotId = made[0]?.id ?? '';
    const { confirmation } = await core.call('snapshots.previewDelete', { snapshotId, permanently: true });
    const catalog = new Database(join(home, 'catalog.db'));
    catalog.exec("CREATE TRIGGER cut BEFORE DELETE ON snapshots BEGIN SELECT RAISE(ABORT, 'cut off here'); END");
    expect((await runToEnd(core, 'snapshots.delete', { snapshotId, confirmation, permanently: true })).state).toBe(
      'failed',
    );
    await core.close();
    catalog.exec('DROP TRIGGER cut');
    catalog.close();
    const listed = await expectJustWhatIsListed(scene, await startTestCore(home));
    expect(listed.map(({ id }) => id)).toEqual([made[1]?.id]);
  });

  test('a destination that cannot be reached at the start is finished by the next prune, and lists nothing meanwhile', async () => {
    const scene = await setCrashScene(3, 10);
    const { home, plan, destination } = scene;
    await scene.core.close();
    mark(home, scene.made[0]?.id ?? '');
    renameSync(destination, `${destination}-away`);
    const again = await startTestCore(home);
    expect(await again.call('snapshots.list', { planId: plan.id })).toHaveLength(2);
    renameSync(`${destination}-away`, destination);
    const given = { planId: plan.id, retention: KEEP_ONE };
    const { confirmation, removedCount } = await again.call('prune.preview', given);
    expect(removedCount).toBe(1);
    await succeed(again, 'prune.start', { ...given, confirmation });
    expect(await expectJustWhatIsListed(scene, again)).toHaveLength(1);
  });

  test('a scan does not bring back what is being removed', async () => {
    const scene = await setCrashScene(2, 10);
    const { home, destination, core } = scene;
    const [first] = scene.made;
    const other = join(scene.folder, 'other');
    await core.close();
    mark(home, first?.id ?? '');
    renameSync(destination, other);
    const again = await startTestCore(home);
    renameSync(other, destination);
    await succeed(again, 'destinations.rescan', { path: destination });
    expect((await again.call('snapshots.list', {})).map(({ id }) => id)).toEqual([scene.made[1]?.id]);
  });
});
