import { stat } from 'node:fs/promises';
import { exists, sidecarPaths } from './durable-files.ts';

/** Returns what tells of a file whether it is the same one and was not written to since: its name and rights may change. */
export async function fileState(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/** Returns the same of several files, wherever they are: those that are missing count as such. */
export async function filesState(paths: readonly string[]): Promise<string> {
  const states: string[] = [];
  for (const path of paths) states.push((await exists(path)) ? await fileState(path) : 'missing');
  return states.join('\n');
}

/** Returns the same of a database with its log and its journal: it changes when a program writes to any of them. */
export function databaseState(path: string): Promise<string> {
  const { wal, journal } = sidecarPaths(path);
  return filesState([path, wal, journal]);
}
