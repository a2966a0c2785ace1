import type { FoundBackup, FoundBackups, ImportProblemKind } from '../../../src-shared/model/import.ts';

/** A destination, or a folder that need not be one yet. */
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
  'wrong-name': 'no backup by its name',
  empty: 'empty',
  partial: 'never finished',
  unsupported: 'not readable',
  broken: 'damaged',
};

/** What a backup of another program is, for example `Hone, database, weekly`. */
export function foundBackupInWords({ program, kind, tier, trigger }: FoundBackup): string {
  const by = trigger === 'manual' ? 'made manually' : trigger === 'automatic' ? 'made by itself' : '';
  return [program === null ? '' : PROGRAMS[program], KINDS[kind], tier ?? '', by].filter(Boolean).join(', ');
}

/** Whether a file can be imported and has not been yet. */
export const isNew = ({ importable, snapshotId }: FoundBackup): boolean => importable && snapshotId === null;

/** The files that are imported unless somebody says otherwise: all that can be. */
export function firstChosen({ files }: FoundBackups): Set<string> {
  return new Set(files.filter(isNew).map(({ path }) => path));
}
