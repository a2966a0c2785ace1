import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Params } from '../../src-shared/contract/methods.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { fillDisk } from '../campaign/disks.ts';
import { canMount } from '../support/can-mount.ts';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { checkOf, contentsOf, onPhase, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { runToEnd, succeed } from '../support/test-core.ts';
import { workerProcess } from '../support/worker-in-process.ts';

const DISK_BYTES = 16 << 20;
/** The rows of the snapshot and those of the database now: what is restored needs more room than what is there. */
const STORED = 4000;
const CURRENT = 500;
const STEPS = 5;
const KEY = 'a passphrase';

/** How a restore comes into place, and how the database is made for that. */
const WAYS = {
  'into-live, WAL': { journalMode: 'wal', pageSize: 4096 },
  'into-live, rollback journal': { journalMode: 'delete', pageSize: 4096 },
  'replace-file': { journalMode: 'wal', pageSize: 8192 },
} as const;
type Way = keyof typeof WAYS;

/** Each disk with its way into place, and the free space that is enough for all that is done there, in bytes. */
const SWEEPS: ReadonlyArray<[disk: string, way: Way, enough: number]> = [
  ['app', 'into-live, WAL', 1_400_000],
  ['app', 'into-live, rollback journal', 800_000],
  ['app', 'replace-file', 800_000],
  ['home', 'into-live, WAL', 1_600_000],
  ['home', 'replace-file', 1_600_000],
];

async function setSweep(disk: string, way: Way) {
  const prepare = (folder: string): void => void mountSmallDisk(join(folder, disk), DISK_BYTES);
  const scene = await setScene({ rows: STORED, prepare, ports: { startWorkerProcess: workerProcess } });
  const snapshot = await takeBackup(scene);
  rmSync(scene.source);
  makeDatabase(scene.source, { rows: CURRENT, ...WAYS[way] });
  return { ...scene, snapshot, disk: join(scene.folder, disk) };
}

type Sweep = Awaited<ReturnType<typeof setSweep>>;

async function startRestore({ core, source, snapshot }: Sweep): Promise<Params<'restores.start'>> {
  const check = await succeed(core, 'restores.check', { source: { snapshotId: snapshot.id }, targetPath: source });
  return { checkRunId: check.id, confirmation: checkOf(check).confirmation };
}

/** Runs while only so many bytes are free; a run that could not even be remembered is `null`. */
async function onFullDisk(disk: string, free: number, start: () => Promise<Run>): Promise<Run | null> {
  const makeRoom = fillDisk(disk, free);
  try {
    return await start();
  } catch (error) {
    expect(error).toMatchObject({ code: 'NO_SPACE' });
    return null;
  } finally {
    makeRoom();
  }
}

/** What is in the database, which must be one thing or the other, and must be what the run says. */
function expectTruth({ source }: Scene, run: Run | null, from: number, to: number): boolean {
  const rows = countEntries(source);
  expect([from, to]).toContain(rows);
  expect(integrityOf(source)).toBe('ok');
  const happened = rows === to;
  expect(run?.state ?? 'failed', JSON.stringify(run?.error)).toBe(happened ? 'succeeded' : 'failed');
  if (run !== null && !happened) {
    expect(run.error?.code, JSON.stringify(run.error)).toBe('NO_SPACE');
    expect(run.result).toBeNull();
  }
  return happened;
}

describe.skipIf(!canMount)('a disk that is nearly full', () => {
  test.each(SWEEPS)('with %s, %s: a restore and its undo happen or change nothing', async (disk, way, enough) => {
    const sweep = await setSweep(disk, way);
    const ends: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      const free = Math.round((enough * step) / (STEPS - 1));
      const start = await startRestore(sweep);
      const run = await onFullDisk(sweep.disk, free, () => runToEnd(sweep.core, 'restores.start', start));
      ends.push(run?.state ?? 'refused');
      if (!expectTruth(sweep, run, CURRENT, STORED) || run === null) continue;
      const undo = () => runToEnd(sweep.core, 'restores.undo', { runId: run.id });
      const undone = await onFullDisk(sweep.disk, free, undo);
      if (!expectTruth(sweep, undone, STORED, CURRENT)) expect(await undo()).toMatchObject({ state: 'succeeded' });
      expect(countEntries(sweep.source)).toBe(CURRENT);
    }
    expect(ends[0]).not.toBe('succeeded');
    expect(ends.at(-1)).toBe('succeeded');
  });

  test('just before the content is replaced: nothing is changed, and nothing is left of what was kept', async () => {
    const sweep = await setSweep('home', 'into-live, WAL');
    const start = await startRestore(sweep);
    let makeRoom = (): void => {};
    onPhase(sweep.core, 'restore', 'replacing', () => {
      makeRoom = fillDisk(sweep.disk, 0);
    });
    const run = await runToEnd(sweep.core, 'restores.start', start);
    makeRoom();
    expect(expectTruth(sweep, run, CURRENT, STORED)).toBe(false);
    expect(Object.keys(contentsOf(join(sweep.home, 'safety')))).toEqual([]);
  });

  test('just after it was replaced: it has happened, with a warning, and can be undone', async () => {
    const sweep = await setSweep('home', 'into-live, WAL');
    const start = await startRestore(sweep);
    let makeRoom = (): void => {};
    onPhase(sweep.core, 'restore', 'confirming', () => {
      // Pages that its log has already would take a few more rows.
      const catalog = new Database(join(sweep.home, 'catalog.db'));
      catalog.pragma('wal_checkpoint(TRUNCATE)');
      catalog.close();
      makeRoom = fillDisk(sweep.disk, 0);
    });
    const run = await runToEnd(sweep.core, 'restores.start', start);
    makeRoom();
    expect(run.result).toMatchObject({ kind: 'restore', note: expect.stringContaining('catalog') });
    expect(expectTruth(sweep, run, CURRENT, STORED)).toBe(true);
    await succeed(sweep.core, 'restores.undo', { runId: run.id });
    expect(countEntries(sweep.source)).toBe(CURRENT);
  });

  test.each(['plain', 'encrypted'] as const)(
    'with home: a verification of what is %s finds it valid or says that the disk is full, and never that it is bad',
    async (kind) => {
      const prepare = (folder: string): void => void mountSmallDisk(join(folder, 'home'), DISK_BYTES);
      const scene = await setScene({ rows: STORED, prepare });
      const { core, plan, source, folder } = scene;
      if (kind === 'encrypted') {
        rmSync(source);
        makeEncrypted(source, KEY, STORED);
        await core.call('plans.update', { planId: plan.id, key: { value: KEY } });
      }
      const { id } = await takeBackup(scene);
      const image = statSync(source).size;
      const ends = new Set<string>();
      for (let free = image - 16_384; free <= image + 98_304; free += 8192) {
        const run = await onFullDisk(join(folder, 'home'), free, () =>
          runToEnd(core, 'verifications.start', { snapshotId: id }),
        );
        ends.add(run?.state ?? 'refused');
        if (run?.result?.kind === 'verify') expect(run.result.verification).toMatchObject({ valid: true });
        else if (run !== null) expect(run.error).toMatchObject({ code: 'NO_SPACE' });
      }
      expect(ends.size).toBeGreaterThan(1);
      const { snapshot } = await core.call('snapshots.get', { snapshotId: id });
      expect(snapshot.verification.valid).toBe(true);
    },
  );
});
