import { stat } from 'node:fs/promises';

/** Returns what tells of a file whether it is the same one and was not written to since: its name and rights may change. */
export async function fileState(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}
