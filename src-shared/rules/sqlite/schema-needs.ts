import { sqlTokens, unquotedName } from './sql-tokens.ts';

/*
 * Which functions and tokenizers the parts of a schema call, read from the text that SQLite keeps of it. SQLite itself
 * says only the first that it lacks, and not for which part.
 */

/** A part of a table that calls functions. */
export interface CallingPart {
  kind: 'column' | 'check';
  /** The column; of a CHECK the one that it stands at, or the table's name where it stands alone. */
  column: string | null;
  /** As they are written, each once. */
  functions: string[];
}

/** Words before a parenthesis that call no function. */
const KEYWORDS = new Set(
  'ALL AND AS BETWEEN BY CASE CAST CHECK COLLATE CONFLICT DISTINCT ELSE ESCAPE EXISTS FILTER FROM GLOB IN IS ISNULL LIKE NOT NOTNULL NULL ON OR OVER RAISE SELECT THEN UNION UNIQUE USING VALUES WHEN WHERE'.split(
    ' ',
  ),
);
/** Operators that are functions which SQLite does not bring. */
const OPERATORS = new Set(['REGEXP', 'MATCH']);
const NO_COLUMN = new Set(['CONSTRAINT', 'CHECK', 'PRIMARY', 'UNIQUE', 'FOREIGN']);

/** Longer definitions are not looked into. */
const LONGEST = 100_000;

const tokensOf = (sql: string): string[] => (sql.length > LONGEST ? [] : sqlTokens(sql));

/** Returns the generated columns and CHECK constraints of a table. @param sql its CREATE TABLE */
export function callingParts(sql: string): CallingPart[] {
  return definitions(tokensOf(sql)).flatMap((tokens): CallingPart[] => {
    const first = tokens[0] ?? '';
    const column = NO_COLUMN.has(first.toUpperCase()) ? null : unquotedName(first);
    const parts: CallingPart[] = [];
    for (let at = 0; at < tokens.length; at++) {
      if (tokens[at] !== '(') continue;
      const end = closing(tokens, at);
      const before = tokens[at - 1]?.toUpperCase();
      const functions = called(tokens.slice(at, end));
      if (before === 'CHECK') parts.push({ kind: 'check', column, functions });
      else if (before === 'AS' && column !== null) parts.push({ kind: 'column', column, functions });
      at = end;
    }
    return parts;
  });
}

/** Returns the functions that an index calls, in its expressions and its condition. @param sql its CREATE INDEX */
export function functionsOfIndex(sql: string): string[] {
  const tokens = tokensOf(sql);
  return called(tokens.slice(Math.max(0, tokens.indexOf('('))));
}

/** What is between the parentheses of a CREATE TABLE, at each comma. */
function definitions(tokens: readonly string[]): string[][] {
  const start = tokens.indexOf('(');
  if (start < 0) return [];
  const found: string[][] = [];
  let current: string[] = [];
  const end = closing(tokens, start);
  let depth = 0;
  for (const token of tokens.slice(start + 1, end)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === ',' && depth === 0) {
      found.push(current);
      current = [];
    } else current.push(token);
  }
  return [...found, current];
}

/** Where the parenthesis ends that begins at an index. */
function closing(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}

function called(tokens: readonly string[]): string[] {
  const names = tokens.flatMap((token, at): string[] => {
    const word = token.toUpperCase();
    if (OPERATORS.has(word)) return [word];
    const isCall = tokens[at + 1] === '(' && /^(?:[\w\x80-\uffff]|["`[])/.test(token);
    // The type of a CAST may have a length.
    return isCall && !KEYWORDS.has(word) && tokens[at - 1]?.toUpperCase() !== 'AS' ? [unquotedName(token)] : [];
  });
  return [...new Set(names)];
}

/** Tokenizers that SQLite brings. */
const TOKENIZERS: Record<string, ReadonlySet<string>> = {
  fts3: new Set(['simple', 'porter', 'unicode61']),
  fts4: new Set(['simple', 'porter', 'unicode61']),
  fts5: new Set(['ascii', 'porter', 'trigram', 'unicode61']),
};

/**
 * Returns the tokenizer of a full-text index that SQLite does not bring; `null`: it brings it, or it is no such index.
 * @param sql its CREATE VIRTUAL TABLE
 */
export function otherProgramTokenizer(sql: string): string | null {
  const tokens = tokensOf(sql);
  const using = tokens.findIndex((token) => token.toUpperCase() === 'USING');
  const known = TOKENIZERS[tokens[using + 1]?.toLowerCase() ?? ''];
  const option = tokens.findIndex((token, at) => token.toLowerCase() === 'tokenize' && tokens[at + 1] === '=');
  if (using < 0 || known === undefined || option < 0) return null;
  const value = tokens[option + 2] ?? '';
  // In quotes it has its options with it, and the stemmer of FTS5 the tokenizer that it stands before.
  const words = (/^['"`[]/.test(value) ? sqlTokens(unquotedName(value)) : [value]).map(unquotedName);
  const stems = words[0]?.toLowerCase() === 'porter' && words.length > 1;
  const name = (stems ? words[1] : words[0]) ?? '';
  return name === '' || known.has(name.toLowerCase()) ? null : name;
}
