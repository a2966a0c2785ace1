import type { SchemaVersionQuery } from '../../../src-shared/model/plan.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import type { Check, UncheckedPart } from '../../../src-shared/model/verification.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { countRows } from '../engine/sqlite/count-rows.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { type DatabaseFacts, describeDatabase } from '../engine/sqlite/describe-database.ts';
import { type Database, openDatabase } from '../engine/sqlite/open-database.ts';
import { askSchemaVersion } from '../engine/sqlite/schema-version.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { checkContent } from './check-content.ts';
import { VerificationReport } from './verification-report.ts';
import { aboutImage } from './verify-image.ts';

/** A staged copy of a database, and what is asked of it. */
export interface ImageRequest {
  path: string;
  /** What opens it; `null`: it is not encrypted. */
  unlocking: Unlocking | null;
  /** Of the source: the copy may say another one. */
  journalMode: string;
  /** The source, by which people know the copy. */
  sourcePath: string;
  schemaVersion: SchemaVersionQuery;
}

/** What a manifest says of a copy. */
export interface Described {
  facts: DatabaseFacts;
  schemaVersion: string | null;
}

/** What SQLite found in a copy. */
export interface ContentCheck {
  checks: Check[];
  unchecked: UncheckedPart[];
  /** Counted in the tables themselves where indexes are out of step with them. */
  tables: TableRows[];
}

/** What the check of a copy needs of a task; the check may run in a separate thread. */
export type CheckContext = Pick<TaskContext, 'stagingFolder' | 'throwIfCancelled' | 'log'>;

/** Describes a staged copy. @throws SnapkeepError where SQLite cannot read it */
export function describeImage(request: ImageRequest, context: CheckContext): Described {
  return withImage(request, (image) => describe(image, request, context));
}

/**
 * Describes a staged copy, and has SQLite check all it can of it.
 * @param onDescribed told what it says of itself, before it is checked
 * @throws SnapkeepError where SQLite cannot read it; damage that keeps SQLite from looking on is no error but a finding
 */
export function checkImageContent(
  request: ImageRequest,
  context: CheckContext,
  onDescribed: (described: Described) => void,
): ContentCheck {
  return withImage(request, (image) => {
    const described = describe(image, request, context);
    onDescribed(described);
    const report = new VerificationReport('image');
    let { tables } = described.facts;
    try {
      const { indexesDiffer } = checkContent(image, report, context);
      if (indexesDiffer) tables = countRows(image, () => context.throwIfCancelled(), 'tables');
    } catch (error) {
      if (!errorCode(error)?.startsWith('SQLITE_')) throw error;
      report.add('integrity', 'failed', aboutImage(error, request.path, request.sourcePath, context).message);
    }
    return { checks: report.checks, unchecked: report.unchecked, tables };
  });
}

function withImage<T>({ path, unlocking, sourcePath }: ImageRequest, work: (image: Database) => T): T {
  try {
    using image = openDatabase(path, { readonly: true, unlocking });
    return work(image);
  } catch (error) {
    throw explainError(error, sourcePath);
  }
}

function describe(image: Database, request: ImageRequest, context: CheckContext): Described {
  const facts = describeDatabase(image, () => context.throwIfCancelled());
  return {
    facts: { ...facts, journalMode: request.journalMode },
    schemaVersion: askSchemaVersion(image, request.schemaVersion, request.sourcePath, context),
  };
}
