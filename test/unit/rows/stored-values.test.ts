import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storedPosition, storedValue } from '../../../src-main/core/engine/rows/stored-values.ts';
import { TablePages, UnreadablePages } from '../../../src-main/core/engine/rows/table-pages.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const COLUMNS = ['id', 'n', 'twice', 'long', 'last'].map((name) => ({
  name,
  generated: name === 'twice' ? ('virtual' as const) : null,
}));

/** Rows by their rowids, in a table with pages of this size. */
function store(pageSize: number, rows: ReadonlyArray<{ rowid: bigint; n: number; long: Buffer; last: Buffer }>) {
  const path = join(temporaryFolder(), 'rows.db');
  const database = new Database(path);
  database.pragma(`page_size = ${pageSize}`);
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, n, twice AS (n * 2), long, last)');
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?)');
  for (const { rowid, n, long, last } of rows) insert.run(rowid, n, long, last);
  database.exec("ALTER TABLE t ADD COLUMN later DEFAULT 'x'");
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").pluck().get() as number;
  database.close();
  const pages = TablePages.open(path);
  if (pages === null) throw new Error('No pages.');
  return { pages, root };
}

const position = (name: string): number => storedPosition({ columns: COLUMNS, rowid: 'rowid' }, name) ?? -1;

const bytes = fc
  .oneof(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 3900, max: 40_000 }))
  .map((length) => Buffer.from(Array.from({ length }, (_, n) => (n * 7 + (n >> 8)) % 251)));

test('any part of any value is read as SQLite has stored it', () => {
  const row = fc.record({
    rowid: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    n: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
    long: bytes,
    last: bytes,
  });
  const rows = fc.uniqueArray(row, { minLength: 1, maxLength: 60, selector: ({ rowid }) => rowid });
  const part = fc.record({ offset: fc.nat(41_000), length: fc.nat(41_000) });
  fc.assert(
    fc.property(fc.constantFrom(512, 4096, 65_536), rows, part, (pageSize, stored, { offset, length }) => {
      const { pages, root } = store(pageSize, stored);
      using _ = pages;
      for (const { rowid, long, last } of stored)
        for (const [name, value] of Object.entries({ long, last })) {
          const pieces = storedValue({ pages, root, rowid, position: position(name) }, { offset, length });
          const read = Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
          expect(read.equals(value.subarray(offset, offset + length)), `${name} of ${rowid}`).toBe(true);
        }
    }),
    { numRuns: 40 },
  );
});

test('what only SQLite finds is said to be so', () => {
  const long = Buffer.alloc(100_000, 7);
  const { pages, root } = store(4096, [{ rowid: 1n, n: 1, long, last: Buffer.alloc(0) }]);
  using _ = pages;
  const read = (rowid: bigint, at: number): number =>
    [...storedValue({ pages, root, rowid, position: at }, { offset: 0, length: 10 })].length;
  expect(() => read(2n, position('long'))).toThrow(UnreadablePages);
  expect(() => read(1n, position('last') + 1)).toThrow(UnreadablePages);
  expect(storedPosition({ columns: COLUMNS, rowid: 'rowid' }, 'twice')).toBe(null);
  expect(storedPosition({ columns: COLUMNS, rowid: null }, 'n')).toBe(null);
  const hash = createHash('sha256');
  for (const piece of storedValue({ pages, root, rowid: 1n, position: position('long') }, { offset: 0, length: 1e6 }))
    hash.update(piece);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(long).digest('hex'));
});
