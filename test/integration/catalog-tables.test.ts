import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openCatalog } from '../../src-main/core/catalog/open-catalog.ts';
import { flag, json, Table } from '../../src-main/core/catalog/table.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const Row = z.object({ planId: z.string(), sameInstant: flag, body: json(z.object({ count: z.int() })).nullable() });

function openTable() {
  const db = openCatalog(join(temporaryFolder(), 'catalog.db'));
  db.exec('CREATE TABLE things (plan_id TEXT PRIMARY KEY, same_instant INTEGER, body TEXT) STRICT');
  return { db, table: new Table(db, 'things', Row) };
}

test('a row is written by the names of its fields, and read as it was', () => {
  const { db, table } = openTable();
  const row = { planId: 'a', sameInstant: true, body: { count: 3 } };
  table.insert(row);
  expect(db.prepare('SELECT * FROM things').get()).toEqual({ plan_id: 'a', same_instant: 1, body: '{"count":3}' });
  expect(table.get('WHERE plan_id = ?', 'a')).toEqual(row);
  expect(table.get('WHERE plan_id = ?', 'b')).toBeUndefined();
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
