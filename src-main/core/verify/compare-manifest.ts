import type { DatabaseEncryption } from '../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import { settingsInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { totalRows } from '../../../src-shared/words/table-rows.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { DatabaseFacts } from '../engine/sqlite/describe-database.ts';
import { NO_MANIFEST, type VerificationReport } from './verification-report.ts';

/** How a stored file turned out to be packed. */
export interface Packing {
  /** What the stored file is. */
  stored: FileContent;
  /** What it is inside its encryption; the same where it has none. */
  packed: FileContent;
}

/** Returns how a stored file is packed otherwise than its manifest says; nothing: as it says. */
export function packingDifferences({ stored, packed }: Packing, manifest: Manifest): string[] {
  const encrypted = stored === 'age';
  const compression = packed === 'gzip' ? 'gz' : packed === 'zstd' ? 'zst' : 'none';
  const differences: string[] = [];
  if (encrypted !== (manifest.encryption !== null))
    differences.push(`the stored file is ${encrypted ? '' : 'not '}encrypted with age`);
  if (compression !== manifest.compression && manifest.wrapping === undefined)
    differences.push(`the compression is ${compression} instead of ${manifest.compression}`);
  return differences;
}

/**
 * Adds the checks of whether a database is the one that its manifest describes, in every field that can be compared.
 * @param countedByIndex its tables with the rows that their indexes tell, which differ where those are out of step
 * @param encryption of the database that was opened
 */
export function compareDatabase(
  facts: DatabaseFacts,
  countedByIndex: readonly TableRows[],
  databaseEncryption: DatabaseEncryption | null,
  manifest: Manifest | undefined,
  report: VerificationReport,
): void {
  reportUncounted(facts.tables, report);
  if (!manifest?.database) {
    for (const name of ['manifest', 'schema', 'row-counts'] as const) report.add(name, 'skipped', NO_MANIFEST);
    return;
  }
  const differences = headerDifferences(facts, databaseEncryption, manifest, manifest.database);
  if (differences.length === 0) report.add('manifest', 'passed', 'all fields match the manifest');
  else report.add('manifest', 'failed', `It does not match its manifest: ${differences.join('; ')}.`);
  if (facts.schemaHash === manifest.database.schemaHash) report.add('schema', 'passed', 'matches the manifest');
  else report.add('schema', 'failed', 'The schema does not match the manifest.');
  compareRows(facts.tables, countedByIndex, manifest.database.tables, report);
}

function headerDifferences(
  facts: DatabaseFacts,
  databaseEncryption: DatabaseEncryption | null,
  manifest: Manifest,
  database: NonNullable<Manifest['database']>,
): string[] {
  const found: Array<[what: string, found: string | number, expected: string | number]> = [
    ['user_version', facts.userVersion, database.userVersion],
    ['application_id', facts.applicationId, database.applicationId],
    // The other modes are those of a connection and stand in no file.
    ['the journal mode', inFile(facts.journalMode), inFile(database.journalMode)],
    ['the database encryption', settingsOf(databaseEncryption), settingsOf(manifest.databaseEncryption)],
    ['the key', databaseEncryption?.key ?? 'none', manifest.databaseEncryption?.key ?? 'none'],
  ];
  // The database that a dump makes may lie in its file in another way.
  if (manifest.method !== 'sql-dump') {
    found.push(['the page size', facts.pageSize, database.pageSize]);
    found.push(['the number of pages', facts.pageCount, database.pageCount]);
  }
  return found
    .filter(([, is, expected]) => is !== expected)
    .map(([what, is, expected]) => `${what} is ${is} instead of ${expected}`);
}

const settingsOf = (databaseEncryption: DatabaseEncryption | null): string =>
  databaseEncryption === null ? 'none' : settingsInWords(databaseEncryption.settings);
const inFile = (journalMode: string): string => (journalMode === 'wal' ? 'wal' : 'rollback');

/** Tables whose content was checked in part are reported already. */
function reportUncounted(tables: readonly TableRows[], report: VerificationReport): void {
  const told = new Set(report.unchecked.filter(({ what }) => what === 'table').map(({ name }) => name));
  for (const { name, rows } of tables)
    if (rows === null && !told.has(name))
      report.unchecked.push({ what: 'rows', name, uses: null, reason: 'SQLite lacks what it needs to read it' });
}

function compareRows(
  tables: readonly TableRows[],
  countedByIndex: readonly TableRows[],
  expected: readonly TableRows[],
  report: VerificationReport,
): void {
  const byIndex = new Map(countedByIndex.map((table) => [table.name, table.rows]));
  const rows = new Map(expected.map((table) => [table.name, table.rows]));
  const wrong: string[] = [];
  const uncounted: string[] = [];
  for (const { name, rows: found } of tables) {
    const listed = rows.get(name);
    if (listed === undefined) wrong.push(`${name}: not in the manifest`);
    else if (found === null || listed === null) uncounted.push(name);
    else if (found !== listed && byIndex.get(name) !== listed)
      wrong.push(`${name}: ${found} rows instead of ${listed}`);
    rows.delete(name);
  }
  wrong.push(...[...rows.keys()].map((name) => `${name}: missing`));
  if (wrong.length > 0) report.add('row-counts', 'failed', wrong.slice(0, DIFFERENCES_TOLD).join('; '));
  else {
    const except = uncounted.length === 0 ? '' : `; ${countInWords(uncounted.length, 'table')} not counted`;
    report.add(
      'row-counts',
      except === '' ? 'passed' : 'partial',
      `${countInWords(totalRows(tables), 'row')}${except}`,
    );
  }
}

/** How many tables with other rows are named. */
const DIFFERENCES_TOLD = 20;
