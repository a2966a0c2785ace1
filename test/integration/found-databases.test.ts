import { copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { FoundState } from '../../src-shared/model/found-database.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';
import { workerProcesses } from '../support/worker-processes.ts';

/** A scene with databases that no plan backs up: `/found/<name>.db`. */
async function foundScene(...names: string[]): Promise<Scene & { found: string; at: (name: string) => string }> {
  const scene = await setScene({ ports: { startWorkerProcess: workerProcess } });
  const found = join(scene.folder, 'found');
  mkdirSync(found);
  const at = (name: string): string => join(found, name);
  for (const name of names) copyFileSync(scene.source, at(name));
  return { ...scene, found, at };
}

async function find(core: Core, ...folders: string[]): Promise<Run> {
  const { run } = await core.call('databases.find', { folders });
  const ended = await core.runEnded(run.id);
  expect([ended.state, ended.error]).toEqual(['succeeded', null]);
  return ended;
}

const listed = async (core: Core, ...states: FoundState[]) =>
  (await core.call('databases.listFound', states.length === 0 ? {} : { states })).databases.map(({ path }) => path);

test('what has a plan is told by its path, through a link and as another hard link', async () => {
  const { core, source, folder, found, at } = await foundScene('one.db', 'two.db');
  linkSync(source, at('same.db'));
  const { result } = await find(core, folder);
  expect(result).toMatchObject({ kind: 'find', counts: { 'no-plan': 2, planned: 1, ignored: 0, folded: 0 } });
  expect((await listed(core)).sort()).toEqual([at('one.db'), at('two.db')]);
  const { databases } = await core.call('databases.listFound', { states: ['planned'] });
  expect(databases).toMatchObject([{ plan: { name: 'My app' }, state: 'planned' }]);
  // The catalog of Snapkeep itself is not a program’s database.
  const all = await listed(core, 'no-plan', 'planned', 'ignored', 'folded');
  expect(all.some((path) => path.includes('catalog.db'))).toBe(false);
  rmSync(found, { recursive: true });
});

test('snapshots that are stored uncompressed are not found', async () => {
  const scene = await setScene({ plan: { compression: 'none' } });
  await takeBackup(scene);
  await find(scene.core, scene.folder);
  expect(await listed(scene.core, 'no-plan', 'planned', 'ignored', 'folded')).toEqual([scene.source]);
});

test('what is ignored stays ignored over searches and restarts, and can be listed again', async () => {
  const { core, home, found, at } = await foundScene('one.db', 'two.db');
  await find(core, found);
  await core.call('databases.ignore', { paths: [at('one.db')], ignored: true });
  await find(core, found);
  expect([await listed(core), await listed(core, 'ignored')]).toEqual([[at('two.db')], [at('one.db')]]);
  await core.close();
  const again = await startTestCore(home);
  expect([await listed(again), await listed(again, 'ignored')]).toEqual([[at('two.db')], [at('one.db')]]);
  await again.call('databases.ignore', { paths: [at('one.db')], ignored: false });
  expect(await listed(again)).toHaveLength(2);
});

test('a search replaces what was known of its folders, and of no others', async () => {
  const { core, folder, found, at } = await foundScene('one.db', 'two.db');
  const other = join(folder, 'other');
  mkdirSync(other);
  copyFileSync(at('one.db'), join(other, 'three.db'));
  await find(core, found);
  await find(core, other);
  rmSync(at('two.db'));
  const { id } = await find(core, found);
  expect((await listed(core)).sort()).toEqual([at('one.db'), join(other, 'three.db')]);
  const { databases, search } = await core.call('databases.listFound', { runId: id });
  expect([databases.map(({ path }) => path), search?.runId]).toEqual([[at('one.db')], id]);
});

test('pages follow one another', async () => {
  const names = Array.from({ length: 7 }, (_, number) => `${number}.db`);
  const { core, found, at } = await foundScene(...names);
  writeFileSync(at('0.db-wal'), 'x'.repeat(9000));
  await find(core, found);
  const paths: string[] = [];
  for (let after: { after?: string } = {}; ; ) {
    const { databases, counts } = await core.call('databases.listFound', { ...after, limit: 3 });
    expect(counts['no-plan']).toBe(7);
    paths.push(...databases.map(({ path }) => path));
    const last = databases.at(-1);
    if (last === undefined) break;
    after = { after: last.path };
  }
  // The largest first, with its log.
  expect(paths).toEqual(names.map(at));
});

test('one call adds plans under free names, and says which could not be added', async () => {
  const { core, found, at, folder } = await foundScene('places.sqlite', 'My app.db', 'gone.db');
  mkdirSync(at('sub'));
  copyFileSync(at('places.sqlite'), at('sub/places.sqlite'));
  writeFileSync(at('secret.db'), crypto.getRandomValues(new Uint8Array(8192)));
  await find(core, found);
  rmSync(at('gone.db'));
  const paths = ['places.sqlite', 'sub/places.sqlite', 'My app.db', 'gone.db', 'secret.db'].map(at);
  const destinations = [{ path: join(folder, 'backups') }];
  const { plans, failed } = await core.call('databases.createPlans', { paths, destinations });
  expect(plans.map(({ name, schedule }) => [name, schedule.kind])).toEqual([
    ['places', 'daily'],
    ['places 2', 'daily'],
    ['My app 2', 'daily'],
  ]);
  expect(failed).toMatchObject([
    { path: at('gone.db'), message: expect.stringContaining('gone.db'), hint: expect.any(String) },
    { path: at('secret.db'), message: expect.stringContaining('encrypted'), hint: expect.any(String) },
  ]);
  expect((await listed(core, 'planned')).sort()).toEqual(paths.slice(0, 3).sort());
  const { run } = await core.call('backups.start', { planId: plans[0]?.id ?? '' });
  expect((await core.runEnded(run.id)).state).toBe('succeeded');
});

test('a search is one run: the same one for whoever asks meanwhile, cancelled as any other, at low priority', async () => {
  const { core, found } = await foundScene('one.db');
  for (let number = 0; number < 3000; number++) writeFileSync(join(found, `${number}`), 'x'.repeat(600));
  const priorities = new Set<number>();
  core.on('run.changed', () => {
    if (process.platform === 'linux') for (const pid of workerProcesses()) priorities.add(getPriority(pid));
  });
  const [first, second] = await Promise.all([
    core.call('databases.find', { folders: [found] }),
    core.call('databases.find', { folders: [found] }),
  ]);
  expect(second.run.id).toBe(first.run.id);
  await core.runEnded(first.run.id);
  if (process.platform === 'linux') expect([...priorities]).toContain(constants.priority.PRIORITY_LOW);
  const { run } = await core.call('databases.find', { folders: [found] });
  await core.call('runs.cancel', { runId: run.id });
  expect((await core.runEnded(run.id)).state).toBe('cancelled');
  // What the search before has found stays.
  expect(await listed(core)).toHaveLength(1);
});

test('without folders, the folders of programs are searched', async () => {
  const { core } = await setScene();
  const { run } = await core.call('databases.find', {});
  expect(run.subject).toBe('the folders of programs');
  await core.call('runs.cancel', { runId: run.id });
  expect(['cancelled', 'succeeded']).toContain((await core.runEnded(run.id)).state);
});
