import type { UncheckedPart } from '../../../src-shared/model/verification.ts';
import { classifyFinding, type Finding, uncheckedInWords } from '../../../src-shared/rules/sqlite/sqlite-findings.ts';
import {
  type BrokenRows,
  brokenRowsInWords,
  type OutOfStep,
  repairsInWords,
} from '../../../src-shared/words/findings-in-words.ts';
import { quoteName, unchecked } from '../engine/sqlite/count-rows.ts';
import type { Database } from '../engine/sqlite/open-database.ts';
import { readSchema } from '../engine/sqlite/read-schema.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { type PartsChecked, PartsOfTables, tryTo } from './check-table-parts.ts';
import type { VerificationReport } from './verification-report.ts';

/** How many findings are asked for at first, which is all that damage needs to be told. */
const FINDINGS_TOLD = 20;
/** How many are asked for where rows are to be counted that break a rule or are missing from an index. */
const FINDINGS_COUNTED = 1_000_000;
/** SQLite's own limit for the check of a single table. */
const FINDINGS_OF_TABLE = 100;
/** The page at this offset of a file is never used: it holds SQLite's locks. */
const LOCK_BYTE = 2 ** 30;

/** What of a task a check needs. */
type Checking = Pick<TaskContext, 'throwIfCancelled'>;

/** What SQLite found in a database, and what it could not check. */
export class Findings {
  readonly damage: string[] = [];
  readonly unchecked: UncheckedPart[] = [];
  readonly #broken = new Map<string, BrokenRows>();
  readonly #outOfStep = new Map<string, OutOfStep>();
  /** Pages are not where they should be, and nothing else is known of them. */
  misplacedPages = false;
  /** All that is wrong with the pages is which of them are free. */
  freePages = false;
  /** There may be more than was counted. */
  atLeast = false;

  /** Rows that break a rule of their table, as sentences; `null`: none. */
  get warning(): string | null {
    return this.#broken.size === 0 ? null : brokenRowsInWords([...this.#broken.values()], this.atLeast);
  }

  /** What needs repair though every row can be read, as sentences; `null`: nothing. */
  get repairs(): string | null {
    if (this.#outOfStep.size === 0 && !this.freePages) return null;
    return repairsInWords([...this.#outOfStep.values()], this.freePages);
  }

  /** Whether indexes tell another number of rows than their tables. */
  get indexesDiffer(): boolean {
    return this.#outOfStep.size > 0;
  }

  /**
   * Takes the lines of a check.
   * @param table that was checked; `null`: all of them
   * @returns how many findings they tell
   */
  take(table: string | null, lines: { iterate(): Iterable<unknown> }, context: Checking): number {
    let count = 0;
    for (const line of lines.iterate()) {
      context.throwIfCancelled();
      if (line === 'ok') continue;
      const text = String(line);
      count += text.split('\n').length;
      this.#take(classifyFinding(text), 1, text, table);
    }
    return count;
  }

  /** Takes what was found in a table by its parts. */
  takeParts({ unchecked, findings }: PartsChecked): void {
    this.unchecked.push(...unchecked);
    for (const { finding, rows } of findings) this.#take(finding, rows, '', null);
  }

  #take(finding: Finding, rows: number, text: string, table: string | null): void {
    switch (finding.kind) {
      case 'pages':
        // In the check of one table it is damage: free pages are not checked there.
        if (table === null) this.misplacedPages = true;
        else this.damage.push(text.slice(text.indexOf('\n') + 1));
        break;
      case 'damage':
        this.damage.push(text);
        break;
      case 'unchecked':
        this.unchecked.push({ what: 'full-text', name: table ?? tableIn(text), uses: null, reason: finding.reason });
        break;
      case 'rule': {
        const key = `${finding.rule} ${finding.where}`;
        const known = this.#broken.get(key)?.rows ?? 0;
        this.#broken.set(key, { rule: finding.rule, where: finding.where, rows: known + rows });
        break;
      }
      case 'order':
      case 'index': {
        const { kind, name } = finding;
        const known = this.#outOfStep.get(`${kind} ${name}`) ?? { kind, name, faults: {} };
        const faults = { ...known.faults };
        if (finding.kind === 'index') faults[finding.fault] = (faults[finding.fault] ?? 0) + rows;
        this.#outOfStep.set(`${kind} ${name}`, { kind, name, faults });
      }
    }
  }
}

/**
 * Has SQLite check all it can of a database: as a whole, and table by table where it lacks what the database's own
 * program brings, or where pages are misplaced, which may be the free ones alone.
 * @throws SqliteError for damage that keeps SQLite from looking on
 */
export function findDamage(image: Database, context: Checking): Findings {
  try {
    const found = checkWhole(image, FINDINGS_TOLD, context);
    if (found.misplacedPages) return checkTables(image, true, context);
    return found.atLeast && found.damage.length === 0 ? checkWhole(image, FINDINGS_COUNTED, context) : found;
  } catch (error) {
    if (unchecked(error) === null) throw error;
    return checkTables(image, false, context);
  }
}

function checkWhole(image: Database, limit: number, context: Checking): Findings {
  const found = new Findings();
  const count = found.take(null, image.prepare(`PRAGMA integrity_check(${limit})`).pluck(), context);
  found.atLeast = count >= limit;
  return found;
}

/** Adds what SQLite finds in a database: damage, broken rules and rows without a parent. */
export function checkContent(image: Database, report: VerificationReport, context: Checking): Findings {
  // The entries of each index are looked up in no order: with room for most of one, few pages are read from the file twice.
  image.pragma('cache_size = -16384');
  const found = checkIntegrity(image, report, context);
  context.throwIfCancelled();
  checkForeignKeys(image, report, context);
  return found;
}

/** Adds the check of what SQLite finds in a database, and returns what that is. */
function checkIntegrity(image: Database, report: VerificationReport, context: Checking): Findings {
  const found = findDamage(image, context);
  const { damage, warning, repairs } = found;
  const exact = warning === null ? null : `${warning} The copy is exact.`;
  const told = exact === null ? '' : ` ${exact}`;
  if (damage.length > 0) report.add('integrity', 'failed', damage.slice(0, FINDINGS_TOLD).join('; '));
  else if (repairs !== null) report.add('integrity', 'repairable', `${repairs}${told}`);
  else if (exact !== null) report.add('integrity', 'warning', exact);
  else report.addPartial('integrity', found.unchecked);
  if (damage.length === 0 && (repairs ?? warning) !== null) report.unchecked.push(...found.unchecked);
  return found;
}

/** The table that a line of SQLite names as `main.NAME:`. */
function tableIn(line: string): string {
  const start = line.indexOf(' main.') + ' main.'.length;
  const end = line.indexOf(':', start);
  return end > start ? line.slice(start, end) : line;
}

/** @param pagesMisplaced whether the check of the whole found it so */
function checkTables(image: Database, pagesMisplaced: boolean, context: Checking): Findings {
  const found = new Findings();
  let parts: PartsOfTables | undefined;
  for (const name of tableNames(image)) {
    context.throwIfCancelled();
    const check = (kind: 'integrity_check' | 'quick_check'): void => {
      const count = found.take(name, image.prepare(`PRAGMA ${kind}(${quoteName(name)})`).pluck(), context);
      found.atLeast ||= count >= FINDINGS_OF_TABLE;
    };
    const lack = tryTo(() => check('integrity_check'));
    if (lack === null) continue;
    const rowsLack = tryTo(() => check('quick_check'));
    parts ??= new PartsOfTables(image);
    found.takeParts(parts.check(name, lack, rowsLack));
  }
  accountForPages(image, pagesMisplaced, found);
  return found;
}

/**
 * What the check of a single table leaves out: each page belongs to one table or index, or is free. A walk through the
 * pages needs no collation and no function.
 */
function accountForPages(image: Database, misplaced: boolean, found: Findings): void {
  const pragma = (name: string): number => Number(image.pragma(name, { simple: true }));
  const corrupted = image.prepare("SELECT name, pageno FROM temp.dbstat WHERE pagetype = 'corrupted' LIMIT ?");
  for (const { name, pageno } of corrupted.iterate(FINDINGS_TOLD) as Iterable<{ name: string; pageno: number }>)
    found.damage.push(`page ${pageno} of ${name} is not readable`);
  const { pages, different } = image
    .prepare('SELECT count(*) AS pages, count(DISTINCT pageno) AS different FROM temp.dbstat')
    .get() as { pages: number; different: number };
  if (pages !== different) found.damage.push(`${pages - different} pages belong to two tables`);
  found.freePages = misplaced;
  // With auto-vacuum there are pages that only say where the others belong.
  if (pragma('auto_vacuum') !== 0) return;
  const count = pragma('page_count');
  const used = different + pragma('freelist_count') + (count > LOCK_BYTE / pragma('page_size') ? 1 : 0);
  if (used !== count) found.freePages = true;
}

/** Adds the check of foreign keys, of which rows without a parent are a warning: the copy is faithful. */
function checkForeignKeys(image: Database, report: VerificationReport, context: Checking): void {
  const violations: string[] = [];
  const unknown: UncheckedPart[] = [];
  const count = image.prepare('SELECT count(*) FROM temp.pragma_foreign_key_check(?, ?)').pluck();
  for (const name of tableNames(image)) {
    context.throwIfCancelled();
    const lack = tryTo(() => {
      const rows = Number(count.get(name, 'main'));
      if (rows > 0) violations.push(`${quoteName(name)}: ${rows.toLocaleString('en-US')}`);
    });
    if (lack !== null) unknown.push({ what: 'foreign-keys', name, ...lack });
  }
  if (violations.length === 0) report.addPartial('foreign-keys', unknown, 'no violation');
  else {
    const except = unknown.length === 0 ? '' : ` Not checked: ${uncheckedInWords(unknown)}.`;
    const told = `Foreign key violations: rows without a parent row (${violations.join(', ')}).${except}`;
    report.add('foreign-keys', 'warning', told);
    report.unchecked.push(...unknown);
  }
}

/** Every table, those of SQLite's own and virtual ones too. */
function tableNames(image: Database): string[] {
  return readSchema(image)
    .filter(({ type }) => type === 'table')
    .map(({ name }) => name);
}
