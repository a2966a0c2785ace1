import type { FoundBackup, FoundBackups, ImportProblemKind } from '../../../src-shared/model/third-party/import.ts';

/** A destination, or any folder. */
export type ImportSource = { destinationId: string } | { path: string };

const PROGRAMS: Record<NonNullable<FoundBackup['program']>, string> = {
  hone: 'Hone',
  portunus: 'Portunus',
  openmemory: 'OpenMemory',
  soundbox: 'Sound Box',
  pisovereign: 'PiSovereign',
  snapkeep: 'Snapkeep',
};

const KINDS: Record<FoundBackup['kind'], string> = {
  database: 'database',
  dump: 'SQL dump',
  folder: 'folder',
  config: 'settings',
  image: 'disk image',
};

export const PROBLEMS: Record<ImportProblemKind, string> = {
  'wrong-name': 'not a backup',
  empty: 'empty',
  partial: 'incomplete',
  unsupported: 'not readable',
  broken: 'damaged',
};

/** Returns what a backup of another program is, for example `Hone, database, weekly`. */
export function foundBackupInWords({ program, kind, tier, trigger }: FoundBackup): string {
  const by = trigger === 'manual' ? 'manual' : trigger === 'automatic' ? 'automatic' : '';
  return [program === null ? '' : PROGRAMS[program], KINDS[kind], tier ?? '', by].filter(Boolean).join(', ');
}

/** Whether a file can be imported and has not been yet. */
export const isNew = ({ importable, snapshotId }: FoundBackup): boolean => importable && snapshotId === null;

/** Returns the files that are selected at first: all that can be imported. */
export function firstChosen({ files }: FoundBackups): Set<string> {
  return new Set(files.filter(isNew).map(({ path }) => path));
}
