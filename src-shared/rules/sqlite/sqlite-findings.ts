import type { UncheckedPart } from '../../model/verification.ts';
import { countInWords, listInWords } from '../../words/wording.ts';

/**
 * What one line of SQLite's integrity check says.
 * - `pages`: pages of the file are not where they should be. Which ones, only a closer look tells.
 * - `damage`: the content is not what it should be.
 * - `unchecked`: SQLite lacks what the database's own program brings, so nothing is known of that part.
 * - `rule`: a row breaks a rule of its table. The row exists, and a copy of it is exact.
 * - `index`, `order`: all rows exist, and what finds them is out of step.
 */
export type Finding =
  | { kind: 'pages' }
  | { kind: 'damage' }
  | { kind: 'unchecked'; reason: string }
  | { kind: 'rule'; rule: BrokenRule; where: string }
  | { kind: 'index'; fault: IndexFault; name: string }
  | { kind: 'order'; name: string };

/** A rule that rows break: where it is of a table, `where` is the table; of a column, `TABLE.COLUMN`; of an index, the index. */
export type BrokenRule = 'check' | 'not-null' | 'type' | 'unique' | 'search';
/** `missing`: it lacks a row; `count`: it has other entries than the table has rows; `value`: it has another value for a row. */
export type IndexFault = 'missing' | 'count' | 'value';

/** Lines about rows, by how they begin; the rest is the name. */
const BY_START: ReadonlyArray<[start: string, finding: (name: string) => Finding]> = [
  ['CHECK constraint failed in ', (where) => ({ kind: 'rule', rule: 'check', where })],
  ['NULL value in ', (where) => ({ kind: 'rule', rule: 'not-null', where })],
  ['NUMERIC value in ', (where) => ({ kind: 'rule', rule: 'type', where })],
  ['TEXT value in ', (where) => ({ kind: 'rule', rule: 'type', where })],
  ['non-unique entry in index ', (where) => ({ kind: 'rule', rule: 'unique', where })],
  ['wrong # of entries in index ', (name) => ({ kind: 'index', fault: 'count', name })],
  ['row not in PRIMARY KEY order for ', (name) => ({ kind: 'order', name })],
  // The text is in its own table; the index is made of it.
  [
    'malformed inverted index for FTS',
    (rest) => ({ kind: 'rule', rule: 'search', where: afterFirst(rest, ' table main.') }),
  ],
];
/** Lines that begin with the number of a row or the name of an index: a pattern with one group for the name. */
const BY_PATTERN: ReadonlyArray<[pattern: RegExp, finding: (name: string) => Finding]> = [
  [/^row -?\d+ missing from index /, (name) => ({ kind: 'index', fault: 'missing', name })],
  [/^row -?\d+ values differ from index /, (name) => ({ kind: 'index', fault: 'value', name })],
  [/^rowid not at end-of-record for row -?\d+ of index /, (name) => ({ kind: 'index', fault: 'value', name })],
  [/^non-[A-Z]+ value in /, (where) => ({ kind: 'rule', rule: 'type', where })],
];
const IMPRECISE = ' stores an imprecise floating-point value for row ';

/** Returns what a line of an integrity check stands for. What is not known is damage. */
export function classifyFinding(line: string): Finding {
  if (line.startsWith('*** in database ')) return { kind: 'pages' };
  for (const [start, finding] of BY_START) if (line.startsWith(start)) return finding(line.slice(start.length));
  for (const [pattern, finding] of BY_PATTERN) {
    const begins = pattern.exec(line)?.[0];
    if (begins !== undefined) return finding(line.slice(begins.length));
  }
  const imprecise = line.startsWith('index ') ? line.lastIndexOf(IMPRECISE) : -1;
  if (imprecise > 0) return { kind: 'index', fault: 'value', name: line.slice('index '.length, imprecise) };
  // A full-text index that keeps no text of its own cannot be compared with it.
  const compared = line.startsWith('unable to validate the inverted index') && line.endsWith(': SQL logic error');
  return compared ? { kind: 'unchecked', reason: 'it keeps no text to be compared with' } : { kind: 'damage' };
}

const afterFirst = (text: string, part: string): string => text.slice(text.indexOf(part) + part.length);

/** What SQLite lacks, by how its message begins; the rest of the message is the name. */
const LACKING: ReadonlyArray<[start: string, what: 'collation' | 'function' | 'tokenizer' | 'module' | 'table']> = [
  ['no such collation sequence: ', 'collation'],
  ['unknown function: ', 'function'],
  ['no such function: ', 'function'],
  ['unsafe use of ', 'function'],
  ['unknown tokenizer: ', 'tokenizer'],
  ['no such tokenizer: ', 'tokenizer'],
  ['no such module: ', 'module'],
  ['no such table: ', 'table'],
];

/** What SQLite lacks, and why something could not be checked for it. */
export interface Lack {
  /** For example `the collation unicase`; `null`: SQLite lacks nothing by a name. */
  uses: string | null;
  /** As it ends the sentence "… could not be checked: …". */
  reason: string;
}

/** Returns what it means for a check that something which a database uses is not here. */
export function lackOf(what: 'collation' | 'function' | 'tokenizer' | 'module' | 'table', name: string): Lack {
  const uses = `the ${what} ${name.slice(0, NAME_TOLD)}`;
  return { uses, reason: `${uses} is not available here` };
}

/**
 * Returns why SQLite could not check something; `null` when the error is no such reason, but damage or trouble with the
 * disk.
 * @param code of the error, for example `SQLITE_ERROR_MISSING_COLLSEQ`
 */
export function whyUnchecked(code: string | undefined, message: string): Lack | null {
  if (code === undefined || !(code === 'SQLITE_ERROR' || code.startsWith('SQLITE_ERROR_'))) return null;
  const lacking = LACKING.find(([start]) => message.startsWith(start));
  if (lacking !== undefined) return lackOf(lacking[1], message.slice(lacking[0].length).replace(/\(\)$/, ''));
  const because = (reason: string): Lack => ({ uses: null, reason });
  if (message.startsWith('foreign key mismatch')) return because('a foreign key refers to columns that are not unique');
  if (message === 'SQL logic error') return because('its module cannot open it here');
  return because(`SQLite reports “${message.slice(0, NAME_TOLD)}”`);
}

/** How many letters of a name, or of what SQLite says, are shown. */
const NAME_TOLD = 200;
/** How many names of a group are listed. */
const NAMES_LISTED = 5;

const PARTS: Record<UncheckedPart['what'], [one: string, many: string]> = {
  index: ['index', 'indexes'],
  column: ['generated column', 'generated columns'],
  check: ['CHECK constraint', 'CHECK constraints'],
  'full-text': ['full-text index', 'full-text indexes'],
  table: ['table', 'tables'],
  'foreign-keys': ['table whose foreign keys', 'tables whose foreign keys'],
  rows: ['table whose rows', 'tables whose rows'],
};

/**
 * Returns the parts that could not be checked as the end of "Verified, except …", for example `3 indexes that use the
 * collation unicase (by_name, by_tag and tags_key)`; those with one reason together.
 */
export function uncheckedInWords(parts: readonly UncheckedPart[]): string {
  const groups = new Map<string, { part: UncheckedPart; names: Set<string> }>();
  for (const part of parts) {
    const key = `${part.what} ${part.uses} ${part.reason}`;
    const group = groups.get(key) ?? { part, names: new Set() };
    groups.set(key, group);
    group.names.add(part.name);
  }
  const explained = [...groups.values()].sort((a, b) => Number(a.part.uses === null) - Number(b.part.uses === null));
  return listInWords(explained.map(({ part, names }) => groupInWords(part, [...names])));
}

function groupInWords({ what, uses, reason }: UncheckedPart, parts: readonly string[]): string {
  const count = countInWords(parts.length, ...PARTS[what]);
  const names = namesInWords(parts);
  if (what === 'foreign-keys') return `${count} cannot be checked (${names}: ${reason})`;
  if (what === 'rows') return `${count} cannot be counted (${names}: ${reason})`;
  if (uses === null) return `${count} (${names}: ${reason})`;
  return `${count} that ${parts.length === 1 ? 'uses' : 'use'} ${uses} (${names})`;
}

function namesInWords(names: readonly string[]): string {
  const listed = names.slice(0, NAMES_LISTED);
  const more = names.length - listed.length;
  return listInWords(more === 0 ? listed : [...listed, `${more.toLocaleString('en-US')} more`]);
}
