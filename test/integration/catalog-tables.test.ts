import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openCatalog } from '../../src-main/core/catalog/open-catalog.ts';
import { among, every, Queries, type Sql, sql } from '../../src-main/core/catalog/sql.ts';
import { flag, json, Table } from '../../src-main/core/catalog/table.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const Row = z.object({ planId: z.string(), sameInstant: flag, body: json(z.object({ count: z.int() })).nullable() });

function openTable() {
  const db = openCatalog(join(temporaryFolder(), 'catalog.db'));
  db.exec('CREATE TABLE things (plan_id TEXT PRIMARY KEY, same_instant INTEGER, body TEXT) STRICT');
  return { db, queries: new Queries(db), table: new Table(new Queries(db), 'things', Row) };
}

test('a row is written by the names of its fields, and read as it was', () => {
  const { db, table } = openTable();
  const row = { planId: 'a', sameInstant: true, body: { count: 3 } };
  table.insert(row);
  expect(db.prepare('SELECT * FROM things').get()).toEqual({ plan_id: 'a', same_instant: 1, body: '{"count":3}' });
  expect(table.get(sql`WHERE plan_id = ${'a'}`)).toEqual(row);
  expect(table.get(sql`WHERE plan_id = ${'b'}`)).toBeUndefined();
  db.close();
});

test('a row with the same key is changed, but for what stays as it was first written', () => {
  const { db, table } = openTable();
  table.save({ planId: 'a', sameInstant: true, body: null }, ['planId']);
  table.save({ planId: 'a', sameInstant: false, body: { count: 1 } }, ['planId'], ['sameInstant']);
  expect(table.all()).toEqual([{ planId: 'a', sameInstant: true, body: { count: 1 } }]);
  db.close();
});

test('what does not fit is refused when it is written and when it is read', () => {
  const { db, table } = openTable();
  const wrong = { planId: 4, sameInstant: true, body: null } as unknown as z.output<typeof Row>;
  expect(() => table.insert(wrong)).toThrow(z.ZodError);
  db.prepare('INSERT INTO things VALUES (?, ?, ?)').run('a', 2, null);
  expect(() => table.all()).toThrow(z.ZodError);
  db.prepare('UPDATE things SET same_instant = 1, body = ?').run('{"count":"three"}');
  expect(() => table.all()).toThrow(z.ZodError);
  db.close();
});

test('values are bound in the order in which they stand, also in a piece within a piece', () => {
  const { db, queries, table } = openTable();
  for (const planId of ['a', 'b', 'c', "d' OR TRUE --"])
    table.insert({ planId, sameInstant: planId > 'b', body: null });
  const ids = (condition: Sql): string[] =>
    queries.column(z.string(), sql`SELECT plan_id FROM things WHERE ${condition} ORDER BY plan_id`);
  expect(ids(among('plan_id', ['c', 'a']))).toEqual(['a', 'c']);
  expect(ids(among('plan_id', undefined))).toHaveLength(4);
  expect(ids(sql`plan_id = ${"d' OR TRUE --"}`)).toEqual(["d' OR TRUE --"]);
  const some = every(sql`plan_id > ${'a'}`, false, sql`same_instant = ${1} AND ${among('plan_id', ['b', 'c'])}`);
  expect(some.values).toEqual(['a', 1, '["b","c"]']);
  expect(ids(some)).toEqual(['c']);
  expect(ids(every(false))).toHaveLength(4);
  db.close();
});

test('a question is answered by rows, a column, a value, or whether there is any', () => {
  const { db, queries, table } = openTable();
  expect(queries.value(z.int(), sql`SELECT count(*) FROM things`)).toBe(0);
  expect(queries.has(sql`SELECT 1 FROM things`)).toBe(false);
  expect(queries.value(z.string(), sql`SELECT plan_id FROM things`)).toBeUndefined();
  table.insert({ planId: 'a', sameInstant: true, body: { count: 3 } });
  expect(queries.has(sql`SELECT 1 FROM things`)).toBe(true);
  expect(queries.value(flag, sql`SELECT same_instant FROM things`)).toBe(true);
  expect(queries.all(Row.pick({ body: true }), sql`SELECT body FROM things`)).toEqual([{ body: { count: 3 } }]);
  expect(queries.run(sql`UPDATE things SET same_instant = 0 WHERE plan_id <> ${'a'}`)).toBe(0);
  expect(() => queries.column(z.int(), sql`SELECT plan_id FROM things`)).toThrow(z.ZodError);
  expect(() =>
    queries.transaction(() => {
      queries.run(sql`DELETE FROM things`);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(table.all()).toHaveLength(1);
  db.close();
});
