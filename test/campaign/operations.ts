import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import { changePageSize } from './ledger.ts';
import { dieAtStep, run, succeed } from './product.ts';
import type { Scene } from './scene.ts';

/** One thing that a person has the product do. */
export interface Operation {
  readonly name: string;
  /** What has to be done before it, unharmed. */
  prepare?(scene: Scene): Promise<void>;
  args(scene: Scene): string[];
  /** It knows files by their inodes, which copies of a prepared scene do not keep: each attempt is prepared anew. */
  readonly preparedAnew?: boolean;
  /** The data folder it uses; that of the scene by default. */
  home?(scene: Scene): string;
  /** It replaces or removes the database. `undoable`: Undo brings back what was there; `undo`: it is Undo itself. */
  readonly replaces?: 'undoable' | 'undo';
  /** It replaces the attached files, too. */
  readonly everything?: boolean;
  /** How many of the oldest snapshots it may take away. */
  readonly takesAway?: number;
}

const restoreNewest = (scene: Scene, ...options: string[]): string[] => [
  'restore',
  scene.snapshot(0).id,
  ...options,
  '--force',
];

/**
 * Takes a snapshot that is still to be copied to `far`: a backup waits for its copies, so `far` is unavailable meanwhile.
 * @throws Error when there is nothing to copy
 */
async function backUpWithoutCopy(scene: Scene): Promise<void> {
  const marker = join(scene.far, MARKER_NAME);
  const aside = `${marker}.aside`;
  renameSync(marker, aside);
  try {
    await succeed(scene.home, ['backup', 'app'], scene.env);
  } finally {
    renameSync(aside, marker);
  }
  const [newest] = await scene.snapshots();
  const toFar = newest?.copies.find(({ destinationName }) => destinationName === 'far');
  if (newest === undefined || toFar?.state !== 'waiting' || existsSync(join(scene.far, newest.name)))
    throw new Error(`Nothing waits to be copied to far: ${JSON.stringify(newest)}`);
}

/** Its prepared scene is the one before, restored. */
const undoOf = (restore: Operation): Operation => ({
  name: `undo of ${restore.name}`,
  prepare: async (scene) => {
    await restore.prepare?.(scene);
    await succeed(scene.home, restore.args(scene), scene.env);
  },
  args: () => ['undo'],
  replaces: 'undo',
  everything: restore.everything ?? false,
});

/** Page by page where that can be: in place. */
const RESTORE: Operation = {
  name: 'restore',
  args: (scene) => restoreNewest(scene, '--to', scene.database, '--only', 'database'),
  replaces: 'undoable',
};
/** A database of another page size can only be exchanged for the file of the snapshot. */
const EXCHANGE: Operation = {
  ...RESTORE,
  name: 'restore by exchange',
  prepare: async (scene) => changePageSize(scene.database, scene.key),
};
/** Attached files too, where the scene has them. */
const RESTORE_ALL: Operation = {
  ...RESTORE,
  name: 'restore of everything',
  args: (scene) => restoreNewest(scene),
  everything: true,
};
const DELETE_DATABASE: Operation = {
  name: 'delete database',
  args: (scene) => ['delete-database', scene.database, '--confirm'],
  replaces: 'undoable',
};

/** The next start, which settles what a killed run was replacing; it is killed itself. */
const recoveryOf = (restore: Operation): Operation => ({
  name: `recovery of ${restore.name}`,
  prepare: async (scene) => {
    await restore.prepare?.(scene);
    const { code } = await run(scene.home, restore.args(scene), {
      ...scene.env,
      ...dieAtStep('replacing the database'),
    });
    if (code !== null) throw new Error(`${restore.name} was not killed, and ended with ${code}.`);
  },
  args: () => ['status'],
  preparedAnew: true,
  everything: restore.everything ?? false,
});

export const OPERATIONS: readonly Operation[] = [
  { name: 'backup', args: () => ['backup', 'app'] },
  { name: 'copy', prepare: backUpWithoutCopy, args: () => ['run-due'] },
  { name: 'verify', args: (scene) => ['verify', scene.snapshot(0).id] },
  RESTORE,
  EXCHANGE,
  RESTORE_ALL,
  undoOf(RESTORE),
  undoOf(EXCHANGE),
  undoOf(RESTORE_ALL),
  { name: 'prune', args: () => ['prune', 'app', '--keep-last', '1', '--yes'], takesAway: 2 },
  { name: 'delete snapshot', args: (scene) => ['delete', scene.snapshot(-1).id, '--yes'], takesAway: 1 },
  { name: 'import', args: (scene) => ['import', scene.near], home: (scene) => scene.path('other-home') },
  DELETE_DATABASE,
  undoOf(DELETE_DATABASE),
  recoveryOf(EXCHANGE),
  recoveryOf(RESTORE_ALL),
];

/** An operation by its name. @throws Error */
export function operationOf(name: string): Operation {
  const found = OPERATIONS.find((operation) => operation.name === name);
  if (found === undefined) {
    const names = OPERATIONS.map((each) => each.name).join(', ');
    throw new Error(`There is no operation ${name}. There are: ${names}.`);
  }
  return found;
}
