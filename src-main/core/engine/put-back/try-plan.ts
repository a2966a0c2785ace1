import type { PutBackPreview } from '../../../../src-shared/model/rows/put-back.ts';
import { sqlTokens, unquotedName } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import { errorCode } from '../engine-errors.ts';
import { describeTables } from '../rows/describe-tables.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema } from '../sqlite/read-schema.ts';
import type { PutBackPlan } from './plan-rows.ts';
import { writtenRows } from './statements.ts';
import { beginPutBack, UnexpectedChange, type WrittenRows, writeRows } from './write-rows.ts';

/** What a plan comes to where it is tried. */
export interface TriedPlan {
  written: WrittenRows;
  effects: PutBackPreview['effects'];
  /** Why it cannot be done, as sentences. */
  problems: string[];
}

/**
 * Tries a plan on a copy of the live database: what triggers, foreign keys and constraints do is known by their doing
 * it.
 */
export function tryPlan(copy: Database, plan: PutBackPlan, onRow: (done: number, total: number) => void): TriedPlan {
  const nothing = { written: { changes: 0, growth: null }, effects: [] };
  try {
    const recorded = record(copy, plan);
    beginPutBack(copy);
    const written = writeRows(copy, plan, onRow);
    copy.exec('COMMIT');
    const effects = effectsOf(recorded, plan, written);
    return { written, effects, problems: replacedProblems(effects, plan) };
  } catch (error) {
    return { ...nothing, problems: [problemOf(error)] };
  } finally {
    if (copy.inTransaction) copy.exec('ROLLBACK');
  }
}

/** @throws what is no property of the rows or the schema */
function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UnexpectedChange) return message;
  const code = errorCode(error) ?? '';
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return 'Rows would refer to rows that are missing.';
  if (code === 'SQLITE_CONSTRAINT_TRIGGER') return `A trigger refuses the rows: “${message}”.`;
  if (code.startsWith('SQLITE_CONSTRAINT')) return `A constraint refuses the rows: “${message}”.`;
  if (code === 'SQLITE_MISMATCH') return 'A value has a type that its column does not take, such as text for a rowid.';
  if (code === 'SQLITE_TOOBIG') return 'A value is longer than SQLite allows.';
  const lack = unchecked(error);
  if (lack === null) throw error;
  return `These rows cannot be put back: ${lack.reason}.`;
}

type Operation = 'INSERT' | 'UPDATE' | 'DELETE';
const OPERATIONS: readonly Operation[] = ['INSERT', 'UPDATE', 'DELETE'];

type Recorded = Map<string, Record<Operation, number>>;

/** Writes the rows once with additional triggers that note each change, and rolls all of it back. */
function record(copy: Database, plan: PutBackPlan): Recorded {
  const tables = describeTables(copy).filter(({ kind }) => kind === 'table');
  copy.exec('CREATE TEMP TABLE noted (name INT, operation INT)');
  for (const [at, { name }] of tables.entries())
    for (const [n, operation] of OPERATIONS.entries())
      copy.exec(`CREATE TEMP TRIGGER noted_${at}_${n} AFTER ${operation} ON main.${quoteName(name)}
        BEGIN INSERT INTO noted VALUES (${at}, ${n}); END`);
  try {
    beginPutBack(copy);
    writeRows(copy, plan, () => undefined);
    const rows = copy
      .prepare('SELECT name, operation, count(*) FROM temp.noted GROUP BY 1, 2')
      .raw()
      .all() as number[][];
    const recorded: Recorded = new Map();
    for (const [at = 0, n = 0, count = 0] of rows) {
      const name = tables[at]?.name ?? '';
      const its = recorded.get(name) ?? { INSERT: 0, UPDATE: 0, DELETE: 0 };
      its[OPERATIONS[n] ?? 'INSERT'] += count;
      recorded.set(name, its);
    }
    return recorded;
  } finally {
    if (copy.inTransaction) copy.exec('ROLLBACK');
    for (const at of tables.keys()) for (const n of OPERATIONS.keys()) copy.exec(`DROP TRIGGER temp.noted_${at}_${n}`);
    copy.exec('DROP TABLE temp.noted');
  }
}

/** What was changed beside the rows of the plan. What REPLACE deletes is missing, and noted by nothing. */
function effectsOf(recorded: Recorded, plan: PutBackPlan, { growth }: WrittenRows): PutBackPreview['effects'] {
  const own = writtenRows(plan);
  const names = new Set([...recorded.keys(), ...Object.keys(growth ?? {})]);
  return [...names]
    .map((table) => {
      const its = recorded.get(table) ?? { INSERT: 0, UPDATE: 0, DELETE: 0 };
      const replaced = growth === null ? 0 : its.INSERT - its.DELETE - (growth[table] ?? 0);
      const ownOf = (action: string): number =>
        own.filter((row) => row.table.name === table && row.action === action).length;
      return {
        table,
        inserted: its.INSERT - ownOf('insert'),
        updated: its.UPDATE - ownOf('update'),
        deleted: its.DELETE + Math.max(0, replaced),
      };
    })
    .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0);
}

function replacedProblems(effects: PutBackPreview['effects'], plan: PutBackPlan): string[] {
  return effects
    .filter(({ table, deleted }) => deleted > 0 && plan.tables.some(({ map }) => map.name === table))
    .map(({ table }) => `Putting the rows back would delete other rows of ${table}.`);
}

/** Returns the triggers of the live database that fire. */
export function firingTriggers(target: Database, plan: PutBackPlan): PutBackPreview['triggers'] {
  const rows = writtenRows(plan);
  return readSchema(target).flatMap(({ type, name, table, sql }) => {
    if (type !== 'trigger' || sql === null) return [];
    const { event, columns } = eventOf(sql);
    const fires = rows.some(
      (row) =>
        row.table.name.toLowerCase() === table.toLowerCase() &&
        (event === 'UPDATE'
          ? row.action === 'update' && updatesAny(row, columns)
          : event === 'INSERT' && row.action === 'insert'),
    );
    return fires ? [{ name, table, event }] : [];
  });
}

function updatesAny({ table, changed }: ReturnType<typeof writtenRows>[number], columns: readonly string[]): boolean {
  return columns.length === 0 || changed.some((at) => columns.includes((table.columns[at] ?? '').toLowerCase()));
}

/** Reads what a trigger fires on. @param sql its CREATE TRIGGER */
function eventOf(sql: string): { event: string; columns: string[] } {
  const tokens = sqlTokens(sql);
  const words = tokens.map((token) => token.toUpperCase());
  const on = words.indexOf('ON');
  const at = words.findIndex(
    (word, n) => n < on && OPERATIONS.includes(word as Operation) && n > words.indexOf('TRIGGER') + 1,
  );
  const columns = words[at + 1] === 'OF' ? tokens.slice(at + 2, on).filter((token) => token !== ',') : [];
  return { event: words[at] ?? '', columns: columns.map((token) => unquotedName(token).toLowerCase()) };
}
