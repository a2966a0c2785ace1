import type { BrokenRule, IndexFault } from '../rules/sqlite/sqlite-findings.ts';
import { countInWords, listInWords } from './wording.ts';

/** How many rows break a rule of their table. */
export interface BrokenRows {
  rule: BrokenRule;
  where: string;
  rows: number;
}

/** What finds rows and is out of step with them. */
export interface OutOfStep {
  kind: 'index' | 'order';
  name: string;
  /** How often each fault was found; none of a table that is not in the order of its key. */
  faults: Partial<Record<IndexFault, number>>;
}

/** How many rules or indexes are named. */
const TOLD = 10;

/** Returns what rows break, as sentences for a warning; `atLeast`: not all of them were counted. */
export function brokenRowsInWords(broken: readonly BrokenRows[], atLeast: boolean): string {
  const sentences = broken.slice(0, TOLD).map((each) => brokenInWords(each, atLeast));
  return withMore(sentences, broken.length).join(' ');
}

function brokenInWords({ rule, where, rows }: BrokenRows, atLeast: boolean): string {
  const count = `${atLeast && rows > 1 ? 'At least ' : ''}${countInWords(rows, 'row')}`;
  const [violate, repeat, have] = rows === 1 ? ['violates', 'repeats', 'has'] : ['violate', 'repeat', 'have'];
  switch (rule) {
    case 'check':
      return `${count} ${violate} a CHECK constraint in ${where}.`;
    case 'not-null':
      return `${count} ${have} NULL in ${where}, which is declared NOT NULL.`;
    case 'type':
      return `${count} ${have} a value in ${where} with the wrong type for its column.`;
    case 'unique':
      return `${count} ${repeat} a value in the unique index ${where}.`;
    case 'search':
      return `The full-text index ${where} does not match its text; the program that created it can rebuild it.`;
  }
}

/** Returns what needs repair in a database whose rows can all be read, and what repairs it, as sentences. */
export function repairsInWords(outOfStep: readonly OutOfStep[], freePages: boolean): string {
  const sentences = outOfStep.slice(0, TOLD).map(outOfStepInWords);
  if (freePages)
    sentences.push(
      'The list of free pages is damaged, so writes could overwrite rows. Run VACUUM before you use the database.',
    );
  return withMore(sentences, outOfStep.length + (freePages ? 1 : 0)).join(' ');
}

function outOfStepInWords({ kind, name, faults }: OutOfStep): string {
  const quoted = /^[A-Za-z_]\w*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  if (kind === 'order')
    return `The rows of ${name} are not in the order of their primary key. A SQL dump of the database restores them in order.`;
  const { missing = 0, count = 0, value = 0 } = faults;
  const what = [
    missing > 0 && `is missing ${countInWords(missing, 'row')}`,
    missing === 0 && count > 0 && 'has entries for rows that are not in its table',
    value > 0 && `has other values than its table for ${countInWords(value, 'row')}`,
  ].filter((each) => each !== false);
  return `Index ${name} ${listInWords(what)}. Run REINDEX ${quoted} to repair it.`;
}

function withMore(sentences: readonly string[], all: number): string[] {
  const more = all - sentences.length;
  return more > 0 ? [...sentences, `${more.toLocaleString('en-US')} more findings of this kind.`] : [...sentences];
}
