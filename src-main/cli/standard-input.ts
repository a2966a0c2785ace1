import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { removedAtEnd } from '../core/engine/files/remove-tree.ts';
import { interruption } from './interruption.ts';
import { UsageError } from './output.ts';

/** What stands for standard input and output where a path is asked for. */
export const PIPE = '-';

/**
 * Keeps what comes from standard input while something is done with it.
 * @param dataFolder it is kept there, in the staging area, which is emptied after a crash
 * @throws UsageError on a terminal; SnapkeepError `INVALID_PARAMS` when nothing comes: nothing is no empty database
 */
export async function withStandardInput<T>(dataFolder: string, work: (path: string) => Promise<T>): Promise<T> {
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
    return await work(path);
  } catch (error) {
    throw error instanceof UsageError ? error : explainError(error, 'standard input');
  }
}
