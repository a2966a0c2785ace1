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
  /** It replaces or removes the database. `undoable`: what was there is there still, or comes back by Undo. */
  readonly replaces?: 'undoable' | 'undo';
  /** How many of the oldest snapshots it may take away. */
  readonly takesAway?: number;
}

const newest = async (scene: Scene): Promise<string> => {
  const [first] = (await scene.snapshots()).filter(({ trigger }) => trigger !== 'before-restore');
  if (first === undefined) throw new Error('The scene has no snapshot.');
  return first.id;
};

/** A database of another page size can only be exchanged for the file of the snapshot. */
const restoreNewest = async (scene: Scene): Promise<string[]> => [
  'restore',
  await newest(scene),
  '--to',
  scene.database,
  '--only',
  'database',
  '--force',
];

export const OPERATIONS: readonly Operation[] = [
  { name: 'backup', args: async () => ['backup', 'app'] },
  {
    name: 'backup and copy',
    args: async () => ['run-due'],
    prepare: async (scene) => void (await succeed(scene.home, ['backup', 'app'], scene.env)),
  },
  { name: 'verify', args: async (scene) => ['verify', await newest(scene)] },
  { name: 'restore', args: restoreNewest, replaces: 'undoable' },
  {
    name: 'undo',
    prepare: async (scene) => void (await succeed(scene.home, await restoreNewest(scene), scene.env)),
    args: async () => ['undo'],
    replaces: 'undo',
  },
  { name: 'prune', args: async () => ['prune', 'app', '--keep-last', '1', '--yes'], takesAway: 2 },
  {
    name: 'delete',
    args: async (scene) => ['delete', (await scene.snapshots()).at(-1)?.id ?? '', '--yes'],
    takesAway: 1,
  },
  { name: 'import', args: async (scene) => ['import', scene.near], home: (scene) => scene.path('other-home') },
  { name: 'delete database', args: async (scene) => ['reset', scene.database, '--confirm'], replaces: 'undoable' },
];
