import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareImages } from '../../src-main/core/engine/compare/compare-images.ts';
import { describeImage } from '../../src-main/core/engine/compare/compared-image.ts';
import { differenceSql } from '../../src-main/core/engine/compare/difference-sql.ts';
import { type Database, openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import { anyChange, applyScript, type Change, changeRows, stateOf } from '../support/changed-databases.ts';
import { DATABASE_KINDS, type DatabaseKind } from '../support/database-kinds.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const openKind = ({ open }: DatabaseKind, path: string): Database =>
  (open?.(path) as unknown as Database | undefined) ?? openDatabase(path);

function within<T>(kind: DatabaseKind, path: string, work: (database: Database) => T): T {
  const database = openKind(kind, path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** A copy of a database whose log is in it. */
function copyOf(kind: DatabaseKind, from: string, to: string): string {
  within(kind, from, (database) => database.pragma('wal_checkpoint(TRUNCATE)'));
  copyFileSync(from, to);
  return to;
}

/** Compares two databases and applies the difference to a copy of the first. */
function applyDifference(one: [DatabaseKind, string], other: [DatabaseKind, string], target: string): unknown {
  copyOf(other[0], other[1], `${other[1]}.read`);
  copyOf(one[0], one[1], target);
  const [before, after] = [openKind(one[0], `${one[1]}`), openKind(other[0], `${other[1]}.read`)];
  try {
    const plain = (kind: DatabaseKind, path: string): string | null => (kind.open === undefined ? path : null);
    using a = describeImage(before, plain(...one));
    using b = describeImage(after, plain(other[0], `${other[1]}.read`));
    const compared = compareImages(a, b);
    using slowA = describeImage(before, null);
    using slowB = describeImage(after, null);
    expect(compareImages(slowA, slowB), 'by SQLite alone').toEqual(compared);
    const script = [...differenceSql(a, b)];
    return within(one[0], target, (database) => {
      applyScript(database as never, script);
      const bytes = a.encoding === b.encoding;
      expect(stateOf(database as never, bytes)).toEqual(stateOf(after as never, bytes));
      return compared;
    });
  } finally {
    before.close();
    after.close();
  }
}

const kinds = DATABASE_KINDS.filter(({ needsProgram }) => !needsProgram);

describe('the difference between two databases, applied to the first, makes the second', () => {
  test.each(kinds.map((kind) => [kind.what, kind] as const))('%s, after changes of rows', (_, kind) => {
    const folder = temporaryFolder();
    let n = 0;
    void fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 12 }), (changes: Change[]) => {
        n += 1;
        const [one, other] = [join(folder, `a${n}.db`), join(folder, `b${n}.db`)];
        kind.make(one);
        copyOf(kind, one, other);
        within(kind, other, (database) => changeRows(database as never, changes));
        applyDifference([kind, one], [kind, other], join(folder, `target${n}.db`));
        applyDifference([kind, other], [kind, one], join(folder, `back${n}.db`));
      }),
      { numRuns: kind.open === undefined ? 3 : 1, seed: 4711 },
    );
  });

  test.each(kinds.map((kind, n) => [kind.what, n] as const))('%s, into a database of another kind', (_, n) => {
    const folder = temporaryFolder();
    const [kind, next] = [kinds[n], kinds[(n + 1) % kinds.length]];
    if (kind === undefined || next === undefined) return;
    const [one, other] = [join(folder, 'a.db'), join(folder, 'b.db')];
    kind.make(one);
    next.make(other);
    applyDifference([kind, one], [next, other], join(folder, 'target.db'));
  });
});

test.each(['INTEGER PRIMARY KEY', 'TEXT PRIMARY KEY', 'INT'])('2,000 columns are compared, with %s', (key) => {
  const columns = Array.from({ length: 1999 }, (_, at) => `c${at}`);
  const make = (change: string): Database => {
    const database = openDatabase(':memory:');
    database.exec(`CREATE TABLE wide(id ${key}, ${columns.join(', ')});
      INSERT INTO wide(id, c0, c1998) VALUES (1, 'a', 1.5), (2, 'b', 'x'), (3, NULL, x'00'); ${change}`);
    return database;
  };
  const invalid = "CAST(x'ff' AS TEXT)";
  const before = make("INSERT INTO wide(id, c7) VALUES (4, 'gone')");
  const after = make(`UPDATE wide SET c1998 = ${invalid} WHERE id = 2; INSERT INTO wide(id) VALUES (5)`);
  using a = describeImage(before, null);
  using b = describeImage(after, null);
  const [table] = compareImages(a, b).tables;
  const isKey = key !== 'INT';
  expect(table).toMatchObject({ uncompared: null, columns: { length: 2000 } });
  expect(table?.rows).toEqual(isKey ? { added: 1, removed: 1, changed: 1 } : { added: 2, removed: 2, changed: 0 });
  before.exec(Buffer.concat([...differenceSql(a, b)]).toString());
  const rowsOf = (database: Database): unknown[] =>
    database.prepare(`SELECT *, c1998 = ${invalid} FROM (SELECT id, c0, c7, c1998 FROM wide ORDER BY id)`).raw().all();
  expect(rowsOf(before)).toEqual(rowsOf(after));
  before.close();
  after.close();
});
