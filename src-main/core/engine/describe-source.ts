import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import { planNameFromPath } from '../../../src-shared/rules/naming.ts';
import { describeDatabase } from './describe-database.ts';
import { exists, sidecarPaths } from './durable-files.ts';
import { explainError } from './engine-errors.ts';
import { findFileHolders } from './file-holders.ts';
import { closeReading, openForReading } from './open-database.ts';
import type { TaskContext } from './task-context.ts';

/**
 * Says what a database is without changing it.
 * @throws SnapkeepError when it is none or cannot be read
 */
export async function describeSource(path: string, context: TaskContext): Promise<SourceDescription> {
  const openBy = await findFileHolders(path);
  const database = await openForReading(path, context.stagingFolder);
  try {
    const { wal } = sidecarPaths(path);
    const { schemaHash: _schemaHash, ...facts } = describeDatabase(database, () => context.throwIfCancelled());
    return {
      path,
      name: basename(path),
      sizeBytes: (await stat(path)).size,
      walBytes: (await exists(wal)) ? (await stat(wal)).size : 0,
      ...facts,
      openBy,
      suggestedPlanName: planNameFromPath(path),
    };
  } catch (error) {
    throw explainError(error, path);
  } finally {
    closeReading(database);
  }
}
