import { MANIFEST_SUFFIX } from '../../model/manifest.ts';

/** What the names of files end with that belong to another file: a database's log, index and journal, a snapshot's manifest. */
const SUFFIXES = ['-wal', '-shm', '-journal', MANIFEST_SUFFIX];

/** Returns what a name has in addition to that of the file it belongs to; `null`: it belongs to none. */
export function besideSuffix(name: string): string | null {
  return SUFFIXES.find((suffix) => name.endsWith(suffix) && name !== suffix) ?? null;
}
