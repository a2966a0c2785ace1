import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { restoreDump } from '../../src-main/core/engine/dump/restore-dump.ts';
import { copyImage } from '../../src-main/core/engine/sqlite/copy-image.ts';
import { makeDatabase } from '../support/databases.ts';
import { everythingIn, makeOddDatabase } from '../support/dump-databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { quietContext } from '../support/quiet-context.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

test('a compacted copy of a database in use has all of its content and no free pages', async () => {
  const folder = temporaryFolder();
  const [source, path] = [join(folder, 'source.db'), join(folder, 'copy.db')];
  makeDatabase(source, { rows: 20_000 });
  const other = await openElsewhere(source);
  await other.exec('DELETE FROM entries WHERE id > 100');
  const progress: Array<number | null> = [];
  const context = quietContext(folder, { progress: (_phase, done) => void progress.push(done) });
  const image = await copyImage(source, path, context, { compact: true });
  expect(image).toMatchObject({ path, unlocking: null, journalMode: 'wal' });
  const pages = Number(await other.get('PRAGMA page_count'));
  expect(await other.get('PRAGMA freelist_count')).toBeGreaterThan(100);
  await other.close();
  expect(progress).toEqual([0, pages * 4096]);
  expect(statSync(path).size).toBeLessThan((pages * 4096) / 10);
  expect(everythingIn(path)).toEqual(everythingIn(source));
  const copy = new Database(path);
  expect(copy.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
  copy.close();
});

test('one of everything and nothing at all can be compacted', async () => {
  const folder = temporaryFolder();
  const odd = join(folder, 'odd.db');
  makeOddDatabase(odd);
  await copyImage(odd, join(folder, 'odd copy.db'), quietContext(folder), { compact: true });
  expect(everythingIn(join(folder, 'odd copy.db'))).toEqual(everythingIn(odd));
  const empty = join(folder, 'empty.db');
  new Database(empty).exec('VACUUM').close();
  await copyImage(empty, join(folder, 'empty copy.db'), quietContext(folder), { compact: true });
  expect(everythingIn(join(folder, 'empty copy.db'))).toEqual(everythingIn(empty));
});

test('compacting thousands of tables and indexes says that it takes longer', async () => {
  const folder = temporaryFolder();
  const [source, path] = [join(folder, 'source.db'), join(folder, 'copy.db')];
  const script = Array.from({ length: 2501 }, (_, n) => `CREATE TABLE t${n} (v UNIQUE);`);
  await restoreDump([Buffer.from(`BEGIN;${script.join('')}COMMIT;`)], source);
  const lines: string[] = [];
  const context = quietContext(folder, { log: (level, line) => void lines.push(`${level} ${line}`) });
  await copyImage(source, path, context, { compact: true });
  expect(lines.join('\n')).toMatch(/warning .*square of the number of tables and indexes.* has 5,002\./);
  expect(everythingIn(path)).toEqual(everythingIn(source));
});

test('a run that is cancelled before leaves no copy', async () => {
  const folder = temporaryFolder();
  makeDatabase(join(folder, 'source.db'), { journalMode: 'delete' });
  const cancelled = quietContext(folder, {
    throwIfCancelled: () => {
      throw new Error('cancelled');
    },
  });
  await expect(
    copyImage(join(folder, 'source.db'), join(folder, 'copy.db'), cancelled, { compact: true }),
  ).rejects.toThrow('cancelled');
  expect(readdirSync(folder)).toEqual(['source.db']);
});
