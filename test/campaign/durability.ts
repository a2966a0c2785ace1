import { dirname, join } from 'node:path';

/** How strace prints a call on an open file with `-y`, which is the second one where it reads another, and one that gives a name. */
const ON_FILE = /^\d+ +(?:(copy_file_range)\(\d+<[^>]*>, [^,]*, |(\w+)\()\d+<([^>]*)>/;
const NAMING =
  /^\d+ +(?:link|rename)\w*\((?:AT_FDCWD<[^>]*>, |AT_FDCWD, )?"([^"]*)", (?:AT_FDCWD<[^>]*>, |AT_FDCWD, )?"([^"]*)"/;
const SYNCS = new Set(['fsync', 'fdatasync']);

/**
 * Says what a power cut could take although it has its name: files that got one with writes that were not synced, and
 * names that were not synced with their folder afterwards. Kills do not show it, for the kernel keeps what was written.
 * @param trace of strace, with `-f -y`
 * @param matters whether a path has to outlive a power cut
 */
export function* whatIsNotDurable(trace: string, matters: (path: string) => boolean): Generator<string> {
  const unsynced = new Set<string>();
  const unsyncedFolders = new Map<string, string>();
  for (const line of trace.split('\n')) {
    const [, copying = '', call = copying, path = ''] = ON_FILE.exec(line) ?? [];
    if (SYNCS.has(call)) {
      unsynced.delete(path);
      unsyncedFolders.delete(path);
    } else if (call !== '') unsynced.add(path);
    const [, from, to] = NAMING.exec(line) ?? [];
    if (from === undefined || to === undefined || !matters(to)) continue;
    for (const written of unsynced)
      if (written === from || written.startsWith(join(from, '/')))
        yield `${to} got its name before what was written to ${written} was synced.`;
    unsyncedFolders.set(dirname(to), to);
  }
  for (const [folder, name] of unsyncedFolders) yield `${name} got its name, and ${folder} was not synced.`;
}
