import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSystem } from '../../../platform/file-system.ts';
import { errorCode } from '../engine-errors.ts';
import { onDisk, textOf } from './byte-names.ts';

/** Removes a folder with everything in it, also from folders that may not be written. Links are never followed. */
export async function removeTree(path: string): Promise<void> {
  if (fileSystem.hasModes && process.getuid?.() !== 0) await openUp(path);
  await rm(onDisk(path), { recursive: true, force: true });
}

async function openUp(path: string): Promise<void> {
  try {
    if (!(await lstat(onDisk(path))).isDirectory()) return;
    await chmod(onDisk(path), 0o700);
    for (const entry of await readdir(onDisk(path), { withFileTypes: true, encoding: 'buffer' })) {
      if (entry.isDirectory()) await openUp(join(path, textOf(entry.name)));
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Removes a file, or a folder with everything in it, when the block that declares it with `await using` ends. */
export function removedAtEnd(path: string): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => removeTree(path) };
}
