import type { ComparedCell, SchemaDifference, TableComparison } from '../model/rows/comparison.ts';
import { cellInWords } from './row-history-words.ts';
import { countInWords } from './wording.ts';

/** Returns how rows differ: `+214 rows, −8,715, 3 changed`; empty where none does. */
export function rowChangesInWords({ added, removed, changed }: TableComparison['rows']): string {
  const parts = [
    { count: added, before: '+', after: '' },
    { count: removed, before: '−', after: '' },
    { count: changed, before: '', after: ' changed' },
  ].filter(({ count }) => count > 0);
  // The noun follows the first number alone.
  return parts
    .map(({ count, before, after }, n) => {
      const rows = countInWords(count, 'row');
      return `${before}${n === 0 ? rows : rows.replace(/ rows?$/, '')}${after}`;
    })
    .join(', ');
}

/** Returns how a table differs. */
export function tableChangeInWords({ state, rows, uncompared, shadowTables }: TableComparison): string {
  if (uncompared !== null) return `Rows not compared: ${uncompared}`;
  const changes = rowChangesInWords(rows);
  if (state === 'added') return changes === '' ? 'New table' : `New table, ${changes}`;
  if (state === 'removed') return changes === '' ? 'Removed table' : `Removed table, ${changes}`;
  if (state === 'same') return 'No differences';
  return changes === '' && shadowTables.length > 0 ? 'Index of the virtual table changed' : changes;
}

/** Returns how many tables differ, of those compared. */
export function differingInWords(differing: number): string {
  if (differing === 0) return 'No differences';
  return `${countInWords(differing, 'table')} ${differing === 1 ? 'differs' : 'differ'}`;
}

/** Returns what became of an entry of the schema. */
export function schemaChangeInWords({ type, name, before, after }: SchemaDifference): string {
  const what = before === null ? 'New' : after === null ? 'Removed' : 'Changed';
  return `${what} ${type} ${name}`;
}

/** Returns a value of a row in one line. */
export function comparedCellInWords({ cell, sha256 }: ComparedCell): string {
  return sha256 === null ? cellInWords(cell) : `${cellInWords(cell)}, SHA-256 ${sha256.slice(0, 12)}…`;
}
