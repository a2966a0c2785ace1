import { changePageSize } from './ledger.ts';
import { succeed } from './product.ts';
import type { Scene } from './scene.ts';

/** One thing that a person has the product do. */
export interface Operation {
  readonly name: string;
  /** What has to be done before it, unharmed. */
  prepare?(scene: Scene): Promise<void>;
  args(scene: Scene): Promise<string[]>;
  /** The data folder it uses; that of the scene by default. */
  home?(scene: Scene): string;
  /** It replaces or removes the database. `undoable`: Undo brings back what was there; `undo`: it is Undo itself. */
  readonly replaces?: 'undoable' | 'undo';
  /** How many of the oldest snapshots it may take away. */
  readonly takesAway?: number;
}

const restoreNewest = async (scene: Scene, ...options: string[]): Promise<string[]> => {
  const [newest] = await scene.snapshots();
  if (newest === undefined) throw new Error('The scene has no snapshot.');
  return ['restore', newest.id, ...options, '--force'];
};

/** Its prepared scene is the one before, restored. */
const undoOf = (restore: Operation): Operation => ({
  name: `undo of ${restore.name}`,
  prepare: async (scene) => {
    await restore.prepare?.(scene);
    await succeed(scene.home, await restore.args(scene), scene.env);
  },
  args: async () => ['undo'],
  replaces: 'undo',
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
const RESTORE_ALL: Operation = { ...RESTORE, name: 'restore of everything', args: (scene) => restoreNewest(scene) };
const DELETE_DATABASE: Operation = {
  name: 'delete database',
  args: async (scene) => ['reset', scene.database, '--confirm'],
  replaces: 'undoable',
};

export const OPERATIONS: readonly Operation[] = [
  { name: 'backup', args: async () => ['backup', 'app'] },
  {
    name: 'copy',
    prepare: async (scene) => void (await succeed(scene.home, ['backup', 'app'], scene.env)),
    args: async () => ['run-due'],
  },
  { name: 'verify', args: async (scene) => ['verify', (await scene.snapshots())[0]?.id ?? ''] },
  RESTORE,
  EXCHANGE,
  RESTORE_ALL,
  undoOf(RESTORE),
  undoOf(EXCHANGE),
  undoOf(RESTORE_ALL),
  { name: 'prune', args: async () => ['prune', 'app', '--keep-last', '1', '--yes'], takesAway: 2 },
  {
    name: 'delete',
    args: async (scene) => ['delete', (await scene.snapshots()).at(-1)?.id ?? '', '--yes'],
    takesAway: 1,
  },
  { name: 'import', args: async (scene) => ['import', scene.near], home: (scene) => scene.path('other-home') },
  DELETE_DATABASE,
  undoOf(DELETE_DATABASE),
];

/** An operation by its name. @throws Error */
export function operationOf(name: string): Operation {
  const found = OPERATIONS.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found;
}
