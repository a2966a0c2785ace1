import type { UncheckedPart } from '../../../src-shared/model/verification.ts';
import { classifyFinding, uncheckedInWords } from '../../../src-shared/rules/sqlite-findings.ts';
import { quoteName, unchecked } from './count-rows.ts';
import type { Database } from './open-database.ts';
import type { TaskContext } from './task-context.ts';
import type { VerificationReport } from './verification-report.ts';

/** How many findings are told, and how many rows without a parent are counted. */
const FINDINGS_TOLD = 20;
const VIOLATIONS_COUNTED = 1000;
/** The page at this place of a file is never used: SQLite's locks are there. */
const LOCK_BYTE = 2 ** 30;

/** What SQLite found in a database, and what it could not check. */
export class Findings {
  readonly damage: string[] = [];
  readonly unchecked: UncheckedPart[] = [];

  /** @param table that was checked; `null`: all of them */
  take(table: string | null, lines: { iterate(): Iterable<unknown> }, context: TaskContext): void {
    for (const line of lines.iterate()) {
      context.throwIfCancelled();
      if (line === 'ok') continue;
      const text = String(line);
      const finding = classifyFinding(text);
      if (finding.kind === 'damage') this.damage.push(text);
      else this.unchecked.push({ what: 'content', name: table ?? tableIn(text), reason: finding.reason });
    }
  }
}

/**
 * Has SQLite check all it can of a database: as a whole, and only where it lacks what the database's own program brings,
 * table by table.
 * @throws SqliteError for damage that keeps SQLite from looking on
 */
export function findDamage(image: Database, context: TaskContext): Findings {
  const found = new Findings();
  try {
    found.take(null, image.prepare(`PRAGMA integrity_check(${FINDINGS_TOLD})`).pluck(), context);
    return found;
  } catch (error) {
    if (unchecked(error) === null) throw error;
    return checkTables(image, context);
  }
}

/** Adds the check of what SQLite finds in a database. */
export function checkIntegrity(image: Database, report: VerificationReport, context: TaskContext): void {
  const { damage, unchecked } = findDamage(image, context);
  if (damage.length > 0) report.add('integrity', 'failed', damage.slice(0, FINDINGS_TOLD).join('; '));
  else report.addPartial('integrity', unchecked);
}

/** The table that a line of SQLite names as `main.NAME:`. */
function tableIn(line: string): string {
  const start = line.indexOf(' main.') + ' main.'.length;
  const end = line.indexOf(':', start);
  return end > start ? line.slice(start, end) : line;
}

function checkTables(image: Database, context: TaskContext): Findings {
  const found = new Findings();
  for (const name of tableNames(image)) {
    context.throwIfCancelled();
    const check = (kind: 'integrity_check' | 'quick_check'): void =>
      found.take(name, image.prepare(`PRAGMA ${kind}(${quoteName(name)})`).pluck(), context);
    const reason = tryTo(() => check('integrity_check'));
    if (reason === null) continue;
    // Without the entries of its indexes, the table may be readable all the same.
    const withoutIndexes = tryTo(() => check('quick_check'));
    found.unchecked.push(
      withoutIndexes === null ? { what: 'indexes', name, reason } : { what: 'content', name, reason: withoutIndexes },
    );
  }
  accountForPages(image, found);
  return found;
}

/** Returns why it cannot be done here; `null` when it was. */
function tryTo(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    const reason = unchecked(error);
    if (reason === null) throw error;
    return reason;
  }
}

/**
 * What the check of a single table leaves out: each page belongs to one table or index, or is free. A walk through the
 * pages needs no collation and no function.
 */
function accountForPages(image: Database, found: Findings): void {
  const pragma = (name: string): number => Number(image.pragma(name, { simple: true }));
  const { pages, different } = image
    .prepare('SELECT count(*) AS pages, count(DISTINCT pageno) AS different FROM temp.dbstat')
    .get() as { pages: number; different: number };
  if (pages !== different) found.damage.push(`${pages - different} pages belong to two tables`);
  // With auto-vacuum there are pages that only say where the others belong.
  if (pragma('auto_vacuum') !== 0) return;
  const count = pragma('page_count');
  const used = different + pragma('freelist_count') + (count > LOCK_BYTE / pragma('page_size') ? 1 : 0);
  if (used !== count) found.damage.push(`${used} of ${count} pages are used or free`);
}

/** Adds the check of foreign keys, of which rows without a parent are a warning: the copy is faithful. */
export function checkForeignKeys(image: Database, report: VerificationReport, context: TaskContext): void {
  const violations = new Map<string, number>();
  const unknown: UncheckedPart[] = [];
  const reason = tryTo(() => countViolations(image, null, violations));
  if (reason !== null) {
    violations.clear();
    for (const name of tableNames(image)) {
      context.throwIfCancelled();
      const reason = tryTo(() => countViolations(image, name, violations));
      if (reason !== null) unknown.push({ what: 'foreign-keys', name, reason });
    }
  }
  if (violations.size === 0) report.addPartial('foreign-keys', unknown, 'no violation');
  else {
    const tables = [...violations].map(([table, rows]) => `${quoteName(table)}: ${rows}`).join(', ');
    const except = unknown.length === 0 ? '' : ` Not checked: ${uncheckedInWords(unknown)}.`;
    report.add('foreign-keys', 'warning', `The data itself has rows whose parent is missing (${tables}).${except}`);
    report.unchecked.push(...unknown);
  }
}

function countViolations(image: Database, table: string | null, violations: Map<string, number>): void {
  const sql = table === null ? 'PRAGMA foreign_key_check' : `PRAGMA foreign_key_check(${quoteName(table)})`;
  let count = 0;
  for (const row of image.prepare(sql).iterate() as Iterable<{ table: string }>) {
    violations.set(row.table, (violations.get(row.table) ?? 0) + 1);
    count += 1;
    if (count >= VIOLATIONS_COUNTED) break;
  }
}

/** Every table, those of SQLite's own and virtual ones too. */
function tableNames(image: Database): string[] {
  return image.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all() as string[];
}
