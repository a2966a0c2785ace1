import { expect, test } from 'vitest';
import { rowsOfQuery } from '../../../src-renderer/features/browse/query-rows.ts';
import type { BrowsedTable } from '../../../src-shared/model/rows/browse.ts';

const table = (name: string, primaryKey: string[], kind: BrowsedTable['kind'] = 'table'): BrowsedTable => ({
  ...{ name, primaryKey, kind, columns: [], withoutRowid: false, strict: false, rowid: null, sql: null, parts: [] },
  rows: null,
});
const TABLES = [
  table('customers', ['id']),
  table('lines', ['order', 'n']),
  table('log', []),
  table('v', ['id'], 'view'),
];

const whereOf = (sql: string, columns: string[]) => rowsOfQuery({ sql, columns }, TABLES);

test('the rows of a query are those of the tables that it names and whose key it returns', () => {
  expect(whereOf('SELECT * FROM Customers -- all\n;', ['ID', 'name'])).toEqual([
    { table: 'customers', where: '("id") IN (SELECT "id" FROM (\nSELECT * FROM Customers -- all\n\n))' },
  ]);
  expect(whereOf('WITH x AS (SELECT * FROM "lines") SELECT * FROM x', ['order', 'n'])).toMatchObject([
    { table: 'lines', where: expect.stringMatching(/^\("order", "n"\) IN \(SELECT "order", "n" FROM \(/) },
  ]);
});

test.each([
  ['SELECT name FROM customers', ['name']],
  ['SELECT a.id, b.id FROM customers a, customers b', ['id', 'id']],
  ['SELECT * FROM log', ['message']],
  ['SELECT * FROM v', ['id']],
  ['EXPLAIN SELECT id FROM customers', ['id']],
])('%s has none that could be put back', (sql, columns) => {
  expect(whereOf(sql, columns)).toEqual([]);
});
