import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SourceComparison } from '../../../src-shared/model/source-comparison.ts';
import { compareTables } from '../../../src-shared/rules/restore/compare-tables.ts';
import { differencesFrom } from '../../../src-shared/rules/same-database.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { describeSource } from './describe-source.ts';

/**
 * Describes a database, read without a change, and compares it with the newest snapshot of a plan.
 * @throws SnapkeepError `NOT_FOUND`; `INVALID_PARAMS` for a plan of files; as {@link describeSource}
 */
export async function compareSource(
  core: CoreContext,
  planId: string,
  path: string,
  key: DatabaseKey | undefined,
  signal: AbortSignal,
): Promise<SourceComparison> {
  const { snapshots, plans } = core.catalog;
  const { name, sourceKind } = plans.require(planId);
  if (sourceKind === 'files') throw hasNoDatabase(name);
  const source = await describeSource(core, path, key, signal);
  const newest = snapshots.newestOwn([planId]).get(planId);
  const facts = newest === undefined ? null : (snapshots.manifest(newest.id)?.database ?? null);
  const snapshot = newest === undefined ? null : { name: newest.name, createdAt: newest.createdAt };
  if (facts === null || source.databaseEncryption?.locked === true)
    return { source, snapshot, same: null, differences: [], tables: [] };
  const differences = differencesFrom(facts, source);
  return {
    ...{ source, snapshot, differences },
    same: differences.length === 0,
    tables: compareTables(facts.tables, source.tables),
  };
}

/** The error for a database that is chosen for a plan of files. */
export function hasNoDatabase(name: string): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `${name} has no database.`, {
    hint: 'Change its files and folders instead.',
  });
}
