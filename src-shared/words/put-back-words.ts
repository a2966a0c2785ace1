import type { PutBackPreview, PutBackRelated, PutBackTable } from '../model/rows/put-back.ts';
import { countInWords, listInWords } from './wording.ts';

/** Returns what becomes of the rows of a table, for example `1 row inserted, 2 rows kept as they are now`. */
export function putBackTableInWords({ insert, update, keep, blocked, same }: PutBackTable): string {
  const parts = [
    [insert, 'inserted'],
    [update, 'overwritten'],
    [keep, keep === 1 ? 'kept as it is now' : 'kept as they are now'],
    [blocked, 'left out because a unique value is taken'],
    [same, 'unchanged'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${countInWords(count, 'row')} ${what}`);
  return told.length === 0 ? 'no rows' : told.join(', ');
}

/** Returns what triggers and foreign keys change beside the rows, for example `log: 1 row inserted`. */
export function effectInWords({ table, inserted, updated, deleted }: PutBackPreview['effects'][number]): string {
  const parts = [
    [inserted, 'inserted'],
    [updated, 'updated'],
    [deleted, 'deleted'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${countInWords(count, 'row')} ${what}`);
  return `${table}: ${told.join(', ')}`;
}

/** Returns what is the matter with related rows in the database, as the end of a sentence about them. */
export function lossInWords({ rows, detached }: PutBackRelated): string {
  if (detached === 0) return rows === 1 ? 'is missing' : 'are missing';
  if (detached < rows) return 'are missing or no longer refer to it';
  return rows === 1 ? 'no longer refers to it' : 'no longer refer to it';
}

function relatedInWords(related: PutBackRelated): string {
  const { table, to, rows } = related;
  const [refer, are] = rows === 1 ? ['refers', 'is'] : ['refer', 'are'];
  const which = `${countInWords(rows, 'row')} of ${table} that ${refer} to ${to}`;
  return `${which} ${lossInWords(related)} and ${are} not included (--include-related).`;
}

/** Returns a preview as lines of text, without its problems. */
export function putBackInWords({ tables, related, triggers, effects }: PutBackPreview): string[] {
  return [
    ...tables.map((table) => `${table.name}: ${putBackTableInWords(table)}.`),
    ...tables.flatMap(({ notes }) => notes),
    ...related.map(relatedInWords),
    ...(triggers.length === 0 ? [] : [`Triggers that fire: ${listInWords(triggers.map(({ name }) => name))}.`]),
    ...effects.map((effect) => `Triggers and foreign keys also change ${effectInWords(effect)}.`),
  ];
}
