import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SourceDescription } from '../../../../src-shared/model/source.ts';
import { planNameFromPath } from '../../../../src-shared/rules/names/naming.ts';
import { explainError } from '../engine-errors.ts';
import { fileSize, sidecarPaths } from '../files/durable-files.ts';
import { findFileHolders } from '../files/file-holders.ts';
import { mountFacts, sourceWarnings } from '../files/mount-facts.ts';
import type { TaskContext } from '../task-context.ts';
import { describeDatabase, UNKNOWN_FACTS } from './describe-database.ts';
import { openForReading, type Reading } from './open-database.ts';

/** What is to be described. */
export interface DescribeRequest {
  path: string;
  /** What no key opens is described as far as it can be seen; otherwise it is an error. */
  orLocked: boolean;
}

/**
 * Says what a database is without changing it.
 * @throws SnapkeepError when it is none or cannot be read
 */
export async function describeSource(request: DescribeRequest, context: TaskContext): Promise<SourceDescription> {
  const { path } = request;
  const openBy = await findFileHolders(path);
  const seen = { path, name: basename(path), openBy, suggestedPlanName: planNameFromPath(path) };
  const warnings = sourceWarnings(await mountFacts(path));
  let reading: Reading;
  try {
    reading = await openForReading(path, context);
  } catch (error) {
    if (!request.orLocked || !(error instanceof SnapkeepError) || error.code !== 'BAD_KEY') throw error;
    return { ...seen, ...(await sizes(path)), ...NOTHING_KNOWN, warnings };
  }
  using _reading = reading;
  const { database, unlocking } = reading;
  try {
    const { schemaHash: _schemaHash, ...facts } = describeDatabase(database, () => context.throwIfCancelled());
    const databaseEncryption = unlocking && { locked: false, settings: unlocking.settings };
    return { ...seen, ...(await sizes(path)), ...facts, databaseEncryption, warnings };
  } catch (error) {
    throw explainError(error, path);
  }
}

/** What is said of a database that nothing opens. */
const NOTHING_KNOWN = {
  ...UNKNOWN_FACTS,
  databaseEncryption: { locked: true, settings: null },
};

async function sizes(path: string): Promise<{ sizeBytes: number; walBytes: number }> {
  const { wal } = sidecarPaths(path);
  return { sizeBytes: (await stat(path)).size, walBytes: await fileSize(wal) };
}
