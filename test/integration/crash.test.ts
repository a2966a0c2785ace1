import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { Run } from '../../src-shared/model/run.ts';
import {
  countEncrypted,
  hasSqlcipher,
  makeEncrypted,
  makeWithCommandLine,
  sqlcipher,
} from '../support/encrypted-databases.ts';
import { killAt, type Moment, randomMoments } from '../support/killed.ts';
import { contentsOf, expectNothingLeft, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { storedIn } from '../support/stored-names.ts';
import { startTestCore, succeed } from '../support/test-core.ts';

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
    expect(messages).toContain('Snapkeep ended during this run.');
    for (const name of leftovers) expect(messages.join('\n')).toContain(name);
    expect((await core.call('plans.get', { planId: scene.plan.id })).state).toBe('failed');
  }
  const snapshots = await core.call('snapshots.list', { planId: scene.plan.id });
  expect(snapshots.map(({ id }) => id)).toContain(first.id);
  expect(storedIn(scene.destination).sort()).toEqual(
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

describe.each([
  {
    format: 4,
    // Raw, for what matters here is the moment, and a passphrase of this format takes a quarter of a second each time.
    KEY: "x'2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99'",
    make: makeEncrypted,
    count: (path: string, key: string) => countEncrypted(path, key),
  },
  {
    format: 3,
    KEY: 'the key of now',
    make: makeWithCommandLine,
    count: (path: string, key: string) => Number(sqlcipher(path, key, 'SELECT count(*) FROM entries;')),
  },
])('a restore of an encrypted database of SQLCipher $format', ({ format, KEY, make, count }) => {
  test
    .skipIf(format === 3 && !hasSqlcipher)
    .each([...at('safety-snapshot', 'replacing', 'confirming'), ...randomMoments(1, 500)])(
    'killed at %j leaves the old content or the new, whole, and Undo works',
    async (moment) => {
      const scene = await setScene({ plan: { compression: 'none' } });
      rmSync(scene.source);
      make(scene.source, KEY, 30_000);
      await scene.core.call('plans.update', { planId: scene.plan.id, key: { value: KEY } });
      const { path } = await takeBackup(scene);
      for (const suffix of ['', '-wal', '-shm']) rmSync(scene.source + suffix, { force: true });
      make(scene.source, KEY, 20_000);
      await scene.core.close();
      const killed = await killAt(moment, scene.home, 'restores.start', { source: { path }, targetPath: scene.source });

      const core = await startTestCore(scene.home);
      const found = count(scene.source, KEY);
      expect([20_000, 30_000]).toContain(found);
      expectNothingLeft(scene);
      const [run] = (await core.call('runs.list', {})).filter(({ kind }) => kind === 'restore');
      if (killed && run?.state !== 'succeeded')
        expect(run).toMatchObject({ state: 'interrupted', error: { retryable: true } });
      if (found === 30_000 || run?.result) {
        await succeed(core, 'restores.undo', { runId: run?.id ?? '' });
        expect(count(scene.source, KEY)).toBe(20_000);
      }
      expectNothingLeft(scene);
    },
  );
});
