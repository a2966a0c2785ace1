import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import type { FoundBackup, ImportProblem } from '../../../src-shared/model/third-party/import.ts';
import { type BackupName, readBackupName } from '../../../src-shared/third-party/backup-names.ts';
import { instantOf } from '../../../src-shared/third-party/times-in-names.ts';
import type { StoredObject } from '../destinations/drivers/destination.ts';
import { contentInWords } from '../engine/identify/content-words.ts';
import type { BackupJudgement } from './judge-backup.ts';

const CERTAIN: ReadonlySet<FileContent> = new Set(['sqlite', 'sql']);
const DATE_LIKE = /\d{4}[-_.]?\d\d[-_.]?\d\d/;

/** A file whose name is that of no backup. */
export const notNamed = (path: string): ImportProblem => ({
  path,
  problem: 'wrong-name',
  message: 'Its name is not a backup name.',
});

/**
 * Says what a file is to be listed as, by its name and by what a sample of it shows.
 * @param snapshotId the snapshot it is imported as; `null`: it is not
 */
export function describeFile(
  object: StoredObject,
  name: BackupName,
  judgement: BackupJudgement,
  snapshotId: string | null,
): FoundBackup | ImportProblem {
  const { name: path } = object;
  // Under a name that says nothing only what certainly is a database or a dump is one.
  if (readBackupName(path) === null && (judgement.problem !== null || !CERTAIN.has(judgement.content)))
    return notNamed(path);
  const readInFull = name.kind === 'database' || name.kind === 'dump' || isArchive(name);
  if (judgement.problem !== null && (readInFull || judgement.problem.problem === 'empty'))
    return { path, ...judgement.problem };
  const asNamed = readInFull ? withContent(name, judgement) : { name, notes: [] };
  return entryOf(asNamed.name, object, snapshotId, [...asNamed.notes, ...judgement.notes]);
}

/** What is in a file counts, and not what its name says of it. */
function withContent(name: BackupName, { content, packed }: BackupJudgement): { name: BackupName; notes: string[] } {
  const kind = kindOf(name, { content, packed });
  const compression = packed === 'gzip' ? 'gz' : content === 'zstd' ? 'zst' : 'none';
  const notes: string[] = [];
  if (kind !== name.kind) notes.push(`Unlike its name suggests, it contains ${contentInWords(content)}.`);
  if (compression !== name.compression)
    notes.push(
      `It is ${compression === 'none' ? 'not compressed' : `compressed with ${compression === 'gz' ? 'gzip' : 'zstd'}`}, unlike its name suggests.`,
    );
  if (content === 'encrypted') notes.push('It is encrypted; reading it needs its key.');
  return { name: { ...name, kind, compression }, notes };
}

function entryOf(name: BackupName, object: StoredObject, snapshotId: string | null, notes: string[]): FoundBackup {
  const { time } = name;
  if (time === null && DATE_LIKE.test(object.name)) notes.push('The date in its name is not valid.');
  if (time === null) notes.push('Its name contains no time; its modification time is used.');
  else if (time.clockAssumed)
    notes.push(
      `Its name does not state a time zone; ${time.clock === 'utc' ? 'UTC' : 'that of this machine'} is used.`,
    );
  const { program, kind, planName, trigger, tier, compression, group } = name;
  const archive = isArchive(name);
  const importable = kind === 'database' || kind === 'dump' || archive;
  if (archive) notes.push('It is an archive. Select it to import the database in it.');
  else if (!importable) notes.push(notImportable(kind));
  return {
    path: object.name,
    program,
    kind,
    planName,
    at: time === null ? object.modifiedAt.toISOString() : instantOf(time, null),
    atFrom: time === null ? 'file' : 'name',
    trigger,
    tier,
    compression,
    sizeBytes: object.bytes,
    group,
    importable,
    snapshotId,
    notes,
  };
}

/** An archive of any program may hold a database; those of known programs are what lies beside one. */
const isArchive = ({ kind, program }: BackupName): boolean => kind === 'folder' && program === null;

/** What is packed otherwise than with gzip is not unpacked for the list, and so is what its name says. */
function kindOf(
  name: BackupName,
  { content, packed }: Pick<BackupJudgement, 'content' | 'packed'>,
): BackupName['kind'] {
  if (content === 'sql') return 'dump';
  if (content === 'tar' || content === 'zip') return 'folder';
  return packed === null && (content === 'zstd' || content === 'xz') ? name.kind : 'database';
}

const notImportable = (kind: FoundBackup['kind']): string =>
  `It is ${KINDS[kind]}, which cannot be imported as a snapshot.`;

const KINDS = {
  database: 'a database',
  dump: 'a SQL dump',
  folder: 'a folder of files',
  config: 'a settings file',
  image: 'a disk image',
} as const;

/** A folder that is kept beside a database, as a whole. */
export function folderEntry(path: string): FoundBackup {
  const name = readBackupName(`${path}/x`) ?? readBackupName(`${path}/x.db`);
  const time = name?.time ?? null;
  return {
    path,
    program: name?.program ?? null,
    kind: 'folder',
    planName: name?.planName ?? path,
    at: time === null ? new Date(0).toISOString() : instantOf(time, null),
    atFrom: 'name',
    trigger: 'unknown',
    tier: null,
    compression: 'none',
    sizeBytes: null,
    group: name?.group ?? path,
    importable: false,
    snapshotId: null,
    notes: [notImportable('folder')],
  };
}
