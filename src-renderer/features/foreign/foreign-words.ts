import type { ForeignFile, ForeignListing, ForeignProblemKind } from '../../../src-shared/model/foreign.ts';

/** A destination, or a folder that need not be one yet. */
export type ForeignPlace = { destinationId: string } | { path: string };

const PROGRAMS: Record<NonNullable<ForeignFile['program']>, string> = {
  hone: 'Hone',
  portunus: 'Portunus',
  openmemory: 'OpenMemory',
  soundbox: 'Sound Box',
  pisovereign: 'PiSovereign',
  snapkeep: 'Snapkeep',
};

const KINDS: Record<ForeignFile['kind'], string> = {
  database: 'database',
  dump: 'SQL dump',
  folder: 'folder',
  config: 'settings',
  image: 'disk image',
};

export const PROBLEMS: Record<ForeignProblemKind, string> = {
  'wrong-name': 'no backup by its name',
  empty: 'empty',
  partial: 'never finished',
  unsupported: 'not readable',
  broken: 'damaged',
};

/** What a backup of another program is, for example `Hone, database, weekly`. */
export function foreignInWords({ program, kind, tier, trigger }: ForeignFile): string {
  const by = trigger === 'manual' ? 'made by hand' : trigger === 'automatic' ? 'made by itself' : '';
  return [program === null ? '' : PROGRAMS[program], KINDS[kind], tier ?? '', by].filter(Boolean).join(', ');
}

/** Whether a file can be imported and has not been yet. */
export const isNew = ({ importable, snapshotId }: ForeignFile): boolean => importable && snapshotId === null;

/** The files that are imported unless somebody says otherwise: all that can be. */
export function firstChosen({ files }: ForeignListing): Set<string> {
  return new Set(files.filter(isNew).map(({ path }) => path));
}
