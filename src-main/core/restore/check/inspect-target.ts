import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { SchemaVersionQuery } from '../../../../src-shared/model/plan.ts';
import type { RestoreMethod } from '../../../../src-shared/model/restore/restore.ts';
import { errorCode, explainError } from '../../engine/engine-errors.ts';
import { exists, sidecarPaths } from '../../engine/files/durable-files.ts';
import type { Unlocking } from '../../engine/sqlite/database-key.ts';
import { type DatabaseFacts, describeDatabase } from '../../engine/sqlite/describe-database.ts';
import { nameWithLog } from '../../engine/sqlite/hard-links.ts';
import { openForReading } from '../../engine/sqlite/open-database.ts';
import { readSchema, type SchemaEntry } from '../../engine/sqlite/read-schema.ts';
import { askSchemaVersion } from '../../engine/sqlite/schema-version.ts';
import type { TaskContext } from '../../engine/task-context.ts';

/** What stands where a restore would go. */
export interface Target {
  exists: boolean;
  /** Why it cannot be read as a database; `null` when it can, or when it does not exist. */
  damage: string | null;
  facts: DatabaseFacts | undefined;
  /** What opened it; `null`: it is not encrypted, or cannot be read. */
  unlocking: Unlocking | null;
  schema: SchemaEntry[];
  /** What it was answered when it was asked for the version of its schema. */
  schemaVersion: string | null;
  /**
   * The file's device, number and birth: another file under the same name is another target, also where the disk gives
   * it the number of the one before.
   */
  identity: string;
}

/**
 * Looks at the target of a restore without changing it.
 * @throws SnapkeepError `LOCKED`, `PERMISSION`, `INVALID_PARAMS` for a folder; a damaged file is a finding, no error
 */
export async function inspectTarget(
  path: string,
  context: TaskContext,
  query: SchemaVersionQuery = null,
): Promise<Target> {
  const nothing: Target = {
    exists: false,
    damage: null,
    facts: undefined,
    unlocking: null,
    schema: [],
    schemaVersion: null,
    identity: 'nothing',
  };
  let identity: string;
  await requireOwnLog(path);
  try {
    const info = await stat(path, { bigint: true });
    identity = `${info.dev}:${info.ino}:${info.birthtimeNs}`;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw explainError(error, path);
    const { wal, journal } = sidecarPaths(path);
    // A log or a journal left without its database would be played into the restored one, so it counts as something.
    const leftover = (await exists(wal)) || (await exists(journal));
    return leftover
      ? { ...nothing, exists: true, damage: 'The database file is missing; only its log exists.', identity: 'log' }
      : nothing;
  }
  try {
    using reading = await openForReading(path, context);
    const { database, unlocking } = reading;
    const facts = describeDatabase(database, () => context.throwIfCancelled());
    const schema = readSchema(database);
    const schemaVersion = askSchemaVersion(database, query, basename(path), context);
    return { exists: true, damage: null, facts, unlocking, schema, schemaVersion, identity };
  } catch (error) {
    const explained = explainError(error, path);
    if (!['CORRUPT', 'UNSUPPORTED', 'BAD_KEY'].includes(explained.code)) throw explained;
    return { ...nothing, exists: true, damage: explained.message, identity };
  }
}

/** @throws SnapkeepError `CONFLICT` where the log lies beside another name of the file: it would be played into what is restored */
export async function requireOwnLog(path: string): Promise<void> {
  const name = await nameWithLog(path);
  if (name === path) return;
  throw new SnapkeepError(
    'CONFLICT',
    `${path} is a hard link of ${name}, and its log or journal lies beside that name.`,
    {
      hint: `Nothing was changed. Restore to ${name}, or remove one of the two names.`,
    },
  );
}

/**
 * Chooses the method. Writing into the live file through SQLite is safe for programs that have it open, but cannot
 * change the page size of a database in WAL mode, needs a database that can be read, and knows no keys.
 */
export function chooseMethod(
  target: Target,
  image: { pageSize: number; pageCount: number; encrypted: boolean },
): RestoreMethod {
  if (!target.exists) return 'create';
  if (image.encrypted || target.unlocking !== null) return 'replace-file';
  if (target.facts === undefined || target.facts.pageCount === 0 || image.pageCount === 0) return 'replace-file';
  return target.facts.pageSize === image.pageSize ? 'into-live' : 'replace-file';
}
