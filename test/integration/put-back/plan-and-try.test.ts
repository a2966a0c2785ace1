import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PutBackOrder, type PutBackPlan, planPutBack } from '../../../src-main/core/engine/put-back/plan-rows.ts';
import { scriptOf } from '../../../src-main/core/engine/put-back/statements.ts';
import { firingTriggers, type TriedPlan, tryPlan } from '../../../src-main/core/engine/put-back/try-plan.ts';
import { type Database, openDatabase } from '../../../src-main/core/engine/sqlite/open-database.ts';
import type { RowFilter } from '../../../src-shared/model/rows/browse.ts';
import type { PutBackChoices, RowsToPutBack } from '../../../src-shared/model/rows/put-back.ts';
import { redefine } from '../../support/faulty-databases.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const NONE: PutBackChoices = { include: [], overwrite: [] };

interface Scene extends Disposable {
  source: Database;
  target: Database;
}

/** What has happened in a database, as SQL or as what does it. */
type Since = string | ((database: Database) => void);

/** @param before makes the snapshot; what `since` does has happened in the live database */
function scene(before: string, since: Since, live = before): Scene {
  const folder = temporaryFolder();
  const make = (name: string, sql: string): Database => {
    const database = openDatabase(join(folder, name));
    database.exec(sql);
    return database;
  };
  const source = make('snapshot.db', before);
  const target = make('live.db', live);
  if (typeof since === 'string') target.exec(since);
  else since(target);
  return {
    source,
    target,
    [Symbol.dispose]: () => {
      source.close();
      target.close();
    },
  };
}

function putBack({ source, target }: Scene, order: PutBackOrder): { plan: PutBackPlan; tried: TriedPlan } {
  const plan = planPutBack(source, target, order, () => undefined);
  return { plan, tried: tryPlan(target, plan, () => undefined) };
}

const chosen = (rows: RowsToPutBack, choices: Partial<PutBackChoices> = {}): PutBackOrder => ({
  rows: [rows],
  choices: { ...NONE, ...choices },
});

const all = (database: Database, sql: string): unknown[] => database.prepare(sql).raw().all();
const actions = ({ tables }: PutBackPlan): string[] =>
  tables.flatMap(({ map, rows }) => [...rows.values()].map(({ action }) => `${map.name} ${action}`));

const ORDERS = `CREATE TABLE customers(id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INT NOT NULL REFERENCES customers(id) ON DELETE CASCADE, total REAL);
  CREATE TABLE order_lines(id INTEGER PRIMARY KEY, order_id INT REFERENCES orders ON DELETE CASCADE, what TEXT);
  INSERT INTO customers VALUES (1, 'ana@x', 'Ana'), (2, 'ben@x', 'Ben');
  INSERT INTO orders VALUES (10, 1, 5), (11, 1, 7.5), (12, 2, 1);
  INSERT INTO order_lines VALUES (100, 10, 'a'), (101, 10, 'b'), (102, 11, 'c'), (103, 12, 'd');`;

describe('a lost row', () => {
  it('comes back alone, and says which rows refer to it', () => {
    using made = scene(ORDERS, 'PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1');
    const { plan, tried } = putBack(made, chosen({ table: 'customers', keys: [[1]] }));
    expect(plan.related).toEqual([{ id: 'orders(customer)', table: 'orders', to: 'customers', rows: 2, detached: 0 }]);
    expect(tried).toMatchObject({ problems: [], effects: [], written: { changes: 1 } });
    expect(all(made.target, 'SELECT * FROM customers')).toEqual([
      [1, 'ana@x', 'Ana'],
      [2, 'ben@x', 'Ben'],
    ]);
    expect(all(made.target, 'SELECT id FROM orders')).toEqual([[12]]);
  });

  it('comes back with all that refers to it', () => {
    using made = scene(ORDERS, 'PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1');
    const { plan, tried } = putBack(made, chosen({ table: 'customers', keys: [[1]] }, { include: 'all' }));
    expect(plan.tables.map(({ map, because }) => [map.name, because])).toEqual([
      ['customers', 'chosen'],
      ['orders', 'children'],
      ['order_lines', 'children'],
    ]);
    expect(tried).toMatchObject({ problems: [], written: { changes: 6 } });
    expect(all(made.target, 'SELECT * FROM order_lines ORDER BY id')).toEqual(
      all(made.source, 'SELECT * FROM order_lines ORDER BY id'),
    );
    expect(plan.related).toEqual([]);
  });

  it('brings the rows along that it refers to', () => {
    using made = scene(ORDERS, 'PRAGMA foreign_keys = ON; DELETE FROM customers WHERE id = 1');
    const { plan, tried } = putBack(made, chosen({ table: 'order_lines', where: "what = 'c'" }));
    expect(actions(plan)).toEqual(['customers insert', 'orders insert', 'order_lines insert']);
    expect(tried).toMatchObject({ problems: [], written: { changes: 3 } });
  });

  it('comes back with the others that match the same filters', () => {
    using made = scene(ORDERS, 'PRAGMA foreign_keys = ON; DELETE FROM orders WHERE customer = 1');
    const filters: RowFilter[] = [
      { column: 'customer', is: 'equal', text: '1' },
      { column: 'total', is: 'greater', text: '6' },
    ];
    expect(actions(putBack(made, chosen({ table: 'orders', filters })).plan)).toEqual(['orders insert']);
    expect(all(made.target, 'SELECT id FROM orders')).toEqual([[11], [12]]);
    const unknown = chosen({ table: 'orders', filters: [{ column: 'no such', is: 'null' }] });
    expect(() => putBack(made, unknown)).toThrow('Column not found: no such in orders.');
  });

  it('is refused when what it refers to is in neither database', () => {
    using made = scene(
      `${ORDERS} PRAGMA foreign_keys = OFF; INSERT INTO orders VALUES (13, 99, 1)`,
      'DELETE FROM orders WHERE id = 13',
    );
    const { plan } = putBack(made, chosen({ table: 'orders', keys: [[13]] }));
    expect(plan.problems).toEqual([
      'Rows of orders refer to rows of customers that neither the live database nor the snapshot has.',
    ]);
  });

  it('is not found by a key that the snapshot lacks, and a condition cannot become another statement', () => {
    using made = scene(ORDERS, '');
    expect(() => putBack(made, chosen({ table: 'orders', keys: [[99]] }))).toThrow(/Row not found in orders/);
    for (const where of ['id = 1) OR (1', '1; DELETE FROM orders', 'nothing = 1', ') --', 'id = ?'])
      expect(() => putBack(made, chosen({ table: 'orders', where })), where).toThrow(/The condition is not valid/);
    expect(putBack(made, chosen({ table: 'orders', where: 'id = 10 -- a comment' })).plan.tables).toHaveLength(1);
  });
});

describe('a row that has changed since', () => {
  it('stays as it is unless it is to be overwritten, and then only what differs is written', () => {
    const since = `UPDATE customers SET name = 'Anna' WHERE id = 1; CREATE TABLE log(was, is_now);
      CREATE TRIGGER renamed AFTER UPDATE OF name ON customers BEGIN INSERT INTO log VALUES (old.name, new.name); END;
      CREATE TRIGGER moved AFTER UPDATE OF email ON customers BEGIN INSERT INTO log VALUES (old.email, 1); END;`;
    using made = scene(ORDERS, since);
    const kept = putBack(made, chosen({ table: 'customers' }));
    expect(actions(kept.plan)).toEqual(['customers keep', 'customers same']);
    expect(kept.tried.written.changes).toBe(0);
    const order = chosen({ table: 'customers' }, { overwrite: [{ table: 'customers', key: [1] }] });
    const { plan, tried } = putBack(made, order);
    expect([...scriptOf(plan, 'utf-8')][1]).toBe('UPDATE main."customers" SET "name" = \'Ana\' WHERE "id" = 1;\n');
    expect(firingTriggers(made.target, plan)).toEqual([{ name: 'renamed', table: 'customers', event: 'UPDATE' }]);
    expect(tried).toMatchObject({
      problems: [],
      written: { changes: 2 },
      effects: [{ table: 'log', inserted: 1, updated: 0, deleted: 0 }],
    });
    expect(all(made.target, 'SELECT count(*) FROM orders')).toEqual([[3]]);
  });

  it('stays out where another live row has its unique value', () => {
    using made = scene(ORDERS, 'DELETE FROM orders; UPDATE customers SET id = 7 WHERE id = 2');
    const { plan, tried } = putBack(made, chosen({ table: 'customers' }));
    const blocked = [...(plan.tables[0]?.rows.values() ?? [])].find(({ action }) => action === 'blocked');
    expect(blocked?.reason).toBe('Another row of customers in the live database has the same email.');
    expect(tried).toMatchObject({ problems: [], written: { changes: 0 } });
  });
});

describe('rows that were detached when their parent was deleted', () => {
  const DETACHING = `CREATE TABLE owners(id INTEGER PRIMARY KEY); INSERT INTO owners VALUES (0), (1), (2);
    CREATE TABLE pets(id INTEGER PRIMARY KEY, owner INT REFERENCES owners ON DELETE SET NULL);
    CREATE TABLE cars(id INTEGER PRIMARY KEY, owner INT DEFAULT 0 REFERENCES owners ON DELETE SET DEFAULT);
    INSERT INTO pets VALUES (10, 1), (11, 1), (12, 2); INSERT INTO cars VALUES (20, 1), (21, 2)`;
  // The owner of a car that was sold meanwhile is another one, and no loss.
  const SINCE = `PRAGMA foreign_keys = ON; UPDATE cars SET owner = 1 WHERE id = 21; DELETE FROM owners WHERE id = 1;
    DELETE FROM pets WHERE id = 11`;
  const order = (choices: Partial<PutBackChoices> = {}) => chosen({ table: 'owners', where: 'id < 2' }, choices);

  it('are offered, kept where they are included, and refer again where they are overwritten', () => {
    using made = scene(DETACHING, SINCE);
    expect(putBack(made, order()).plan.related).toEqual([
      { id: 'cars(owner)', table: 'cars', to: 'owners', rows: 1, detached: 1 },
      { id: 'pets(owner)', table: 'pets', to: 'owners', rows: 2, detached: 1 },
    ]);
  });

  it('are kept where they are included alone', () => {
    using made = scene(DETACHING, SINCE);
    const { plan, tried } = putBack(made, order({ include: 'all' }));
    expect(actions(plan)).toEqual(['owners same', 'owners insert', 'cars keep', 'pets keep', 'pets insert']);
    expect(tried).toMatchObject({ problems: [], written: { changes: 2 } });
    expect(all(made.target, 'SELECT * FROM pets')).toEqual([
      [10, null],
      [11, 1],
      [12, 2],
    ]);
  });

  it('refer to it again where they are overwritten', () => {
    using made = scene(DETACHING, SINCE);
    const { plan, tried } = putBack(made, order({ include: 'all', overwrite: 'all' }));
    expect(tried).toMatchObject({ problems: [], written: { changes: 4 } });
    expect(plan.related).toEqual([]);
    expect(all(made.target, 'SELECT * FROM pets')).toEqual(all(made.source, 'SELECT * FROM pets'));
    expect(all(made.target, 'SELECT * FROM cars')).toEqual([
      [20, 1],
      [21, 0],
    ]);
  });
});

describe('a table with 2,000 columns', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `c${at}`);
  const make = (key: string): string => {
    const row = (first: number): string => `(${names.map((_, at) => (at === 0 ? first : `'${at}'`)).join(', ')})`;
    return `CREATE TABLE wide(c0 ${key}, ${names.slice(1).join(', ')}); INSERT INTO wide VALUES ${row(1)}, ${row(2)}, ${row(3)}`;
  };

  it.each(['INTEGER PRIMARY KEY', 'INT'])('with %s gets its rows back', (key) => {
    using made = scene(make(key), "DELETE FROM wide WHERE c0 = 2; UPDATE wide SET c1999 = 'x' WHERE c0 = 3");
    const { plan, tried } = putBack(made, chosen({ table: 'wide', where: 'c0 < 3' }));
    expect(plan.problems).toEqual([]);
    expect(actions(plan)).toEqual(['wide same', 'wide insert']);
    expect(tried).toMatchObject({ problems: [], written: { changes: 1 } });
    expect(all(made.target, 'SELECT * FROM wide WHERE c0 = 2')).toEqual(
      all(made.source, 'SELECT * FROM wide WHERE c0 = 2'),
    );
  });

  it('is found by all of its values', () => {
    using made = scene(make('INT'), 'DELETE FROM wide');
    const [cells] = all(made.source, 'SELECT * FROM wide WHERE c0 = 2') as Array<Array<string | number>>;
    const { tried } = putBack(made, chosen({ table: 'wide', keys: [cells ?? []], columns: names }));
    expect(tried).toMatchObject({ problems: [], written: { changes: 1 } });
    expect(all(made.target, 'SELECT c0 FROM wide')).toEqual([[2]]);
  });
});

it('a row without a key is named by its values, also those that SQLite computes', () => {
  using made = scene(
    "CREATE TABLE t(a, b, g AS (a || b) STORED, old); INSERT INTO t(a, b, old) VALUES (1, NULL, 'x'), (1, NULL, 'x'), (2, x'ff', 'y')",
    '',
    'CREATE TABLE t(a, b)',
  );
  const order = chosen({ table: 't', keys: [[1, null, null, 'x']], columns: ['a', 'b', 'g', 'old'] });
  expect(putBack(made, order).tried).toMatchObject({ problems: [], written: { changes: 2 } });
  expect(() => putBack(made, chosen({ table: 't', keys: [[1]], columns: ['c'] }))).toThrow(/Column not found: c in t/);
});

describe('what is refused before anything is written', () => {
  /** Makes things anew as a program does whose SQLite has more functions, collations, tokenizers and modules. */
  const lacking =
    (sql: string, name: string, found: string, instead: string) =>
    (database: Database): void => {
      database.exec(`DROP TABLE order_lines; ${sql}`);
      const { sql: made } = database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(name) as {
        sql: string;
      };
      redefine(database as never, name, made.replace(found, instead));
    };
  const LINES = 'CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT)';
  const refusals: Array<[what: string, before: string, since: Since, problem: RegExp]> = [
    [
      'an index with a missing function',
      ORDERS,
      lacking(`${LINES}; CREATE INDEX i ON order_lines(lower(what))`, 'i', 'lower', 'missing'),
      /the function missing is not available here/,
    ],
    [
      'a CHECK with a missing function',
      ORDERS,
      lacking(
        "CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT CHECK (lower(what) <> ''))",
        'order_lines',
        'lower',
        'missing',
      ),
      /the function missing is not available here/,
    ],
    ...['STORED', 'VIRTUAL UNIQUE'].map((how): [string, string, Since, RegExp] => [
      `a generated column (${how}) with a missing function`,
      ORDERS,
      lacking(
        `CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT, g AS (lower(what)) ${how})`,
        'order_lines',
        'lower',
        'missing',
      ),
      /the function missing is not available here/,
    ]),
    [
      'a missing collation of a unique column',
      ORDERS,
      lacking(
        'CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT COLLATE NOCASE UNIQUE)',
        'order_lines',
        'NOCASE',
        'ours',
      ),
      /the collation ours is not available here/,
    ],
    [
      'a missing collation of an index',
      ORDERS,
      lacking(`${LINES}; CREATE INDEX i ON order_lines(what COLLATE NOCASE)`, 'i', 'NOCASE', 'ours'),
      /the collation ours is not available here/,
    ],
    [
      'a missing tokenizer of a full-text table that a trigger fills',
      ORDERS,
      lacking(
        `${LINES}; CREATE VIRTUAL TABLE f USING fts5(what, tokenize = 'ascii');
        CREATE TRIGGER t AFTER INSERT ON order_lines BEGIN INSERT INTO f VALUES (new.what); END`,
        'f',
        'ascii',
        'ours',
      ),
      /the tokenizer ours is not available here/,
    ],
    [
      'a missing module of a virtual table that a trigger fills',
      ORDERS,
      lacking(
        `${LINES}; CREATE VIRTUAL TABLE f USING fts5(what);
        CREATE TRIGGER t AFTER INSERT ON order_lines BEGIN INSERT INTO f VALUES (new.what); END`,
        'f',
        'fts5',
        'ours',
      ),
      /the module ours is not available here/,
    ],
    [
      'a value of a type that a rowid does not take',
      ORDERS.replace('order_lines(id INTEGER PRIMARY KEY', 'order_lines(id').replace(
        "(100, 10, 'a')",
        "('abc', 10, 'a')",
      ),
      `DROP TABLE order_lines; ${LINES}`,
      /A value has a type that its column does not take/,
    ],
    [
      'a value that becomes too long',
      ORDERS,
      'DROP TABLE order_lines; CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT, g AS (zeroblob(2000000000)) STORED)',
      /A value is longer than SQLite allows/,
    ],
    [
      'a trigger with a missing function',
      ORDERS,
      'DELETE FROM order_lines; CREATE TRIGGER t AFTER INSERT ON order_lines BEGIN SELECT missing(new.id); END',
      /the function missing is not available here/,
    ],
    [
      'a trigger that refuses',
      ORDERS,
      "DELETE FROM order_lines; CREATE TRIGGER t BEFORE INSERT ON order_lines BEGIN SELECT raise(ABORT, 'closed'); END",
      /A trigger refuses the rows: “closed”/,
    ],
    [
      'a trigger that ignores',
      ORDERS,
      'DELETE FROM order_lines; CREATE TRIGGER t BEFORE INSERT ON order_lines BEGIN SELECT raise(IGNORE); END',
      /changed 0 rows/,
    ],
    [
      'a CHECK',
      ORDERS,
      'DROP TABLE order_lines; CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT CHECK (length(what) > 3))',
      /A constraint refuses/,
    ],
    [
      'a new NOT NULL',
      ORDERS,
      'DROP TABLE order_lines; CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT, who TEXT NOT NULL)',
      /A constraint refuses/,
    ],
    [
      'REPLACE in a constraint',
      ORDERS,
      `DROP TABLE order_lines; CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT);
      CREATE TABLE kept(x); INSERT INTO order_lines VALUES (7, 'A');
      DROP TABLE order_lines; CREATE TABLE order_lines(id INTEGER PRIMARY KEY, what TEXT COLLATE NOCASE, low AS (lower(what)) UNIQUE ON CONFLICT REPLACE);
      INSERT INTO order_lines VALUES (7, 'A')`,
      /would delete other rows of order_lines/,
    ],
    ['a table that is gone', ORDERS, 'DROP TABLE order_lines', /The live database has no table order_lines/],
    [
      'a virtual table',
      ORDERS,
      'DROP TABLE order_lines; CREATE VIRTUAL TABLE order_lines USING fts5(what)',
      /is a virtual table/,
    ],
  ];
  for (const [what, before, since, problem] of refusals)
    it(what, () => {
      using made = scene(before, since);
      const rows = all(made.target, 'SELECT count(*) FROM sqlite_schema');
      const { plan, tried } = putBack(made, chosen({ table: 'order_lines' }));
      expect([...plan.problems, ...tried.problems].join(' ')).toMatch(problem);
      expect(all(made.target, 'SELECT count(*) FROM sqlite_schema')).toEqual(rows);
    });
});

it('schema differences are mapped by name and told', () => {
  using made = scene(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, old TEXT, twice AS (a || a)); INSERT INTO t VALUES (1, '5', 'x')",
    '',
    "CREATE TABLE T(twice TEXT, A INTEGER, id INTEGER PRIMARY KEY, added TEXT DEFAULT 'new', g AS (A + 1))",
  );
  const { plan, tried } = putBack(made, chosen({ table: 't' }));
  expect(plan.tables[0]?.map.notes).toEqual([
    'The live table T has no column old; its values are left out.',
    "The snapshot has no column added of T; inserted rows get its default, 'new'.",
    'The type of T.twice is TEXT; in the snapshot it is not declared.',
    'The type of T.A is INTEGER; in the snapshot it is TEXT.',
  ]);
  expect(tried.problems).toEqual([]);
  expect(all(made.target, 'SELECT id, A, twice, added, g FROM T')).toEqual([[1, 5, '55', 'new', 6]]);
  // What differs by its storage class alone is the same row.
  expect(actions(putBack(made, chosen({ table: 't' })).plan)).toEqual(['T same']);
});

it('odd values come back exactly, and rows without a key as often as they are missing', () => {
  const before = `CREATE TABLE o(v, w); INSERT INTO o VALUES (NULL, 1), (1, 1.0), (9223372036854775807, -9223372036854775808),
    ('', x''), (9e999, -9e999), (cast(x'fffe41' AS TEXT), 'it''s' || char(0) || 'more'), ('twice', 1), ('twice', 1), (0.1, 'ü✓')`;
  using made = scene(before, "DELETE FROM o WHERE v IS NOT 'twice'; DELETE FROM o WHERE rowid = 7");
  const { tried } = putBack(made, chosen({ table: 'o' }));
  expect(tried).toMatchObject({ problems: [], written: { changes: 8 } });
  const content = 'SELECT typeof(v), hex(v), typeof(w), hex(w) FROM o ORDER BY 1, 2, 3, 4';
  expect(all(made.target, content)).toEqual(all(made.source, content));
});

describe('whatever the databases contain', () => {
  const SCHEMA = `CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE, n INT CHECK (n < 90), twice AS (n * 2) STORED);
    CREATE TABLE c(a INT, b TEXT, p INT REFERENCES p(id) ON UPDATE CASCADE ON DELETE CASCADE, v, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE g(c_a INT, c_b TEXT, note TEXT, FOREIGN KEY (c_a, c_b) REFERENCES c(a, b) ON DELETE SET NULL);
    CREATE TABLE log(what);
    CREATE TRIGGER p_new AFTER INSERT ON p BEGIN INSERT INTO log VALUES ('p ' || new.id); END;
    CREATE TRIGGER c_new AFTER UPDATE ON c BEGIN UPDATE p SET n = n + 1 WHERE id = new.p; END;`;
  const id = fc.integer({ min: 1, max: 6 });
  const code = fc.constantFrom('a', 'b', 'c', 'd', null);
  const rows = fc.record({
    p: fc.uniqueArray(fc.record({ id, code, n: fc.integer({ min: 0, max: 95 }) }), { selector: (row) => row.id }),
    c: fc.uniqueArray(
      fc.record({
        a: id,
        b: fc.constantFrom('x', 'y'),
        p: fc.option(id),
        v: fc.anything({ maxDepth: 0, values: [fc.integer(), fc.string(), fc.constant(null)] }),
      }),
      { selector: (row) => `${row.a}${row.b}` },
    ),
    g: fc.array(fc.record({ a: id, b: fc.constantFrom('x', 'y'), note: fc.constantFrom('one', 'two') }), {
      maxLength: 6,
    }),
  });
  type Rows = typeof rows extends fc.Arbitrary<infer T> ? T : never;

  /** Rows that a rule of the schema does not take are left out, as a program would leave them out. */
  function fill(database: Database, { p, c, g }: Rows): void {
    database.exec(SCHEMA);
    database.pragma('foreign_keys = ON');
    const attempt = (sql: string, ...values: unknown[]): void => {
      try {
        database.prepare(sql).run(...values);
      } catch {
        // Refused by the schema.
      }
    };
    for (const row of p) attempt('INSERT INTO p(id, code, n) VALUES (?, ?, ?)', row.id, row.code, row.n);
    for (const row of c) attempt('INSERT INTO c VALUES (?, ?, ?, ?)', row.a, row.b, row.p, row.v);
    for (const row of g) attempt('INSERT INTO g VALUES (?, ?, ?)', row.a, row.b, row.note);
    database.exec('DELETE FROM log');
  }

  const order = fc.record({
    rows: fc.array(
      fc.record({ table: fc.constantFrom('p', 'c', 'g'), where: fc.constantFrom('1', 'rowid_is_even', 'p = 1') }),
      { minLength: 1, maxLength: 2 },
    ),
    include: fc.constantFrom<PutBackChoices['include']>([], 'all', ['c(p)']),
    overwrite: fc.constantFrom<PutBackChoices['overwrite']>([], 'all'),
  });

  it('only what the preview lists is changed, and every rule of the schema holds', () => {
    fc.assert(
      fc.property(rows, rows, order, (before, now, { rows: asked, ...choices }) => {
        using source = openDatabase(':memory:');
        using target = openDatabase(':memory:');
        fill(source, before);
        fill(target, now);
        const was = contentOf(target);
        const where = (table: string, condition: string): string => {
          if (condition === '1') return '1';
          return table === 'p' ? 'id % 2 = 0' : table === 'c' ? 'p = 1' : "note = 'one'";
        };
        const orderNow = { rows: asked.map(({ table, where: its }) => ({ table, where: where(table, its) })), choices };
        const plan = planPutBack(source, target, orderNow, () => undefined);
        const tried = plan.problems.length > 0 ? null : tryPlan(target, plan, () => undefined);
        if (tried === null || tried.problems.length > 0) {
          expect(contentOf(target)).toEqual(was);
          return;
        }
        const is = contentOf(target);
        expect(target.pragma('foreign_key_check')).toEqual([]);
        expect(target.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
        requireListed(plan, tried, was, is);
        // Once more, nothing is left to do, unless triggers changed rows or a value that was taken is free now.
        const again = planPutBack(source, target, orderNow, () => undefined);
        if (tried.effects.length === 0 && !actions(plan).some((action) => action.endsWith('blocked')))
          expect(actions(again).filter((action) => /insert|update/.test(action))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  const KEYS: Record<string, number[]> = { p: [0], c: [0, 1], g: [0, 1, 2], log: [0] };
  type Content = Record<string, string[]>;
  const contentOf = (database: Database): Content =>
    Object.fromEntries(
      Object.keys(KEYS).map((name) => [
        name,
        all(database, `SELECT * FROM ${name} ORDER BY 1, 2, 3`.replace(name === 'log' ? ', 2, 3' : '\0', '')).map(
          (row) => JSON.stringify(row),
        ),
      ]),
    );

  /** Each row that differs is a row of the plan, or counted among the effects. */
  function requireListed(plan: PutBackPlan, tried: TriedPlan, was: Content, is: Content): void {
    for (const [name, keys] of Object.entries(KEYS)) {
      const keyOf = (row: string): string => JSON.stringify(keys.map((at) => (JSON.parse(row) as unknown[])[at]));
      const planned = [...(plan.tables.find(({ map }) => map.name === name)?.rows.values() ?? [])]
        .filter(({ action }) => action === 'insert' || action === 'update')
        .map(({ stored }) => JSON.stringify(keys.map((at) => stored[at])));
      const rest = [...(is[name] ?? [])];
      const gone = (was[name] ?? []).filter((row) => {
        const at = rest.indexOf(row);
        if (at >= 0) rest.splice(at, 1);
        return at < 0;
      });
      const changed = new Set([...gone, ...rest].map(keyOf).filter((key) => !planned.includes(key)));
      const { inserted = 0, updated = 0, deleted = 0 } = tried.effects.find(({ table }) => table === name) ?? {};
      expect(changed.size).toBeLessThanOrEqual(inserted + updated + deleted);
    }
  }
});
