import type { UncheckedPart } from '../model/verification.ts';
import { listInWords } from './wording.ts';

/**
 * What one line of SQLite's integrity check says. `damage`: the content is not what it should be. `unchecked`: SQLite
 * lacks what the database's own program brings, so nothing is known of that part.
 */
export type Finding = { kind: 'damage' } | { kind: 'unchecked'; reason: string };

/** Returns what a line of an integrity check stands for. */
export function classifyFinding(line: string): Finding {
  // A full-text index that keeps no text of its own cannot be compared with it.
  const compared = line.startsWith('unable to validate the inverted index') && line.endsWith(': SQL logic error');
  return compared ? { kind: 'unchecked', reason: 'its full-text index cannot be compared here' } : { kind: 'damage' };
}

/** What SQLite lacks, by how its message begins; the rest of the message is the name. */
const LACKING: ReadonlyArray<[start: string, what: string]> = [
  ['no such collation sequence: ', 'collation'],
  ['unknown function: ', 'function'],
  ['no such function: ', 'function'],
  ['unsafe use of ', 'function'],
  ['unknown tokenizer: ', 'tokenizer'],
  ['no such tokenizer: ', 'tokenizer'],
  ['no such module: ', 'module'],
  ['no such table: ', 'table'],
];

/**
 * Returns why SQLite could not check something, as it ends the sentence "… could not be checked: …"; `null` when the
 * error is no such reason, but damage or trouble with the disk.
 * @param code of the error, for example `SQLITE_ERROR_MISSING_COLLSEQ`
 */
export function whyUnchecked(code: string | undefined, message: string): string | null {
  if (code === undefined || !(code === 'SQLITE_ERROR' || code.startsWith('SQLITE_ERROR_'))) return null;
  const lacking = LACKING.find(([start]) => message.startsWith(start));
  if (lacking !== undefined) return `the ${lacking[1]} ${message.slice(lacking[0].length, 200)} is not available here`;
  if (message.startsWith('foreign key mismatch')) return 'a foreign key refers to columns that are not unique';
  if (message === 'SQL logic error') return 'its module cannot open it here';
  return `SQLite says “${message.slice(0, 200)}”`;
}

/** How many names of a group are listed. */
const NAMES_LISTED = 5;

/** Returns the parts that could not be checked as the end of "Verified, except …"; those with one reason together. */
export function uncheckedInWords(parts: readonly UncheckedPart[]): string {
  const groups = new Map<string, { what: UncheckedPart['what']; reason: string; names: Set<string> }>();
  for (const { what, name, reason } of parts) {
    const key = `${what} ${reason}`;
    const group = groups.get(key) ?? { what, reason, names: new Set() };
    groups.set(key, group);
    group.names.add(name);
  }
  return listInWords(
    [...groups.values()].map(({ what, reason, names }) => `${PARTS[what]} ${namesInWords([...names])} (${reason})`),
  );
}

const PARTS: Record<UncheckedPart['what'], string> = {
  content: 'the content of',
  indexes: 'the indexes of',
  'foreign-keys': 'the foreign keys of',
  rows: 'the number of rows of',
};

function namesInWords(names: readonly string[]): string {
  const listed = names.slice(0, NAMES_LISTED);
  const more = names.length - listed.length;
  return listInWords(more === 0 ? listed : [...listed, `${more.toLocaleString('en-US')} more`]);
}
