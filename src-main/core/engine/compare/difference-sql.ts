import type { SchemaDifference } from '../../../../src-shared/model/rows/comparison.ts';
import { breaksRules, dropRules, restoreRules, type StoredValue } from '../dump/broken-rows.ts';
import { dumpRows } from '../dump/dump-rows.ts';
import { type DumpedSchema, type DumpedTable, ended, readDumpedSchema, virtualTables } from '../dump/dump-schema.ts';
import { quoteText, textLiteralOf } from '../dump/literals.ts';
import { askPragma, pragmaValue } from '../rows/ask-pragma.ts';
import { hasRows } from '../rows/describe-tables.ts';
import { valueLiteral } from '../rows/sql-literal.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { schemaDifferences } from './compare-images.ts';
import type { ComparedImage } from './compared-image.ts';
import { LongValue, type RowValue, TextBytes } from './exact-values.ts';
import { pairTable, type RowDifference, rowDifferences, type TablePair, tellsRowid } from './row-differences.ts';

/*
 * The differences as a script that makes B of A. Triggers stay out of it while rows are written, and virtual tables
 * while their shadow tables are. A table whose definition differs is made anew, with all its rows.
 */

/** What a script is made of. */
interface Plan {
  before: ComparedImage;
  after: ComparedImage;
  schema: SchemaDifference[];
  dumped: DumpedSchema;
  /** Tables of both states with the same definition whose rows differ. */
  pairs: TablePair[];
  /** By their names in small letters: tables that are dropped, and those that are made with all their rows. */
  dropped: Set<string>;
  made: DumpedTable[];
  /** Tables that are emptied and filled: no statement can name a single one of their rows. */
  refilled: DumpedTable[];
}

/**
 * Writes the SQL that makes the content of B of a database with the content of A. Page size, encoding and auto_vacuum
 * stay as they are.
 * @param table the rows of this table alone
 * @returns the text in pieces
 */
export function* differenceSql(before: ComparedImage, after: ComparedImage, table?: string): Generator<Buffer> {
  const plan = planOf(before, after, table);
  const settings = table === undefined ? settingStatements(before, after) : [];
  const statistics = table === undefined ? statisticsStatements(plan) : [];
  if (isEmpty(plan) && settings.length === 0 && statistics.length === 0) {
    yield* lines(['-- No differences.']);
    return;
  }
  yield* lines(['PRAGMA foreign_keys=OFF;', 'BEGIN TRANSACTION;', 'PRAGMA ignore_check_constraints=ON;', ...settings]);
  const writesRows = plan.pairs.length + plan.made.length + plan.refilled.length + plan.dropped.size > 0;
  const virtual = table === undefined ? virtualStatements(plan) : { before: [], after: [] };
  const asides = asideStatements(plan, writesRows);
  yield* lines([...schemaAsText(plan), ...asides.before, ...virtual.before]);
  for (const name of plan.dropped) yield* lines([`DROP TABLE IF EXISTS ${quoteName(name)};`]);
  for (const made of plan.made) {
    if (made.create !== null) yield* lines([made.create]);
    yield* rowsOf(plan, made);
  }
  for (const refilled of plan.refilled) {
    yield* lines([`DELETE FROM ${quoteName(refilled.name)};`]);
    yield* rowsOf(plan, refilled);
  }
  for (const pair of plan.pairs) yield* rowStatements(pair, plan.dumped);
  yield* lines([...asides.indexes, ...virtual.after, ...asides.after, ...statistics]);
  if (statistics.length > 0) for (const each of plan.dumped.statistics) yield* rowsOf(plan, each);
  if (table === undefined) yield* sequenceStatements(plan);
  yield* lines(['COMMIT;']);
}

function planOf(before: ComparedImage, after: ComparedImage, only: string | undefined): Plan {
  const schema = only === undefined ? schemaDifferences(before, after) : [];
  const dumped = readDumpedSchema(after.database);
  const changed = new Set(schema.filter(({ type }) => type === 'table').map(({ name }) => name.toLowerCase()));
  const isChanged = ({ name }: { name: string }): boolean => changed.has(name.toLowerCase());
  const wanted = dumped.tables.filter(({ name }) => only === undefined || only.toLowerCase() === name.toLowerCase());
  const pairs = wanted
    .filter((table) => !isChanged(table))
    .map((table) => ({ table, pair: pairTable(before, after, table.name, Number.POSITIVE_INFINITY) }))
    .filter((each): each is { table: DumpedTable; pair: TablePair } => each.pair !== null && differs(each.pair));
  const isNameless = ({ pair }: { pair: TablePair }): boolean => pair.identity === null && !tellsRowid(pair);
  return {
    before,
    after,
    schema,
    dumped,
    pairs: pairs.filter((each) => !isNameless(each)).map(({ pair }) => pair),
    refilled: pairs.filter(isNameless).map(({ table }) => table),
    dropped: new Set(before.tables.filter((table) => hasRows(table) && isChanged(table)).map(({ name }) => name)),
    made: only === undefined ? dumped.tables.filter((table) => isChanged(table) || table.columns.length === 0) : [],
  };
}

function differs(pair: TablePair): boolean {
  for (const _ of rowDifferences(pair)) return true;
  return false;
}

/** No DROP finds an entry whose name is stored as a blob. */
function schemaAsText({ before, schema }: Plan): string[] {
  const blob = "SELECT 1 FROM main.sqlite_schema WHERE typeof(name) = 'blob' LIMIT 1";
  if (schema.length === 0 || before.database.prepare(blob).get() === undefined) return [];
  const texts = ['type', 'name', 'tbl_name', 'sql'].map((column) => `${column}=CAST(${column} AS TEXT)`);
  return [
    'PRAGMA writable_schema=ON;',
    `UPDATE sqlite_master SET ${texts.join(',')};`,
    'PRAGMA writable_schema=RESET;',
  ];
}

const isEmpty = ({ schema, pairs, made, refilled }: Plan): boolean =>
  schema.length + pairs.length + made.length + refilled.length === 0;

function settingStatements(before: ComparedImage, after: ComparedImage): string[] {
  return ['application_id', 'user_version'].flatMap((name) => {
    const value = pragmaValue(after.database, name);
    return pragmaValue(before.database, name) === value ? [] : [`PRAGMA ${name}=${value};`];
  });
}

/** Indexes, views and triggers: what goes before the rows are written, and what comes after. */
function asideStatements(plan: Plan, writesRows: boolean): { before: string[]; indexes: string[]; after: string[] } {
  const { before, after, schema, made } = plan;
  const remade = new Set(made.map(({ name }) => name.toLowerCase()));
  const differs = (type: string, name: string): boolean =>
    schema.some((entry) => entry.type === type && entry.name.toLowerCase() === name.toLowerCase());
  const isAside = (type: string, name: string, table: string): boolean =>
    differs(type, name) || (type === 'trigger' && writesRows) || (type === 'index' && remade.has(table.toLowerCase()));
  const own = ({ schema: entries }: ComparedImage, type: string): ComparedImage['schema'] =>
    entries.filter(
      (entry) =>
        entry.type === type &&
        entry.sql !== null &&
        !/^sqlite_/i.test(entry.name) &&
        isAside(type, entry.name, entry.table),
    );
  const drops = (type: 'trigger' | 'view' | 'index'): string[] =>
    own(before, type).map(({ name }) => `DROP ${type.toUpperCase()} IF EXISTS ${quoteName(name)};`);
  const makes = (type: string): string[] => own(after, type).map(({ sql }) => ended(sql ?? ''));
  return {
    before: [...drops('trigger'), ...drops('view'), ...drops('index')],
    indexes: makes('index'),
    after: [...makes('view'), ...makes('trigger')],
  };
}

/** A virtual table is out of the schema while its shadow tables are written, for nobody else may write to those. */
function virtualStatements({ before, after, pairs, dropped, made, schema }: Plan): {
  before: string[];
  after: string[];
} {
  const names = ({ tables }: ComparedImage): string[] =>
    tables.filter(({ kind }) => kind === 'virtual').map(({ name }) => name);
  const written = [...pairs.map(({ name }) => name), ...dropped, ...made.map(({ name }) => name)];
  const touched = (name: string): boolean =>
    schema.some((entry) => entry.type === 'table' && entry.name.toLowerCase() === name.toLowerCase()) ||
    written.some((table) => table.toLowerCase().startsWith(`${name.toLowerCase()}_`));
  const [gone, come] = [names(before).filter(touched), new Set(names(after).filter(touched))];
  return {
    before:
      gone.length === 0
        ? []
        : [
            'PRAGMA writable_schema=ON;',
            ...gone.map((name) => `DELETE FROM sqlite_master WHERE type='table' AND name=${quoteText(name)};`),
            'PRAGMA writable_schema=RESET;',
          ],
    after: virtualTables(
      after.schema.filter(
        (entry): entry is typeof entry & { sql: string } => entry.sql !== null && come.has(entry.name),
      ),
    ),
  };
}

function* rowsOf({ after }: Plan, table: DumpedTable): Generator<Buffer> {
  yield* dumpRows(after.database, table, after.encoding !== 'utf-8', () => undefined);
}

/** Statistics are few rows: they are made anew where anything in them differs. */
function statisticsStatements({ before, after, dumped }: Plan): string[] {
  const stateOf = ({ database, schema }: ComparedImage): Array<[string, unknown]> =>
    schema
      .filter(({ type, name }) => type === 'table' && /^sqlite_stat\d$/i.test(name))
      .map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).raw().all()]);
  const old = stateOf(before);
  if (JSON.stringify(old) === JSON.stringify(stateOf(after))) return [];
  return [...old.map(([name]) => `DROP TABLE ${name};`), ...dumped.statisticsMakers];
}

function* sequenceStatements(plan: Plan): Generator<Buffer> {
  const { before, after, dumped } = plan;
  const rows = ({ database, schema }: ComparedImage): unknown =>
    schema.some(({ name }) => name === 'sqlite_sequence')
      ? database.prepare('SELECT CAST(name AS TEXT), CAST(seq AS TEXT) FROM sqlite_sequence ORDER BY 1').raw().all()
      : [];
  if (plan.made.length === 0 && JSON.stringify(rows(before)) === JSON.stringify(rows(after))) return;
  if (dumped.sequence === null) {
    if (JSON.stringify(rows(before)) !== '[]') yield* lines(['DELETE FROM sqlite_sequence;']);
    return;
  }
  yield* lines(['DELETE FROM sqlite_sequence;']);
  yield* rowsOf(plan, dumped.sequence);
}

/**
 * The statements for the rows of a table, deletions first: what they free, others may take. Where another unique index
 * could be in the way, a row that changed is deleted and inserted again.
 */
function* rowStatements(pair: TablePair, { tables }: DumpedSchema): Generator<Buffer> {
  const table = tables.find(({ name }) => name === pair.name);
  if (table === undefined) return;
  const writer = new RowWriter(pair, table);
  for (const difference of rowDifferences(pair)) yield* lines(writer.deletion(difference));
  for (const difference of rowDifferences(pair)) yield* lines(writer.writing(difference));
  yield* lines(writer.end());
}

class RowWriter {
  readonly #pair: TablePair;
  readonly #table: DumpedTable;
  /** The positions of columns that take values: generated ones do not. */
  readonly #stored: number[];
  readonly #inserts: boolean;
  #rulesDropped = false;

  constructor(pair: TablePair, table: DumpedTable) {
    this.#pair = pair;
    this.#table = table;
    const taken = new Set(table.columns);
    this.#stored = pair.columns.flatMap((name, at) => (taken.has(quoteName(name)) ? [at] : []));
    this.#inserts = uniqueIndexes(pair) > (pair.identity === null || pair.identity.isRowid ? 0 : 1);
  }

  deletion(difference: RowDifference): string[] {
    const { before, after } = difference;
    if (before === null || (after !== null && !this.#inserts)) return [];
    return [`DELETE FROM ${quoteName(this.#pair.name)} WHERE ${this.#where(difference)};`];
  }

  writing(difference: RowDifference): string[] {
    const { before, after, rowid } = difference;
    if (after === null) return [];
    return [
      ...this.#rules(after),
      ...(before === null || this.#inserts ? this.#insert(after, rowid) : this.#update(difference)),
    ];
  }

  end(): string[] {
    return this.#rulesDropped ? [restoreRules(this.#table)] : [];
  }

  #insert(after: readonly RowValue[], rowid: bigint | null): string[] {
    const columns = this.#stored.map((at) => quoteName(this.#pair.columns[at] ?? ''));
    const values = this.#stored.map((at) => this.#literal(after[at] ?? null));
    if (rowid !== null && this.#table.rowid !== null) {
      columns.unshift(this.#table.rowid);
      values.unshift(String(rowid));
    }
    const name = quoteName(this.#pair.name);
    return [`INSERT INTO ${name}(${columns.join(',')}) VALUES(${values.join(',')});`];
  }

  #update(difference: RowDifference): string[] {
    const { before, after } = difference;
    const set = this.#stored
      .map((at) => [at, this.#literal(before?.[at] ?? null), this.#literal(after?.[at] ?? null)] as const)
      .filter(([, one, other]) => one !== other)
      .map(([at, , other]) => `${quoteName(this.#pair.columns[at] ?? '')}=${other}`);
    if (set.length === 0) return [];
    return [`UPDATE ${quoteName(this.#pair.name)} SET ${set.join(',')} WHERE ${this.#where(difference)};`];
  }

  #where({ before, rowid }: RowDifference): string {
    const { identity, columns, tables } = this.#pair;
    if (identity === null) return `${tables.before.rowid}=${rowid}`;
    const isKey = ({ name }: { name: string }): string =>
      `${quoteName(name)}=${this.#literal(before?.[columns.indexOf(name)] ?? null)}`;
    return identity.columns.map(isKey).join(' AND ');
  }

  #literal(value: RowValue): string {
    if (value instanceof TextBytes) return textLiteralOf(value.bytes);
    // It stands for a value alone: whether two are the same.
    if (value instanceof LongValue) return quoteText(value.sha256);
    return valueLiteral(value, this.#pair.before.encoding);
  }

  #rules(after: readonly RowValue[]): string[] {
    const { ruled, rowid } = this.#table;
    const values = this.#stored.map((at): StoredValue => {
      const value = after[at] ?? null;
      return value instanceof TextBytes ? '' : (value as StoredValue);
    });
    if (this.#rulesDropped || !breaksRules(rowid === null ? values : [0n, ...values], ruled)) return [];
    this.#rulesDropped = true;
    return [dropRules(this.#table)];
  }
}

function uniqueIndexes({ after, name }: TablePair): number {
  const indexes = askPragma<{ unique: number }>(after.database, `main.index_list(${quoteName(name)})`);
  return indexes.filter(({ unique }) => unique === 1).length;
}

function* lines(statements: readonly string[]): Generator<Buffer> {
  for (const statement of statements) yield Buffer.from(`${statement}\n`);
}
