import type { UncheckedPart } from '../../../src-shared/model/verification.ts';
import {
  callingParts,
  functionsOfIndex,
  otherProgramTokenizer,
} from '../../../src-shared/rules/sqlite/schema-needs.ts';
import { type Finding, type IndexFault, type Lack, lackOf } from '../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { breaksRulesSql } from '../engine/dump/broken-rows.ts';
import { quoteName, unchecked } from '../engine/sqlite/count-rows.ts';
import type { Database } from '../engine/sqlite/open-database.ts';
import { readSchema } from '../engine/sqlite/read-schema.ts';

/*
 * The parts of a table that SQLite cannot check in full here. Its check opens a table with all indexes at once, so one
 * that uses an unknown collation keeps it from all the others: these are checked by themselves.
 */

/** What was found in the parts of a table, and which could not be checked. */
export interface PartsChecked {
  unchecked: UncheckedPart[];
  findings: Array<{ finding: Finding; rows: number }>;
}

/** An index of a table, and what it lacks here; `null`: nothing. */
interface Index {
  name: string;
  isPrimaryKey: boolean;
  /** It has entries only for rows that meet a condition. */
  isPartial: boolean;
  /** What it sorts by; `null`: it has a condition or expressions. */
  columns: ReadonlyArray<{ name: string; coll: string }> | null;
  lack: Lack | null;
}

/** What is asked of a table. */
interface Table {
  name: string;
  sql: string;
  withoutRowid: boolean;
  strict: boolean;
}

/** Checks tables by their parts. What the connection knows is asked once. */
export class PartsOfTables {
  readonly #image: Database;
  readonly #functions: ReadonlySet<string>;
  readonly #tables: ReadonlyMap<string, Table>;
  /** The definitions of the indexes that have one. */
  readonly #indexes: ReadonlyMap<string, string>;

  constructor(image: Database) {
    this.#image = image;
    // Cells that leave their page are noticed as it is loaded: again, where it was loaded before.
    image.pragma('cell_size_check = ON');
    image.pragma('shrink_memory');
    const known = image.prepare('SELECT DISTINCT name FROM temp.pragma_function_list').pluck().all() as string[];
    this.#functions = new Set(known.map((name) => name.toLowerCase()));
    const schema = readSchema(image);
    const sqlOf = (wanted: string): Array<[string, string]> =>
      schema.flatMap(({ type, name, sql }) => (type === wanted && sql !== null ? [[name, sql]] : []));
    this.#indexes = new Map(sqlOf('index'));
    const sql = new Map(sqlOf('table'));
    const tables = image.pragma('main.table_list') as Array<{ name: string; wr: number; strict: number }>;
    this.#tables = new Map(
      tables.map(({ name, wr, strict }) => [
        name,
        { name, sql: sql.get(name) ?? '', withoutRowid: wr === 1, strict: strict === 1 },
      ]),
    );
  }

  /**
   * Checks what can be checked of one table alone.
   * @param lack what keeps SQLite from checking the table with its indexes
   * @param rowsLack what keeps it from checking the rows without what is in the indexes; `null`: they were checked
   */
  check(name: string, lack: Lack, rowsLack: Lack | null): PartsChecked {
    const table = this.#tables.get(name);
    const tokenizer = otherProgramTokenizer(table?.sql ?? '');
    if (tokenizer !== null) return only(part('full-text', name, lackOf('tokenizer', tokenizer)));
    if (table === undefined || /^CREATE\s+VIRTUAL/i.test(table.sql)) return only(part('table', name, rowsLack ?? lack));
    const indexes = this.#indexesOf(table);
    const rows = rowsLack === null ? { unchecked: [], findings: [] } : this.#checkRows(table, rowsLack);
    const found = { unchecked: [...rows.unchecked], findings: [...rows.findings] };
    const rowCount = this.#entries(table.name, !table.withoutRowid);
    for (const index of indexes) {
      // Without rowids, the key is the table.
      const isTable = index.isPrimaryKey && table.withoutRowid;
      if (index.lack === null && isTable) continue;
      const looked = index.lack ?? this.#missingFrom(index, indexes, table, lack);
      const missing = typeof looked === 'number' ? looked : 0;
      if (typeof looked !== 'number') found.unchecked.push(part('index', index.name, looked));
      if (!isTable) found.findings.push(...this.#outOfStep(index, rowCount, missing));
    }
    // What keeps SQLite from the table was not found in its definition.
    const explained = found.unchecked.some(({ uses }) => uses !== null);
    return explained ? found : { ...found, unchecked: [part('table', name, rowsLack ?? lack)] };
  }

  #indexesOf({ name }: Table): Index[] {
    const list = this.#image.pragma(`main.index_list(${quoteName(name)})`) as Array<{
      name: string;
      origin: string;
      partial: number;
    }>;
    return list.map(({ name: index, origin, partial }) => {
      const all = this.#image.pragma(`main.index_xinfo(${quoteName(index)})`) as IndexColumn[];
      const columns = all.filter(({ key }) => key === 1);
      const collation = columns.map(({ coll }) => this.#lackOfCollation(coll)).find((each) => each !== null);
      const lack = collation ?? this.#lackOfFunctions(functionsOfIndex(this.#indexes.get(index) ?? ''));
      const plain = partial === 0 && columns.every(isNamed);
      const sortsBy = plain ? columns.filter(isNamed) : null;
      return { name: index, isPrimaryKey: origin === 'pk', isPartial: partial === 1, columns: sortsBy, lack };
    });
  }

  #lackOfCollation(name: string): Lack | null {
    // SQLite lists those that a schema only names.
    const known = tryTo(() => this.#image.prepare(`SELECT 'a' < 'b' COLLATE ${quoteName(name)}`).get());
    return known === null ? null : lackOf('collation', name);
  }

  #lackOfFunctions(names: readonly string[]): Lack | null {
    const missing = names.find((name) => !this.#functions.has(name.toLowerCase()));
    return missing === undefined ? null : lackOf('function', missing);
  }

  /** Reads every row, and checks what columns must not hold. A condition of the table, and what is computed, only SQLite's own check knows. */
  #checkRows(table: Table, lack: Lack): PartsChecked {
    const unchecked = callingParts(table.sql).flatMap(({ kind, column, functions }) => {
      const own = this.#lackOfFunctions(functions);
      const name = column === null ? table.name : `${table.name}.${column}`;
      if (own !== null) return [part(kind, name, own)];
      return kind === 'check' ? [part(kind, name, { uses: null, reason: lack.reason })] : [];
    });
    const findings: PartsChecked['findings'] = [];
    const all = this.#image.pragma(`main.table_xinfo(${quoteName(table.name)})`) as Column[];
    const columns = all.filter(({ hidden }) => hidden === 0);
    this.#readRows(table, columns);
    for (const { name, type, notnull } of columns) {
      const rules = [
        { rule: 'not-null', ruled: { at: 0, name: quoteName(name), notNull: notnull === 1, type: null } },
        { rule: 'type', ruled: { at: 0, name: quoteName(name), notNull: false, type: table.strict ? type : null } },
      ] as const;
      for (const { rule, ruled } of rules) {
        if (!ruled.notNull && ruled.type === null) continue;
        const rows = this.#count(`FROM main.${quoteName(table.name)} NOT INDEXED WHERE ${breaksRulesSql([ruled])}`);
        if (typeof rows === 'number' && rows > 0)
          findings.push({ finding: { kind: 'rule', rule, where: `${table.name}.${name}` }, rows });
      }
    }
    return { unchecked, findings };
  }

  /** Goes through the header of every row. What it says of long values, the walk through their pages checks. @throws SqliteError for damage */
  #readRows({ name }: Table, columns: readonly Column[]): void {
    const lengths = columns.map((column) => `sum(octet_length(${quoteName(column.name)}))`);
    // An order that is not known here keeps SQLite from the rows of a table without rowids; its pages are walked through anyway.
    tryTo(() => this.#image.prepare(`SELECT ${lengths.join(', ')} FROM main.${quoteName(name)} NOT INDEXED`).get());
  }

  /** What the number of entries says of an index, whatever it sorts by. @param missing how many rows it is known not to find */
  #outOfStep({ name, isPartial }: Index, rowCount: number, missing: number): PartsChecked['findings'] {
    const surplus = isPartial ? 0 : this.#entries(name, false) - rowCount;
    const faults: Array<[IndexFault, rows: number]> = [
      ['missing', Math.max(missing, -surplus)],
      ['count', isPartial ? 0 : surplus + missing],
    ];
    return faults.flatMap(([fault, rows]) => (rows > 0 ? [{ finding: { kind: 'index', fault, name }, rows }] : []));
  }

  /** The entries of an index are the cells of all its pages, the rows of a table with rowids those of its leaves. */
  #entries(name: string, onLeaves: boolean): number {
    const sum = `SELECT coalesce(sum(ncell), 0) FROM temp.dbstat WHERE name = ?${onLeaves ? " AND pagetype = 'leaf'" : ''}`;
    return Number(this.#image.prepare(sum).pluck().get(name));
  }

  /** Returns how many rows an index does not find, or why that cannot be told. */
  #missingFrom(index: Index, indexes: readonly Index[], { name, withoutRowid }: Table, lack: Lack): number | Lack {
    const key = indexes.find(({ isPrimaryKey }) => isPrimaryKey);
    const columns = this.#image.pragma(`main.table_xinfo(${quoteName(name)})`) as Column[];
    const taken = new Set(columns.map((column) => column.name.toLowerCase()));
    const rowid = ['rowid', '_rowid_', 'oid'].find((each) => !taken.has(each));
    const row = withoutRowid ? key?.columns?.map(({ name: column }) => quoteName(column)) : rowid && [rowid];
    if (index.columns === null || !row) return { uses: null, reason: lack.reason };
    const rows = `main.${quoteName(name)} AS a ${withoutRowid ? `INDEXED BY ${quoteName(key?.name ?? '')}` : 'NOT INDEXED'}`;
    const same = [
      ...index.columns.map(({ name: c, coll }) => `b.${quoteName(c)} IS a.${quoteName(c)} COLLATE ${quoteName(coll)}`),
      ...row.map((c) => `b.${c} IS a.${c}`),
    ];
    const entry = `SELECT 1 FROM main.${quoteName(name)} AS b INDEXED BY ${quoteName(index.name)} WHERE ${same.join(' AND ')}`;
    return this.#count(`FROM ${rows} WHERE NOT EXISTS (${entry})`);
  }

  #count(from: string): number | Lack {
    let rows = 0;
    const lack = tryTo(() => {
      rows = Number(this.#image.prepare(`SELECT count(*) ${from}`).pluck().get());
    });
    return lack ?? rows;
  }
}

/** Runs a check, and returns what SQLite lacks for it; `null` when it was made. @throws whatever else it ends with */
export function tryTo(check: () => void): Lack | null {
  try {
    check();
    return null;
  } catch (error) {
    const lack = unchecked(error);
    if (lack === null) throw error;
    return lack;
  }
}

const part = (what: UncheckedPart['what'], name: string, { uses, reason }: Lack): UncheckedPart => ({
  what,
  name,
  uses,
  reason,
});
const only = (unchecked: UncheckedPart): PartsChecked => ({ unchecked: [unchecked], findings: [] });

interface IndexColumn {
  name: string | null;
  coll: string;
  key: number;
}

interface Column {
  name: string;
  type: string;
  notnull: number;
  hidden: number;
}

const isNamed = (column: IndexColumn): column is IndexColumn & { name: string } => column.name !== null;
