import { realpath } from 'node:fs/promises';
import type { FileHolder } from '../../../../src-shared/model/values.ts';
import { findHolders } from '../../../platform/file-holders.ts';
import { sidecarPaths } from './durable-files.ts';

/** Whether the system tells which programs have a file open. */
export const tellsHolders = findHolders !== null;

/** The other programs that have a database or the files SQLite keeps beside it open, as far as this user may see. */
export async function findFileHolders(path: string): Promise<FileHolder[]> {
  const real = await realpath(path).catch(() => path);
  const { wal, shm, journal } = sidecarPaths(real);
  return findHolders === null ? [] : findHolders(new Set([real, wal, shm, journal]));
}
