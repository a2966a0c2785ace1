import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DatabaseFacts, differencesFrom } from '../../src-shared/rules/same-database.ts';

const tableOf = fc.record({ name: fc.string({ minLength: 1 }), rows: fc.option(fc.nat(100_000)) });
const facts: fc.Arbitrary<DatabaseFacts> = fc.record({
  applicationId: fc.integer(),
  userVersion: fc.nat(),
  tables: fc.uniqueArray(tableOf, { selector: ({ name }) => name }),
});

test('a database looks like its own snapshot, and after a migration and more rows too', () => {
  fc.assert(
    fc.property(facts, tableOf, fc.nat(100), (snapshot, added, more) => {
      expect(differencesFrom(snapshot, snapshot)).toEqual([]);
      const grown = snapshot.tables.map(({ name, rows }) => ({ name, rows: rows === null ? null : rows + more }));
      const known = new Set(snapshot.tables.map(({ name }) => name));
      const tables = known.has(added.name) ? grown : [...grown, added];
      expect(differencesFrom(snapshot, { ...snapshot, userVersion: snapshot.userVersion + more, tables })).toEqual([]);
    }),
  );
});

test('a database without any one of the tables looks like another', () => {
  fc.assert(
    fc.property(facts, fc.nat(), (snapshot, index) => {
      fc.pre(snapshot.tables.length > 0);
      const tables = snapshot.tables.toSpliced(index % snapshot.tables.length, 1);
      expect(differencesFrom(snapshot, { ...snapshot, tables }).join()).toMatch(
        /^1 table of the snapshot is missing: /,
      );
    }),
  );
});

test('each difference is one sentence', () => {
  const rows = (...names: string[]) => names.map((name) => ({ name, rows: 1000 }));
  const snapshot = { applicationId: 7, userVersion: 5, tables: rows('a', 'b', 'c', 'd', 'e', 'f', 'g') };
  const database = { applicationId: 0, userVersion: 3, tables: [{ name: 'g', rows: 1 }] };
  expect(differencesFrom(snapshot, database)).toEqual([
    'Its application_id is 0; that of the snapshot is 7.',
    'Its schema version is 3, older than 5 in the snapshot.',
    '6 tables of the snapshot are missing: a, b, c, d, e and 1 more.',
    'Its tables have 1 row; in the snapshot they have 1,000 rows.',
  ]);
  expect(
    differencesFrom(snapshot, {
      ...snapshot,
      tables: rows('a', 'b', 'c', 'd', 'e', 'f').concat({ name: 'g', rows: 500 }),
    }),
  ).toEqual([]);
});
