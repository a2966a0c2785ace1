import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import type { HostPorts } from '../../src-main/core/ports.ts';
import type { Plan, PlanInput } from '../../src-shared/model/plan.ts';
import type { RestoreCheck } from '../../src-shared/model/restore/restore.ts';
import type { Run, RunPhase } from '../../src-shared/model/run.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import { type DatabaseOptions, makeDatabase } from './databases.ts';
import { temporaryFolder } from './temp-folder.ts';
import { runToEnd, startTestCore, succeed } from './test-core.ts';

/** The state of a plan in order, where source and destinations are in one temporary folder. */
export const OK_HERE = 'ok-one-disk';

/** A core, a database, a destination and a plan for them. */
export interface Scene {
  folder: string;
  home: string;
  source: string;
  destination: string;
  core: Core;
  plan: Plan;
}

export interface SceneOptions extends DatabaseOptions {
  sourceName?: string;
  plan?: Partial<Omit<PlanInput, 'sourcePath' | 'destinations'>>;
  /** What the host lends beside what every test does. */
  ports?: Partial<HostPorts>;
  /** Called with the scene's folder before anything is in it, for mounts. */
  prepare?: (folder: string) => void;
}

/** Sets a scene in a folder of its own. */
export async function setScene({
  sourceName = 'app.db',
  plan = {},
  ports = {},
  prepare,
  ...database
}: SceneOptions = {}): Promise<Scene> {
  const folder = temporaryFolder();
  prepare?.(folder);
  const source = join(folder, 'app', sourceName);
  const destination = join(folder, 'backups');
  const home = join(folder, 'home');
  for (const made of [join(folder, 'app'), destination]) mkdirSync(made, { recursive: true });
  makeDatabase(source, database);
  const core = await startTestCore(home, ports);
  return {
    folder,
    home,
    source,
    destination,
    core,
    plan: await core.call('plans.create', {
      name: 'My app',
      sourcePath: source,
      destinations: [{ path: destination }],
      ...plan,
    }),
  };
}

/** A snapshot that lies on this machine. */
export type LocalSnapshot = ListedSnapshot & { path: string };

/** Where a snapshot lies, which must be on this machine. */
export function pathOf({ path, name }: Pick<ListedSnapshot, 'path' | 'name'>): string {
  if (path === null) throw new Error(`${name} is not on this machine.`);
  return path;
}

/** Backs the scene's plan up and answers its newest snapshot. */
export async function takeBackup(
  { core, plan }: Pick<Scene, 'core' | 'plan'>,
  more: { verify?: boolean; name?: string } = {},
): Promise<LocalSnapshot> {
  const run = await succeed(core, 'backups.start', { planId: plan.id, ...more });
  const snapshot = (await core.call('snapshots.list', {})).find(({ id }) => id === run.snapshotId);
  if (snapshot === undefined) throw new Error('The snapshot is not in the list.');
  return { ...snapshot, path: pathOf(snapshot) };
}

/** What a successful check found. */
export function checkOf(run: Run): RestoreCheck {
  if (run.result?.kind !== 'restore-check') throw new Error(`no check: ${run.state} ${run.error?.message}`);
  return run.result.check;
}

/** Checks a restore, which must succeed, and answers what starts it. */
export async function prepareRestore(
  core: Core,
  sourcePath: string,
  targetPath: string,
): Promise<{ check: RestoreCheck; start: { checkRunId: string; confirmation: string } }> {
  const run = await succeed(core, 'restores.check', { source: { path: sourcePath }, targetPath });
  const check = checkOf(run);
  return { check, start: { checkRunId: run.id, confirmation: check.confirmation } };
}

/** Checks and restores, whatever the end. */
export async function restore(core: Core, sourcePath: string, targetPath: string): Promise<Run> {
  const { start } = await prepareRestore(core, sourcePath, targetPath);
  return runToEnd(core, 'restores.start', start);
}

/** Does something once, when a run of this kind first reaches a phase. */
export function onPhase(core: Core, kind: Run['kind'], phase: RunPhase, act: (run: Run) => void): void {
  const stop = core.on('run.changed', ({ run }) => {
    if (run.kind !== kind || run.progress.phase !== phase) return;
    stop();
    act(run);
  });
}

/** Every file in a folder and below but markers of destinations, with the SHA-256 of its content. */
export function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== MARKER_NAME,
  );
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), hashOf(path)]),
  );
}

export function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Expects that nothing half done is left anywhere in the scene: no file in the making, no staging, no lone manifest. */
export function expectNothingLeft({ folder, home }: Pick<Scene, 'folder' | 'home'>): void {
  const names = Object.keys(contentsOf(folder));
  expect(names.filter((name) => name.includes('.partial'))).toEqual([]);
  const staging = join(home, 'staging');
  expect(existsSync(staging) ? readdirSync(staging) : []).toEqual([]);
  const lone = names.filter((name) => name.endsWith('.manifest.json') && !names.includes(name.slice(0, -14)));
  expect(lone).toEqual([]);
}

/** Expects that a run failed in just this way: with a code, a message that names what it is about, and a hint. */
export function expectFailure(run: Run, code: string, names: string | RegExp): void {
  expect(run.error, `${run.kind} ${run.state}`).toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  expect(run.error?.message).toMatch(names);
  expect(run.state).toBe('failed');
}
