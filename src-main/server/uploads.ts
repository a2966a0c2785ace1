import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainError } from '../core/engine/engine-errors.ts';

/**
 * Takes a file that was dropped on the window in a browser, which knows no path, into a folder of its own among the
 * files in the making; they are removed at the next start.
 * @param name the file's name as the browser gave it; only its last part is used
 * @returns where the file is
 * @throws SnapkeepError `NO_SPACE`, and whatever else keeps it from being written
 */
export async function takeUpload(dataFolder: string, name: string, body: Readable): Promise<string> {
  const folder = join(dataFolder, 'staging', 'uploads', randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, safeName(name));
  try {
    await pipeline(body, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return path;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw explainError(error, name);
  }
}

/** The last part of a name, without what a file system may not like; never empty, never `.` or `..`. */
export function safeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/'))
    .replace(/[^\p{L}\p{M}\p{N} ._()-]/gu, '_')
    .slice(-120)
    .replace(/^\.+/, '');
  return last.trim() === '' ? 'file' : last;
}
