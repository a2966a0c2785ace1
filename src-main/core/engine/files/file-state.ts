import { stat } from 'node:fs/promises';
import { fileSize, sidecarPaths } from './durable-files.ts';

/** Returns what tells of a file whether it is the same one and was not written to since: its name and rights may change. */
export async function fileState(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/** Returns the same of several files, wherever they are: SQLite makes its own, which are as good as missing while they are empty. */
export async function filesState(paths: readonly string[]): Promise<string> {
  const states: string[] = [];
  for (const path of paths) states.push((await fileSize(path)) > 0 ? await fileState(path) : 'empty');
  return states.join('\n');
}

/** Returns the same of a database with its log and its journal: it changes when a program writes to any of them. */
export function databaseState(path: string): Promise<string> {
  const { wal, journal } = sidecarPaths(path);
  return filesState([path, wal, journal]);
}

/** Returns {@link databaseState} after a change that is done, whatever fails now; `null`: unknown. */
export async function stateAfterChange(path: string): Promise<string | null> {
  return databaseState(path).catch(() => null);
}
