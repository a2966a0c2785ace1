import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Said by the start at login: nobody asked for a window. */
export const HIDDEN = '--hidden';

/** What a start of the application asks for. */
export interface LaunchArguments {
  hidden: boolean;
  /** A file that was opened with Snapkeep: it is to be restored. */
  file: string | undefined;
}

/**
 * Reads the arguments of this start, or of a second one that ran elsewhere.
 * @param argv with the executable first
 * @param cwd the folder that relative paths are meant from
 */
export function readLaunchArguments(
  argv: readonly string[],
  cwd: string,
  exists: (path: string) => boolean = existsSync,
): LaunchArguments {
  const file = argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-') && /\.(db|gz|zst|sqlite|sqlite3|sql)$/i.test(argument))
    .map((argument) => pathOf(argument, cwd))
    .find((path) => path !== undefined && exists(path));
  return { hidden: argv.includes(HIDDEN), file };
}

/** File managers of Linux hand over addresses where the package says it takes them. */
function pathOf(argument: string, cwd: string): string | undefined {
  if (!argument.startsWith('file:')) return resolve(cwd, argument);
  try {
    return fileURLToPath(argument);
  } catch {
    // A file on another machine, which has no path here.
    return undefined;
  }
}
