import { chmodSync, chownSync, mkdtempSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { ExclusiveHold } from '../../src-main/core/restore/replace/exclusive-hold.ts';
import type { Run } from '../../src-shared/model/run.ts';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { setRestoreScene } from '../support/restore-scene.ts';
import { expectNothingLeft, onPhase, prepareRestore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { startSteadyWriter } from '../support/steady-writer.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** The notes of the entries in a database. */
function notesIn(path: string): Set<string> {
  const database = new Database(path);
  try {
    return new Set(database.prepare('SELECT note FROM entries').pluck().all() as string[]);
  } finally {
    database.close();
  }
}

/** Unpacks the safety snapshot of a run into a file of its own. */
async function unpackSafety(scene: Scene, run: Run): Promise<string> {
  const id = run.result !== null && 'safetySnapshotId' in run.result ? run.result.safetySnapshotId : null;
  const { snapshot } = await scene.core.call('snapshots.get', { snapshotId: id ?? '' });
  const path = join(mkdtempSync(join(scene.folder, 'kept-')), 'kept.db');
  const stored = readFileSync(snapshot.path ?? '');
  writeFileSync(path, snapshot.compression === 'none' ? stored : zstdDecompressSync(stored));
  return path;
}

async function messagesOf(scene: Scene, run: Run): Promise<string> {
  const { log } = await scene.core.call('runs.get', { runId: run.id });
  return log.map(({ message }) => message).join('\n');
}

describe('a program that commits all the time', () => {
  test.each([
    ['wal', 3],
    ['delete', 3],
    ['wal', 20],
    ['delete', 20],
  ] as const)(
    'in %s mode, every %i ms, finds each row in the database or in what Undo brings back',
    async (journalMode, pause) => {
      const scene = await setScene({ journalMode, rows: 3000 });
      await scene.core.call('settings.update', { lockWaitSeconds: 60 });
      const { path } = await takeBackup(scene);
      const writer = await startSteadyWriter(scene.source, pause);
      const kept = new Set<string>();
      const waited: boolean[] = [];
      for (let round = 0; round < (pause === 3 ? 4 : 2); round++) {
        const { start } = await prepareRestore(scene.core, path, scene.source);
        const restored = await succeed(scene.core, 'restores.start', start);
        for (const note of notesIn(await unpackSafety(scene, restored))) kept.add(note);
        waited.push((await messagesOf(scene, restored)).includes('they wait until'));
        await writer.more(5);
        const undone = await succeed(scene.core, 'restores.undo', { runId: restored.id });
        for (const note of notesIn(await unpackSafety(scene, undone))) kept.add(note);
        await writer.more(5);
      }
      await writer.stop();
      const live = notesIn(scene.source);
      expect(writer.acknowledged.filter((note) => !live.has(note) && !kept.has(note))).toEqual([]);
      expect(integrityOf(scene.source)).toBe('ok');
      // At this pace nothing can be kept between two commits: the copy that makes others wait is tried, too.
      if (pause === 3) expect(waited).toContain(true);
      expectNothingLeft(scene);
    },
  );

  test('is waited for until its transaction ends, whose row Undo then brings back', async () => {
    const scene = await setRestoreScene('wal', 30);
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec("BEGIN IMMEDIATE; INSERT INTO entries (account, amount, note) VALUES (1, 1, 'late')");
    onPhase(scene.core, 'restore', 'replacing', () => void other.exec('COMMIT'));
    await succeed(scene.core, 'restores.start', start);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    await succeed(scene.core, 'restores.undo', {});
    expect(await other.get("SELECT count(*) FROM entries WHERE note = 'late'")).toBe(1);
    await other.close();
  });
});

describe('an exchange of the file', () => {
  async function withOtherPageSize() {
    const scene = await setRestoreScene('wal');
    const image = join(scene.folder, 'image.db');
    makeDatabase(image, { rows: 11, pageSize: 8192 });
    return { ...scene, image };
  }

  test('keeps the lock from before what is there is kept: a program that opens it meanwhile loses no commit', async () => {
    const scene = await withOtherPageSize();
    const { start } = await prepareRestore(scene.core, scene.image, scene.source);
    const before = countEntries(scene.source);
    const attempts: Array<Promise<unknown>> = [];
    onPhase(scene.core, 'restore', 'safety-snapshot', () => {
      const tried = openElsewhere(scene.source, 'busy_timeout = 20000').then((other) =>
        other.exec("INSERT INTO entries (account, amount, note) VALUES (1, 1, 'meanwhile')").then(
          () => 'committed',
          (error: Error) => error.message,
        ),
      );
      attempts.push(tried);
    });
    const restored = await runToEnd(scene.core, 'restores.start', start);
    const outcomes = await Promise.all(attempts);
    expect(outcomes).toHaveLength(1);
    const found = notesIn(scene.source);
    if (restored.state === 'succeeded') {
      expect(countEntries(scene.source)).toBe(11 + (found.has('meanwhile') ? 1 : 0));
      for (const note of notesIn(await unpackSafety(scene, restored))) found.add(note);
    } else {
      // It was quicker than the lock: then nothing has been replaced.
      expect(restored.error?.code).toBe('BUSY');
      expect(countEntries(scene.source)).toBe(before + (outcomes[0] === 'committed' ? 1 : 0));
    }
    expect(found.has('meanwhile')).toBe(outcomes[0] === 'committed');
  });

  test.each(['wal', 'delete'] as const)(
    'of a database in the mode %s: what opened the old file meanwhile waits, and its first write fails',
    async (journalMode) => {
      const scene = await setRestoreScene(journalMode);
      const next = join(scene.folder, 'next.db');
      makeDatabase(next, { rows: 11 });
      const hold = await ExclusiveHold.on(scene.source, null, 'its file is exchanged', async () => {});
      const other = await openElsewhere(scene.source);
      await expect(other.get('SELECT count(*) FROM entries')).rejects.toThrow(/locked/);
      renameSync(next, scene.source);
      hold.close();
      await expect(
        other.exec("INSERT INTO entries (account, amount, note) VALUES (1, 1, 'late')"),
      ).rejects.toMatchObject({ code: 'SQLITE_READONLY_DBMOVED' });
      await other.close();
      expect(countEntries(scene.source)).toBe(11);
      expect(notesIn(scene.source).has('late')).toBe(false);
    },
  );

  test.skipIf(process.getuid?.() !== 0)('keeps owner and mode [root]', async () => {
    const scene = await withOtherPageSize();
    chmodSync(scene.source, 0o640);
    chownSync(scene.source, 1234, 2345);
    const { start } = await prepareRestore(scene.core, scene.image, scene.source);
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(11);
    expect(statSync(scene.source)).toMatchObject({ uid: 1234, gid: 2345, mode: 0o100640 });
  });

  test('that cannot be had leaves the journal mode as it was', async () => {
    const scene = await withOtherPageSize();
    const { start } = await prepareRestore(scene.core, scene.image, scene.source);
    onPhase(scene.core, 'restore', 'safety-snapshot', ({ id }) => void scene.core.call('runs.cancel', { runId: id }));
    const run = await runToEnd(scene.core, 'restores.start', start);
    const other = await openElsewhere(scene.source);
    expect(await other.get('PRAGMA journal_mode')).toBe('wal');
    await other.close();
    if (run.state === 'cancelled') expect(countEntries(scene.source)).toBe(150);
  });

  test('is undone page for page, in the mode it had', async () => {
    const scene = await withOtherPageSize();
    const other = await openElsewhere(scene.source);
    await other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    await other.close();
    const before = readFileSync(scene.source);
    const { start } = await prepareRestore(scene.core, scene.image, scene.source);
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(11);
    await succeed(scene.core, 'restores.undo', {});
    const after = readFileSync(scene.source);
    expect(samePages(before, after, 4096)).toBe(true);
    expect(after[18]).toBe(2);
  });
});

/** Whether two databases have the same pages, but for the counters and versions in the header. */
function samePages(a: Buffer, b: Buffer, pageSize: number): boolean {
  const blank = (content: Buffer): Buffer => {
    const copy = Buffer.from(content);
    copy.fill(0, 18, 20).fill(0, 24, 28).fill(0, 40, 44).fill(0, 92, 100);
    return copy;
  };
  return a.length === b.length && a.length % pageSize === 0 && blank(a).equals(blank(b));
}

describe('an undo', () => {
  test('puts back a database whose check, index and collation SQLite cannot vouch for, page for page, and says so', async () => {
    const scene = await setScene({ journalMode: 'delete', rows: 200 });
    const { path } = await takeBackup(scene);
    const database = new Database(scene.source);
    database.function('shout', { deterministic: true }, (text) => String(text).toUpperCase());
    database.exec(`
      CREATE TABLE odd (id INTEGER PRIMARY KEY, word TEXT, CHECK (word <> 'bad'));
      CREATE INDEX odd_shout ON odd (shout(word));
      INSERT INTO odd VALUES (1, 'good');
      PRAGMA ignore_check_constraints = ON;
      INSERT INTO odd VALUES (2, 'bad');
    `);
    database.close();
    const before = readFileSync(scene.source);
    const { start } = await prepareRestore(scene.core, path, scene.source);
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(200);
    const undone = await succeed(scene.core, 'restores.undo', {});
    expect(samePages(before, readFileSync(scene.source), 4096)).toBe(true);
    expect(undone.result).toMatchObject({
      kind: 'undo',
      note: '1 row violates a CHECK constraint in odd. SQLite cannot check 1 index that uses the function shout (odd_shout).',
    });
  });

  test('is refused when what was kept has changed, whatever the manifest beside it says', async () => {
    const scene = await setRestoreScene('wal');
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    const run = await succeed(scene.core, 'restores.start', start);
    const [kept] = (await scene.core.call('snapshots.list', {})).filter(({ trigger }) => trigger === 'before-restore');
    const bytes = readFileSync(kept?.path ?? '');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
    writeFileSync(kept?.path ?? '', bytes);
    expect((await runToEnd(scene.core, 'restores.undo', { runId: run.id })).error).toMatchObject({ code: 'CORRUPT' });
    expect(countEntries(scene.source)).toBe(100);
  });
});
