import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { type CommandResult, commandLineOf } from '../support/command-line.ts';

/* Comparing, finding and putting back rows on the command line. */

const LIVE = `DELETE FROM order_lines WHERE customer = 2; DELETE FROM customers WHERE id = 2;
  UPDATE customers SET city = 'Bergen' WHERE id = 1; INSERT INTO customers VALUES (4, 'Di Fox', NULL);
  ALTER TABLE log ADD COLUMN at TEXT; CREATE INDEX by_name ON customers(name);`;

let folder: string;
let source: string;
let snapshot: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-rows-')));
  source = join(folder, 'shop.db');
  mkdirSync(join(folder, 'backups'));
  run = commandLineOf(join(folder, 'home'));
  change(`
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
    CREATE TABLE order_lines (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), item TEXT);
    CREATE TABLE log (message TEXT);
    INSERT INTO customers VALUES (1, 'Ann Lee', 'Oslo'), (2, 'Bo Ek', 'Lund'), (3, 'Cy Day', 'Cork');
    INSERT INTO order_lines VALUES (1, 2, 'ink'), (2, 2, 'pen'), (3, 3, 'cup');
  `);
  run(['plan', 'add', '--name', 'shop', '--source', source, '--to', join(folder, 'backups')]);
  snapshot = basename(documentOf(run(['backup', 'shop', '--json'])).path);
  change(LIVE);
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

function read(sql: string, path = source): unknown[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of a document is what is tested
const documentOf = ({ stdout }: CommandResult): any => JSON.parse(stdout);

/** What a command that must fail says of it in its document. */
function failureOf(args: string[]): unknown {
  const result = run([...args, '--json']);
  return [result.exitCode, documentOf(result).error?.code, documentOf(result).error?.message];
}

test('diff says what differs, row by row and as SQL that makes it so', () => {
  const words = run(['diff', snapshot, 'shop']);
  expect(words).toEqual({
    exitCode: 0,
    stderr: '',
    stdout:
      'customers    +1 row, −1, 1 changed\norder_lines  −2 rows\nChanged table log\nNew index by_name\n1 other table without differences.\n',
  });
  expect(documentOf(run(['diff', snapshot, 'shop', '--json']))).toMatchObject({
    before: { name: snapshot, snapshotId: expect.any(String) },
    after: { name: 'shop.db', snapshotId: null },
    comparison: {
      tables: [
        { name: 'customers', state: 'changed', rows: { added: 1, removed: 1, changed: 1 }, key: ['id'] },
        { name: 'log', state: 'same' },
        { name: 'order_lines', state: 'changed', rows: { added: 0, removed: 2, changed: 0 } },
      ],
      schema: [
        { type: 'table', name: 'log' },
        { type: 'index', name: 'by_name', before: null },
      ],
      settings: [],
    },
  });
  expect(run(['diff', snapshot, 'shop', '--table', 'customers']).stdout).toBe(
    '~ id=1: city=Oslo → Bergen\n- id=2, name=Bo Ek, city=Lund\n+ id=4, name=Di Fox, city=NULL\n',
  );
  const rows = documentOf(run(['diff', snapshot, 'shop', '--table', 'customers', '--json']));
  expect(rows).toMatchObject({ columns: ['id', 'name', 'city'], key: ['id'], before: { name: snapshot } });
  expect(rows.rows).toMatchObject([
    {
      change: 'changed',
      before: [{ cell: 1 }, {}, { cell: 'Oslo' }],
      after: [{}, {}, { cell: 'Bergen' }],
      changed: [2],
    },
    { change: 'removed', before: [{ cell: 2 }, { cell: 'Bo Ek' }, { cell: 'Lund' }], after: null },
    { change: 'added', before: null, after: [{ cell: 4 }, { cell: 'Di Fox' }, { cell: null }] },
  ]);

  const sql = run(['diff', snapshot, 'shop', '--sql']);
  expect(sql).toMatchObject({ exitCode: 0, stderr: '' });
  const old = join(folder, 'old.db');
  expect(run(['restore', snapshot, '--to', old]).exitCode).toBe(0);
  const restored = new Database(old);
  restored.exec(sql.stdout);
  restored.close();
  for (const query of ['SELECT * FROM customers', 'SELECT * FROM order_lines', 'SELECT name, sql FROM sqlite_schema'])
    expect(read(`${query} ORDER BY 1`, old)).toEqual(read(`${query} ORDER BY 1`));
  expect(run(['diff', old, 'shop'])).toMatchObject({ exitCode: 0, stdout: 'No differences.\n' });

  const missing = 'Only one of the compared databases has a table nope, or neither has.';
  expect(failureOf(['diff', snapshot, 'shop', '--table', 'nope'])).toEqual([1, 'NOT_FOUND', missing]);
  expect(failureOf(['diff', 'nope', 'shop'])).toEqual([1, 'NOT_FOUND', 'Snapshot “nope” not found.']);
  expect(failureOf(['diff', snapshot, 'shop', '--sql'])).toEqual([2, 'INVALID_PARAMS', expect.any(String)]);
});

test('search says when a row was present, and with what command it is put back', () => {
  const words = run(['search', 'shop', 'Bo Ek']);
  expect(words).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^customers 2: present in the only snapshot$/m),
  });
  expect(words.stdout).toMatch(/^ {2}In the snapshot of .*: id 2, name Bo Ek, city Lund$/m);
  expect(words.stdout).toMatch(/^1 row found in 1 snapshot\.$/m);
  const [, command = ''] = /^Put a row back with: snapkeep (.*)$/m.exec(words.stderr) ?? [];
  const { rows, snapshots, more, notes, search } = documentOf(
    run(['search', 'shop', '2', '--table', 'customers', '--column', 'id', '--exact', '--json']),
  );
  expect({ snapshots, more, notes, search }).toMatchObject({
    snapshots: [{ name: snapshot, state: 'searched', message: null }],
    more: false,
    notes: [],
    search: { text: '2', table: 'customers', column: 'id', exact: true },
  });
  expect(rows).toEqual([
    {
      table: 'customers',
      key: { columns: ['id'], cells: [2] },
      versions: [{ columns: ['id', 'name', 'city'], cells: [2, 'Bo Ek', 'Lund'] }],
      spans: [{ state: 'present', version: 0, newest: 0, oldest: 0 }],
    },
  ]);
  const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  expect(args.slice(0, 2)).toEqual(['restore', snapshot]);
  expect(run(args)).toMatchObject({ exitCode: 0, stdout: `Put back: 1 row changed in ${source}.\n` });
  expect(read('SELECT id, name FROM customers WHERE id = 2')).toEqual([[2, 'Bo Ek']]);
  expect(run(['search', 'shop', 'no such value'])).toEqual({
    exitCode: 0,
    stderr: '',
    // The put back has kept the state before it.
    stdout: 'No row found in 2 snapshots.\n',
  });
  expect(failureOf(['search', 'shop', 'Bo', '--table', 'nope'])).toEqual([
    1,
    'NOT_FOUND',
    'No snapshot has a table nope.',
  ]);
  expect(failureOf(['search', 'nope', 'Bo'])).toEqual([1, 'NOT_FOUND', 'No plan named “nope”.']);
  expect(failureOf(['search', 'shop', ''])).toEqual([2, 'INVALID_PARAMS', 'Enter a text to search for.']);
});

test('restore --table shows, puts back and undoes rows, and refuses what it cannot do', () => {
  const restore = ['restore', snapshot, '--table', 'customers'];
  const into = [...restore, '--to', source];
  const lost = read('SELECT * FROM customers');

  const shown = run([...into, '--where', 'id < 3', '--dry-run']);
  expect(shown).toMatchObject({
    exitCode: 0,
    stderr:
      'customers: 1 row inserted, 1 row kept as it is now.\n2 rows of order_lines that refer to customers are missing and are not included (--include-related).\n',
  });
  expect(shown.stdout.split('\n')).toEqual([
    'PRAGMA foreign_keys = ON;',
    'BEGIN IMMEDIATE;',
    'PRAGMA defer_foreign_keys = ON;',
    `INSERT INTO main."customers" ("id", "name", "city") VALUES (2, 'Bo Ek', 'Lund');`,
    'COMMIT;',
    '',
  ]);
  expect(documentOf(run([...into, '--where', 'id = 2', '--dry-run', '--json']))).toMatchObject({
    preview: {
      source: { name: snapshot },
      target: { path: source },
      tables: [{ name: 'customers', because: 'chosen', insert: 1, update: 0, keep: 0, blocked: 0, same: 0 }],
      rows: [{ table: 'customers', action: 'insert', key: [2], live: null, stored: [2, 'Bo Ek', 'Lund'] }],
      related: [{ table: 'order_lines', to: 'customers', rows: 2 }],
      problems: [],
      changes: 1,
    },
  });
  expect(read('SELECT * FROM customers')).toEqual(lost);

  const done = run([...into, '--include-related', '--overwrite', '--json']);
  expect(done.exitCode).toBe(0);
  expect(done.stderr).toContain(
    'customers: 1 row inserted, 1 row overwritten, 1 row unchanged.\norder_lines: 2 rows inserted.',
  );
  const { runId, ...outcome } = documentOf(done);
  expect(outcome).toMatchObject({ kind: 'putBackRows', targetPath: source, tables: 2, rows: 4, undoneBy: null });
  expect(read('SELECT id, city FROM customers')).toEqual([
    [1, 'Oslo'],
    [2, 'Lund'],
    [3, 'Cork'],
    [4, null],
  ]);
  expect(run([...into, '--where', 'id = 2'])).toMatchObject({ exitCode: 0, stdout: 'Nothing to put back.\n' });
  expect(run(['undo', runId]).exitCode).toBe(0);
  expect(read('SELECT * FROM customers')).toEqual(lost);

  expect(run([...into, '--where', 'id = 99'])).toMatchObject({
    exitCode: 0,
    stderr: 'No row of customers in the snapshot meets the condition.\n',
    stdout: 'Nothing to put back.\n',
  });
  expect(failureOf(restore)).toEqual([2, 'INVALID_PARAMS', expect.stringContaining('--to')]);
  expect(failureOf([...into, '--only', 'files'])).toEqual([
    2,
    'INVALID_PARAMS',
    expect.stringContaining("'--only <what>'"),
  ]);
  expect(failureOf(['restore', snapshot, '--to', source, '--dry-run'])).toEqual([
    2,
    'INVALID_PARAMS',
    expect.any(String),
  ]);
  expect(failureOf([...into, '--where', 'nope = 1'])).toEqual([
    1,
    'INVALID_PARAMS',
    'The condition is not valid: no such column: nope.',
  ]);
  expect(failureOf([...restore, '--to', join(folder, 'nope.db')])).toEqual([1, 'NOT_FOUND', expect.any(String)]);
  change('CREATE TRIGGER t AFTER INSERT ON customers BEGIN SELECT missing(new.id); END');
  expect(failureOf(into)).toEqual([
    1,
    'CONFLICT',
    'These rows cannot be put back: the function missing is not available here.',
  ]);
  expect(read('SELECT * FROM customers')).toEqual(lost);
});
