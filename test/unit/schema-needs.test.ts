import { describe, expect, test } from 'vitest';
import { callingParts, functionsOfIndex, otherProgramTokenizer } from '../../src-shared/rules/sqlite/schema-needs.ts';
import { uncheckedInWords } from '../../src-shared/rules/sqlite/sqlite-findings.ts';

describe('the functions of a table are found', () => {
  test('in its generated columns and its CHECK constraints', () => {
    const sql = `CREATE TABLE "a (b)" (
      id INTEGER PRIMARY KEY, -- not(this)
      price DECIMAL(10, 2) DEFAULT (abs(-1)) CHECK (price IN (1, 2) AND rounded(price) > 0),
      "low ""x""" TEXT GENERATED ALWAYS AS (fold(CAST(id AS VARCHAR(9))) || 'not(that)') STORED,
      [k] TEXT AS ("My Fn"(id)) NOT NULL REFERENCES other(id),
      UNIQUE (id, k), CONSTRAINT tidy CHECK (k REGEXP 'x')
    ) STRICT`;
    expect(callingParts(sql)).toEqual([
      { kind: 'check', column: 'price', functions: ['rounded'] },
      { kind: 'column', column: 'low "x"', functions: ['fold'] },
      { kind: 'column', column: 'k', functions: ['My Fn'] },
      { kind: 'check', column: null, functions: ['REGEXP'] },
    ]);
  });

  test('in the expressions and the condition of an index', () => {
    const sql = 'CREATE INDEX i ON people(fold(name), id) WHERE (late(id) > 3) AND fold(name) <> 1';
    expect(functionsOfIndex(sql)).toEqual(['fold', 'late']);
    expect(functionsOfIndex('CREATE UNIQUE INDEX i ON people(name COLLATE unicase)')).toEqual([]);
  });
});

test.each([
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'syllables 2 3')", 'syllables'],
  ['CREATE VIRTUAL TABLE f USING FTS5(a, tokenize="porter syllables")', 'syllables'],
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'porter ascii')", null],
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize = '''my tok'' 1')", 'my tok'],
  ['CREATE VIRTUAL TABLE f USING fts4(a, tokenize=unicode61 "remove_diacritics=0")', null],
  ['CREATE VIRTUAL TABLE f USING fts3(a, tokenize=mozporter)', 'mozporter'],
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize = 'trigram')", null],
  ['CREATE VIRTUAL TABLE f USING vec0(a, tokenize=x)', null],
  ['CREATE TABLE f(a)', null],
])('the tokenizer that %s needs', (sql, name) => expect(otherProgramTokenizer(sql)).toBe(name));

test('what was not checked is counted and named, those with one reason together', () => {
  const unicase = { uses: 'the collation unicase', reason: 'the collation unicase is not available here' };
  const parts = ['b', 'c', 'd', 'e', 'f', 'a'].map((name) => ({ what: 'index' as const, name, ...unicase }));
  expect(uncheckedInWords(parts.slice(0, 3))).toBe('3 indexes that use the collation unicase (b, c and d)');
  expect(uncheckedInWords([...parts, ...parts])).toBe(
    '6 indexes that use the collation unicase (b, c, d, e, f and 1 more)',
  );
  const check = { what: 'check' as const, name: 't', uses: null, reason: unicase.reason };
  expect(uncheckedInWords([...parts.slice(0, 1), check])).toBe(
    '1 index that uses the collation unicase (b) and 1 CHECK constraint (t: the collation unicase is not available here)',
  );
});
