import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { MethodName } from '../../src-shared/contract/methods.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { NODE } from '../support/elsewhere.ts';
import { contentsOf, expectNothingLeft, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

/** When the process is killed: at a phase, or this many milliseconds after the run has started. */
type Moment = { phase: string } | { afterMs: number };

const SCRIPT = resolve(import.meta.dirname, '../support/crash-core.ts');

/** Runs a core in a process of its own and kills it; answers whether it was still at it. */
async function killAt(moment: Moment, home: string, method: MethodName, params: unknown): Promise<boolean> {
  const child = spawn(NODE, [SCRIPT, home, method, JSON.stringify(params)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if ('phase' in moment && line === moment.phase) child.kill('SIGKILL');
    // The moment itself is the time waited for: somewhere in the run, at another place each time.
    if ('afterMs' in moment && line === 'started') setTimeout(() => child.kill('SIGKILL'), moment.afterMs);
  }
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  // The last phases of a run may be over before the signal arrives.
  if ('phase' in moment && !['checking', 'confirming'].includes(moment.phase)) expect(signal).toBe('SIGKILL');
  return signal === 'SIGKILL';
}

/** Numbers that are the same in every run. */
function* seeded(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function randomMoments(count: number, within: number): Moment[] {
  const numbers = seeded(4242);
  return Array.from({ length: count }, () => ({ afterMs: Math.round((numbers.next().value ?? 0) * within) }));
}

const at = (...phases: string[]): Moment[] => phases.map((phase) => ({ phase }));

/** What a database holds, read by another SQLite: its soundness, and that its ledger balances. */
function ledgerOf(path: string): { integrity: unknown; balance: unknown; entries: unknown } {
  const database = new Database(path);
  try {
    return {
      integrity: database.pragma('integrity_check', { simple: true }),
      balance: database.prepare('SELECT sum(amount) FROM entries').pluck().get(),
      entries: database.prepare('SELECT count(*) FROM entries').pluck().get(),
    };
  } finally {
    database.close();
  }
}

/** Gives a database a ledger that adds up to nothing, with this many entries. */
function balance(path: string, entries: number): void {
  const database = new Database(path);
  database.exec('DELETE FROM entries');
  const insert = database.prepare('INSERT INTO entries (account, amount, note) VALUES (?, ?, ?)');
  database.transaction(() => {
    for (let n = 0; n < entries / 2; n++) {
      insert.run(1, n, `debit ${n} `.repeat(6));
      insert.run(2, -n, `credit ${n} `.repeat(6));
    }
  })();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Sets a scene whose core is closed, so that another process can be killed in its data folder. */
async function setClosedScene(journalMode: 'wal' | 'delete', pageSize: number): Promise<Scene> {
  const scene = await setScene({ journalMode, pageSize, rows: 0 });
  balance(scene.source, 40_000);
  return scene;
}

async function lastRun(core: Core): Promise<{ run: Run; messages: string[] }> {
  const [newest] = await core.call('runs.list', { limit: 1 });
  const { run, log } = await core.call('runs.get', { runId: newest?.id ?? '' });
  return { run, messages: log.map((entry) => entry.message) };
}

test.each([
  ...at('waiting', 'copying', 'reading', 'compressing', 'storing', 'verifying', 'checking'),
  ...randomMoments(5, 700),
])('a backup killed at %j leaves the source, whole snapshots and nothing else', async (moment) => {
  const scene = await setClosedScene('wal', 4096);
  const first = await takeBackup(scene, { verify: false });
  await scene.core.close();
  const before = contentsOf(join(scene.folder, 'app'));
  const killed = await killAt(moment, scene.home, 'backups.start', { planId: scene.plan.id });

  expect(contentsOf(join(scene.folder, 'app'))['app.db']).toBe(before['app.db']);
  const leftovers = Object.keys(contentsOf(scene.destination)).filter((name) => name.includes('.partial'));
  const core = await startTestCore(scene.home);
  expect(ledgerOf(scene.source)).toEqual({ integrity: 'ok', balance: 0, entries: 40_000 });
  expectNothingLeft(scene);
  const { run, messages } = await lastRun(core);
  if (killed && run.kind === 'backup') expect(['interrupted', 'succeeded']).toContain(run.state);
  if (run.state === 'interrupted') {
    expect(run.error).toMatchObject({ retryable: true, hint: expect.any(String) });
    expect(messages).toContain('Snapkeep ended while this was going on.');
    for (const name of leftovers) expect(messages.join('\n')).toContain(name);
    expect((await core.call('plans.get', { planId: scene.plan.id })).state).toBe('failed');
  }
  const snapshots = await core.call('snapshots.list', { planId: scene.plan.id });
  expect(snapshots.map(({ id }) => id)).toContain(first.id);
  expect(readdirSync(scene.destination).sort()).toEqual(
    snapshots.flatMap(({ name }) => [name, `${name}.manifest.json`]).sort(),
  );
  for (const { id } of snapshots)
    expect((await succeed(core, 'verifications.start', { snapshotId: id })).result).toMatchObject({
      verification: { valid: true },
    });
  await succeed(core, 'backups.start', { planId: scene.plan.id, verify: false });
});

const ways = [
  ['into the live file in WAL mode', 'wal', 4096],
  ['into the live file in rollback mode', 'delete', 4096],
  ['by exchanging the file', 'wal', 8192],
] as const;

test.each(
  ways.flatMap(([way, journalMode, pageSize]) =>
    [...at('safety-snapshot', 'replacing', 'confirming'), ...randomMoments(3, 500)].map(
      (moment) => [way, moment, journalMode, pageSize] as const,
    ),
  ),
)(
  'a restore %s killed at %j leaves the old content or the new, whole, and Undo works',
  async (_way, moment, journalMode, pageSize) => {
    const scene = await setClosedScene(journalMode, 4096);
    const image = join(scene.folder, 'image.db');
    const images = await setClosedScene(journalMode, pageSize);
    balance(images.source, 30_000);
    const database = new Database(images.source);
    database.prepare('VACUUM INTO ?').run(image);
    database.close();
    await scene.core.close();
    const killed = await killAt(moment, scene.home, 'restores.start', {
      source: { path: image },
      targetPath: scene.source,
    });

    const core = await startTestCore(scene.home);
    const found = ledgerOf(scene.source);
    expect(found).toMatchObject({ integrity: 'ok', balance: 0 });
    expect([30_000, 40_000]).toContain(found.entries);
    expectNothingLeft(scene);
    const restores = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'restore');
    const [run] = restores;
    if (killed && run?.state !== 'succeeded')
      expect(run).toMatchObject({ state: 'interrupted', error: { retryable: true } });
    if (found.entries === 30_000 || run?.result) {
      await succeed(core, 'restores.undo', { runId: run?.id ?? '' });
      expect(ledgerOf(scene.source)).toEqual({ integrity: 'ok', balance: 0, entries: 40_000 });
    }
    expectNothingLeft(scene);
  },
);
