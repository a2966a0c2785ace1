import { join } from 'node:path';
import type { TaskContext } from '../../src-main/core/engine/task-context.ts';
import {
  type FindRequest,
  type FindResult,
  findDatabases,
  type SearchedMachine,
} from '../../src-main/core/find-databases/find-databases.ts';
import { type FindLimits, USUAL_LIMITS } from '../../src-main/core/find-databases/folder-walk.ts';
import { SEARCHED } from './made-up-home.ts';
import { quietContext } from './quiet-context.ts';

/** A made-up machine in a folder, on which no program runs. */
export function machineIn(root: string, more: Partial<SearchedMachine> = {}): SearchedMachine {
  return {
    home: join(root, 'home'),
    folders: SEARCHED.map((path) => join(root, path)),
    remote: [],
    temporary: [],
    mounts: new Map(),
    containerFolders: async () => [],
    openFiles: async () => [],
    ...more,
  };
}

/** Searches a made-up machine. */
export function search(
  root: string,
  given: {
    request?: Partial<FindRequest>;
    machine?: Partial<SearchedMachine>;
    limits?: Partial<FindLimits>;
    context?: Partial<TaskContext>;
  } = {},
): Promise<FindResult> {
  return findDatabases(
    { folders: null, exclude: [], templates: [], ...given.request },
    quietContext(root, given.context),
    machineIn(root, given.machine),
    { ...USUAL_LIMITS, ...given.limits },
  );
}

/** The paths of what was found, below the folder of the machine, in order. */
export function pathsOf({ databases }: FindResult, root: string): string[] {
  return databases.map(({ path }) => path.slice(root.length + 1)).sort();
}
