import { closeSync, constants, openSync, readSync } from 'node:fs';
import { onDisk } from '../engine/files/byte-names.ts';

/** The header of a database. */
export const START_BYTES = 100;
/** A pipe that has taken the place of a file would wait for a writer, and a link would lead elsewhere. Windows has neither flag. */
const READING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Reads the first bytes of a file, fewer where it is shorter. Blocks the thread: for workers. @throws errors of the file system */
export function readStart(path: string, buffer: Buffer): Buffer {
  const file = openSync(onDisk(path), READING);
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, START_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
