import { expect, test } from 'vitest';
import { compareSchemas } from '../../src-main/core/restore/check/compare-schemas.ts';
import { compareTables, countLostRows } from '../../src-shared/rules/restore/compare-tables.ts';

const entry = (type: string, name: string, sql: string | null = `CREATE ${type} ${name}`) => ({
  type,
  name,
  table: name,
  rootpage: 2,
  sql,
});

test('tables are put side by side by name, and only those with fewer rows count as lost', () => {
  const changes = compareTables(
    [
      { name: 'b', rows: 5 },
      { name: 'gone', rows: 7 },
      { name: 'a', rows: 1 },
    ],
    [
      { name: 'a', rows: 4 },
      { name: 'b', rows: 2 },
      { name: 'new', rows: 9 },
    ],
  );
  expect(changes).toEqual([
    { name: 'a', now: 1, after: 4 },
    { name: 'b', now: 5, after: 2 },
    { name: 'gone', now: 7, after: null },
    { name: 'new', now: null, after: 9 },
  ]);
  expect(countLostRows(changes)).toBe(3 + 7);
  expect(countLostRows([])).toBe(0);
});

test('schemas are told apart by type and name, and what SQLite makes itself is left out', () => {
  const now = [
    entry('table', 'a'),
    entry('table', 'b'),
    entry('index', 'x'),
    entry('index', 'sqlite_autoindex_a_1', null),
  ];
  const after = [entry('table', 'a', 'CREATE TABLE a (more)'), entry('table', 'b'), entry('trigger', 'x')];
  expect(compareSchemas(now, after)).toEqual([
    'The table a will be changed.',
    'The index x will be removed.',
    'The trigger x will be recreated.',
  ]);
  expect(compareSchemas(now, now)).toEqual([]);
});
