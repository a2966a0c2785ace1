import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { explainError } from '../../core/engine/engine-errors.ts';
import { removedAtEnd } from '../../core/engine/files/remove-tree.ts';
import { interruption } from '../interruption.ts';
import { UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { addKeyOptions, type KeyOptions } from './key-options.ts';
import { addPointOptions, asksForPoint, findPoint, type PointOptions } from './point-options.ts';

/** The key of a snapshot or backup file, and which file of an archive is meant. */
export interface SourceOptions extends KeyOptions, PointOptions {
  entry?: string;
}

/** Adds the options of a command that reads a snapshot or backup file. */
export function addSourceOptions(command: Command): Command {
  return addPointOptions(addKeyOptions(command)).option(
    '--entry <name>',
    'name of the database in an archive that contains several',
  );
}

/** What stands for standard input and output where a path is asked for. */
export const PIPE = '-';

/**
 * Does something with a snapshot, a point in time, a backup file or what comes from standard input.
 * @param given id or name of a snapshot, path of a file, `-`, or with a point the name or id of a plan
 * @throws UsageError for an entry of a snapshot, and for a key where standard input is the snapshot
 */
export async function withSource(
  session: Session,
  given: string,
  { entry, keyStdin, ...point }: SourceOptions,
  work: (source: RestoreSource) => Promise<void>,
): Promise<void> {
  if (asksForPoint(point)) return work(await findPoint(session, given, point));
  const inEntry = entry === undefined ? {} : { entry };
  if (given === PIPE) {
    if (keyStdin === true) throw new UsageError('Standard input carries the snapshot. Use --key-env for the key.');
    return withStandardInput(session.dataFolder, (path) => work({ path, ...inEntry }));
  }
  const source = await session.findSource(given);
  if (entry !== undefined && !('path' in source))
    throw new UsageError('--entry applies to archive files, not to snapshots.');
  return work({ ...source, ...inEntry });
}

/**
 * Keeps what comes from standard input while something is done with it.
 * @param dataFolder it is kept there, in the staging area, which is emptied after a crash
 * @throws UsageError on a terminal; SnapkeepError `INVALID_PARAMS` when nothing comes: nothing is no empty database
 */
async function withStandardInput(dataFolder: string, work: (path: string) => Promise<void>): Promise<void> {
  if (process.stdin.isTTY)
    throw new UsageError('“-” reads a snapshot from standard input, but nothing is piped to it.');
  const folder = join(dataFolder, 'staging', `input-${randomUUID()}`);
  const path = join(folder, 'standard input');
  await using _folder = removedAtEnd(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await pipeline(process.stdin, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal: interruption });
    if ((await stat(path)).size === 0) {
      throw new SnapkeepError('INVALID_PARAMS', 'Standard input is empty.', {
        hint: 'Check the output of the piped command. Empty input is never treated as an empty database.',
      });
    }
    await work(path);
  } catch (error) {
    throw error instanceof UsageError ? error : explainError(error, 'standard input');
  }
}
