import { spawnSync } from 'node:child_process';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeStatement } from '../../src-main/core/engine/dump/check-statement.ts';
import { realLiteral, textLiteral, textLiteralOf, withSafeTexts } from '../../src-main/core/engine/dump/literals.ts';
import { StatementSplitter } from '../../src-main/core/engine/dump/statement-splitter.ts';
import { hasSqliteTools } from '../support/dump-databases.ts';

const database = new Database(':memory:');
const evaluate = (literal: string): unknown => database.prepare(`SELECT ${literal}`).pluck().get();

/** The statements of a script that comes in pieces, and what is left. */
function split(
  script: Buffer,
  pieceBytes = script.length || 1,
): { statements: string[]; lines: number[]; rest: string } {
  const splitter = new StatementSplitter();
  const statements: string[] = [];
  const lines: number[] = [];
  for (let at = 0; at < script.length; at += pieceBytes)
    for (const { sql, line } of splitter.push(script.subarray(at, at + pieceBytes))) {
      statements.push(sql.toString('latin1'));
      lines.push(line);
    }
  return { statements, lines, rest: splitter.end().rest.sql.toString('latin1') };
}

const splitText = (script: string): string[] => split(Buffer.from(script, 'latin1')).statements;

describe('numbers', () => {
  test('any double comes back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(evaluate(realLiteral(value))).toBe(value);
        expect(evaluate(`typeof(${realLiteral(value)})`)).toBe('real');
      }),
      { numRuns: 2000 },
    );
  });

  test.skipIf(!hasSqliteTools)('any double comes back in the SQLite of the shell, however old it is', () => {
    const short = fc
      .tuple(fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }), fc.nat(12))
      .map(([n, places]) => n / 10 ** places);
    const values = [
      ...fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 5000),
      ...fc.sample(short, 20_000),
    ];
    // SQLite compares with the exact integers that make up the double.
    const wrong = values.map((value) => `SELECT ${realLiteral(value)} <> ${exact(value)} AS wrong WHERE wrong;`);
    expect(spawnSync('sqlite3', [':memory:'], { input: wrong.join('\n'), encoding: 'utf8' })).toMatchObject({
      stdout: '',
      stderr: '',
    });
  });

  test.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [19.99, '19.99'],
    [-123456789012345, '-123456789012345.0'],
    [0.5, '0.5'],
    [1 / 3, '6004799503160661.0/(1<<54)'],
    [2 ** 53, '4503599627370496.0*(1<<1)'],
    [5e-324, `1.0${'/(1<<62)'.repeat(17)}/(1<<20)`],
    [Number.POSITIVE_INFINITY, '9.0e+999'],
    [Number.NEGATIVE_INFINITY, '-9.0e+999'],
    [Number.NaN, 'NULL'],
  ])('%d is %s', (value, literal) => {
    expect(realLiteral(value)).toBe(literal);
  });
});

/** A double as a whole number and a power of two, found in its bits. */
function exact(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  let power = Math.max(exponent, 1) - 1075;
  let sql = `${bits >> 63n ? '-' : ''}1.0*${mantissa}`;
  for (; power > 0; power -= Math.min(power, 30)) sql += `*${2 ** Math.min(power, 30)}`;
  for (; power < 0; power += Math.min(-power, 30)) sql += `/${2 ** Math.min(-power, 30)}`;
  return sql;
}

const comesThrough = (sql: string): boolean => !['\0', '\r', '\u001a'].some((each) => sql.includes(each));

describe('texts', () => {
  const odd = fc.string({ unit: fc.constantFrom("'", '\r', '\n', '\\', 'r', '\0', '\u001a', 'é', '🂡', 'a', '"') });

  test('any text comes back, by its characters or by its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(odd, fc.string({ unit: 'grapheme' })), (text) => {
        const literal = textLiteral(text) ?? textLiteralOf(Buffer.from(text));
        expect(comesThrough(literal)).toBe(true);
        expect(evaluate(literal)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test('any bytes between quotes keep their value, and nothing else changes', () => {
    const bytes = fc.uint8Array({ maxLength: 20 }).map((each) => Buffer.from(each));
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (texts) => {
        const quoted = texts.map((text) => Buffer.from(`'${text.toString('latin1').replaceAll("'", "''")}'`, 'latin1'));
        const between = Buffer.from(" /* it's */, \"it's\", ['], `'`, -- '\n", 'latin1');
        const sql = Buffer.concat(quoted.flatMap((text) => [text, between]));
        const safe = withSafeTexts(sql).toString('latin1');
        const literals = safe
          .split(between.toString('latin1'))
          .slice(0, -1)
          .map((literal) => Buffer.from(literal, 'latin1').toString('utf8'));
        expect(comesThrough(safe)).toBe(true);
        expect(literals.map((literal) => evaluate(`hex(${literal})`))).toEqual(
          texts.map((text) => text.toString('hex').toUpperCase()),
        );
      }),
    );
  });

  test('what needs nothing is handed back as it is', () => {
    const sql = Buffer.from("INSERT INTO a VALUES('é''\n');");
    expect(withSafeTexts(sql)).toBe(sql);
  });
});

describe('statements', () => {
  const token = fc.constantFrom(
    ...[
      'CREATE',
      'TEMP',
      'TRIGGER',
      'END',
      'EXPLAIN',
      'SELECT',
      ';',
      ';',
      "'",
      "''",
      '"',
      '`',
      '[',
      ']',
      '--',
      '-',
      '/*',
      '*/',
      '/',
      '*',
      '\n',
      '.',
      '#',
      ' ',
      'x',
      'é',
      '1',
    ],
  );
  const script = fc.array(token, { maxLength: 40 }).map((tokens) => Buffer.from(tokens.join('')));

  test('joined they are the script, however it is cut into pieces', () => {
    fc.assert(
      fc.property(script, fc.integer({ min: 1, max: 7 }), (text, pieceBytes) => {
        const whole = split(text);
        expect(whole.statements.join('') + whole.rest).toBe(text.toString('latin1'));
        expect(split(text, pieceBytes)).toEqual(whole);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['SELECT \';\', ";", [;], `;` -- ;\n /* ; */;x', ['SELECT \';\', ";", [;], `;` -- ;\n /* ; */;']],
    ["a'''';b", ["a'''';"]],
    [
      'CREATE TRIGGER t BEGIN SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END;a;',
      ['CREATE TRIGGER t BEGIN SELECT 1; SELECT CASE WHEN 1 THEN 2 END; END;', 'a;'],
    ],
    [
      'create/**/temp trigger t begin select 1;/* end; */ end ; b;',
      ['create/**/temp trigger t begin select 1;/* end; */ end ;', ' b;'],
    ],
    ['CREATE TABLE trigger(a);b;', ['CREATE TABLE trigger(a);', 'b;']],
    ['EXPLAIN CREATE TRIGGER t BEGIN a; END;b;', ['EXPLAIN CREATE TRIGGER t BEGIN a; END;', 'b;']],
    ['a-- ;', []],
    ['.bail on\n#a; b\n\n.mode x;y\nc;\n .d;', ['.bail on\n', '#a; b\n\n.mode x;y\n', 'c;', '\n .d;']],
    ["a '\n.b;\n#c' ;", ["a '\n.b;\n#c' ;"]],
    ['a\n.b;#c;', ['a\n.b;', '#c;']],
    [';;', [';', ';']],
  ])('%j', (text, statements) => {
    expect(splitText(text)).toEqual(statements);
  });

  test('each knows its line', () => {
    expect(split(Buffer.from("a;\n\n/* \n */ b\n'\n';\n;c;")).lines).toEqual([1, 4, 7, 7]);
  });

  test.each([
    ['INSERT INTO a VALUES(1);', 'run'],
    ['-- x\n/* y */ create unique index i on a(b);', 'run'],
    ['PRAGMA page_size = 4096;', 'run-upkeep'],
    ["pragma main.encoding='UTF-16le'", 'run-upkeep'],
    ['VACUUM main;', 'leave-out'],
    ['ANALYZE;', 'run-upkeep'],
    ['SAVEPOINT "a b";', 'begin'],
    ['RELEASE SAVEPOINT a', 'end'],
    ['.dbconfig defensive off\n', 'leave-out'],
    ['create table if not exists sqlite_sequence(name,seq);', 'leave-out'],
    ["INSERT INTO sqlite_schema VALUES('table','a','a',0,'CREATE VIRTUAL TABLE a USING fts5(x)');", 'run-on-schema'],
    ["INSERT INTO sqlite_schema VALUES('table','a','a',5,'CREATE TABLE a(b)');", 'run'],
    ['PRAGMA foreign_keys(0);', 'leave-out'],
    [' -- nothing\n;', 'leave-out'],
    ['BEGIN EXCLUSIVE TRANSACTION;', 'begin'],
    ['END;', 'end'],
    [
      "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','a''b','a''b',0,'CREATE VIRTUAL TABLE \"a''b\" USING fts5(x)');",
      'run-on-schema',
    ],
    [
      "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','a','a',0,'CREATE TABLE a(b)');",
      'run',
    ],
    [
      "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','a','a',0,'CREATE VIRTUAL TABLE a USING fts5(x)'),('table','b','b',5,'x');",
      'run',
    ],
    ['CREATE TABLE IF NOT EXISTS sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample);', 'run-on-schema'],
  ] as const)('%j: %s', (sql, verdict) => {
    expect(judgeStatement(sql, 1)).toBe(verdict);
  });
});
