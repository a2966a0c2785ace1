import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { LITESTREAM, LTX, whyNoLitestream } from '../../../tools/litestream-tools.mjs';
import { makeDatabase } from '../../support/databases.ts';
import { HistoryFiles, sha256Of } from '../../support/history-files.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const missing = whyNoLitestream();

/** What Litestream makes of a replica, up to a transaction. */
function restoredByLitestream(replica: string, txid: number, target: string): string {
  rmSync(target, { force: true });
  const upTo = txid.toString(16).padStart(16, '0');
  execFileSync(LITESTREAM, ['restore', '-txid', upTo, '-o', target, `file://${replica}`], { stdio: 'pipe' });
  return sha256Of(target);
}

/** What the tool of the format makes of files, one after the other. */
function appliedByLtx(files: string[], target: string): string {
  rmSync(target, { force: true });
  execFileSync(LTX, ['apply', '-db', target, ...files], { stdio: 'pipe' });
  return sha256Of(target);
}

describe.skipIf(missing !== undefined)(`the real tools${missing === undefined ? '' : ` (${missing})`}`, () => {
  test.each([512, 4096, 65_536])('read a history of pages of %i bytes', async (pageSize) => {
    const folder = temporaryFolder();
    const source = join(folder, 'app.db');
    makeDatabase(source, { rows: 2000, pageSize });
    const history = new HistoryFiles(folder, source);
    const database = new Database(source);
    const steps = [
      'SELECT 1',
      'UPDATE entries SET amount = -1 WHERE id % 700 = 0',
      'INSERT INTO entries (account, amount, note) SELECT account, amount, note FROM entries',
      'DELETE FROM entries WHERE id > 1500',
      'VACUUM',
      'CREATE TABLE notes AS SELECT id, randomblob(100) AS note FROM entries',
      'DROP TABLE notes; UPDATE entries SET note = note || 1 WHERE id < 9',
      'UPDATE accounts SET name = 1',
      'UPDATE accounts SET name = 2',
    ];
    for (const sql of steps) {
      database.exec(sql);
      await history.capture();
    }
    const check = () => {
      execFileSync(LTX, ['verify', ...history.files.map(({ path }) => path)], { stdio: 'pipe' });
      for (const { txid, sha256 } of history.points) {
        expect(restoredByLitestream(history.folder, txid, join(folder, 'theirs.db'))).toBe(sha256);
        const chain = history.chainTo(txid).map(({ path }) => path);
        expect(appliedByLtx(chain, join(folder, 'applied.db'))).toBe(sha256);
      }
    };
    check();
    const [, , third, , , sixth, , eighth] = history.points.map(({ txid }) => txid);
    await history.merge(sixth ?? 0, eighth ?? 0);
    await history.merge(0, third ?? 0);
    history.dropUnused();
    expect(history.points.length).toBeLessThan(steps.length);
    check();
    database.close();
  });

  // Reads and writes 7 GB.
  test.runIf(process.env.SNAPKEEP_LONG_TESTS === '1')(
    'read a history beyond the page of the locks',
    async () => {
      const folder = temporaryFolder();
      const source = join(folder, 'app.db');
      const database = new Database(source);
      database.pragma('page_size = 65536');
      database.pragma('synchronous = OFF');
      database.pragma('journal_mode = OFF');
      database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a BLOB); INSERT INTO t VALUES (1, randomblob(500000))');
      // Rows that lie in holes of the file cost neither time nor room.
      const insert = database.prepare('INSERT INTO t (a) VALUES (zeroblob(269000000))');
      for (let n = 0; n < 4; n++) insert.run();
      database.close();
      const history = new HistoryFiles(folder, source);
      const { commit } = await history.capture();
      expect(commit).toBeGreaterThan(16_385);
      const [point] = history.points;
      if (point === undefined) throw new Error('Nothing was captured.');
      expect(restoredByLitestream(history.folder, point.txid, join(folder, 'theirs.db'))).toBe(point.sha256);
      rmSync(join(folder, 'theirs.db'));
      expect(await history.rebuild(point, join(folder, 'ours.db'))).toMatchObject({ commit });
    },
    300_000,
  );
});
