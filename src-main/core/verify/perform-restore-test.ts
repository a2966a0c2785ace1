import { basename } from 'node:path';
import type { SqlCheck } from '../../../src-shared/model/plan.ts';
import type { SqlCheckResult } from '../../../src-shared/model/restore/restore-test.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { repairsOf } from '../../../src-shared/rules/verdicts.ts';
import { explainError } from '../engine/engine-errors.ts';
import { removedAtEnd } from '../engine/files/remove-tree.ts';
import { type Database, openForReading } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { verifyAttachedFiles } from './verify-attached-files.ts';
import { type StoredFile, stageAndVerify } from './verify-file.ts';

/** A stored snapshot, and what its owner asks of it. */
export interface RestoreTestRequest extends StoredFile {
  checks: SqlCheck[];
}

/** What a restore test found. */
export interface RestoreTestFindings {
  verification: Verification;
  checks: SqlCheckResult[];
}

/**
 * Restores a stored snapshot to a temporary location as after a disaster, makes every check of a verification, and asks the
 * owner's own questions of what was restored. Files are read back to the last byte. Leaves nothing behind.
 * @throws SnapkeepError when the file cannot be read at all
 */
export async function testRestore(
  { checks, ...file }: RestoreTestRequest,
  context: TaskContext,
): Promise<RestoreTestFindings> {
  const { path } = file;
  const { imagePath, manifest, verification: database } = await stageAndVerify(file, context);
  await using _image = removedAtEnd(imagePath);
  const verification = await verifyAttachedFiles(file, database, false, context);
  if (!verification.valid) return { verification, checks: [] };
  if (manifest?.database === null) return { verification: { ...verification, level: 'restored' }, checks: [] };
  using reading = await openForReading(imagePath, context);
  const results = checks.map((check) => {
    context.throwIfCancelled();
    const result = ask(reading.database, check, basename(path));
    context.log(result.passed ? 'info' : 'error', `${check.name}: ${result.detail}`);
    return result;
  });
  // What needs repair is not verified by having been restored.
  const level = repairsOf(verification.checks) === null ? 'restored' : verification.level;
  return { verification: { ...verification, level }, checks: results };
}

function ask(image: Database, check: SqlCheck, name: string): SqlCheckResult {
  const asked = { name: check.name };
  try {
    const statement = image.prepare(check.sql);
    if (!statement.reader || !statement.readonly)
      return { ...asked, passed: false, detail: 'Not a query: it returns no rows, or would change the database.' };
    const found = statement.pluck().get() as unknown;
    const passed = compare(found, check);
    return { ...asked, passed, detail: `found ${inWords(found)}, expected ${check.operator} ${check.value}` };
  } catch (error) {
    return { ...asked, passed: false, detail: explainError(error, name).message };
  }
}

/** Compares as numbers where both sides are numbers, and as text otherwise; nothing is never as expected. */
function compare(found: unknown, { operator, value }: SqlCheck): boolean {
  if (found === null || found === undefined) return false;
  const numbers = value.trim() !== '' && Number.isFinite(Number(found)) && Number.isFinite(Number(value));
  const [left, right] = numbers ? [Number(found), Number(value)] : [String(found), value];
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
  }
}

function inWords(found: unknown): string {
  if (found === null || found === undefined) return 'nothing';
  return Buffer.isBuffer(found) ? `${found.length} bytes` : String(found).slice(0, 200);
}
