import { rename, rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import { keyInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { restoreDump } from '../engine/dump/restore-dump.ts';
import { sidecarPaths } from '../engine/files/durable-files.ts';
import { contentInWords, isRestorable, notRead } from '../engine/identify/content-words.ts';
import { bytesBehind } from '../engine/identify/database-header.ts';
import { contentOf, SAMPLE_BYTES } from '../engine/identify/identify-file.ts';
import { readTarFiles, type TakeFile } from '../engine/packing/archive.ts';
import { takeDatabase } from '../engine/packing/choose-entry.ts';
import { writePieces } from '../engine/packing/decompress.ts';
import { giveBack } from '../engine/packing/give-back.ts';
import { isPacked, unpackedOrDamaged } from '../engine/packing/packed-pieces.ts';
import { PieceReader } from '../engine/packing/piece-reader.ts';
import type { UnpackLimit } from '../engine/packing/unpack-limit.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { openDatabase, setWal } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { VerificationReport } from './verification-report.ts';

/** A file that a database is made of. */
export interface TakenFile {
  /** Of the stored file, for errors. */
  name: string;
  /** Says what it unpacks to; without one, its first bytes do. */
  manifest: Manifest | undefined;
  /** What is made of it is to get its place as it is. */
  stays: boolean;
  /** The file that was chosen from an archive; `null`: the only database in it. */
  entry: string | null;
  /** Bounds what packed files in it unpack to. */
  limit: UnpackLimit;
  /** Told what is to be known of it. */
  report: VerificationReport;
  /** Told what the database is made of. */
  onTaken(taken: Taken): void;
  /** Told the bytes of what is taken from an archive. */
  onArchived?(piece: Buffer): void;
}

/** What a database is made of. */
export interface Taken {
  /** Of a dump. */
  dump: boolean;
  /** The file in the archive; `null`: there is none. */
  entry: string | null;
  /** How often it was packed once more inside the stored file's own packing. */
  depth: number;
}

/** Files are packed in one another no deeper than this. */
const DEEPEST = 4;

/**
 * What makes a database of whatever a stored file unpacks to: an image is written as it is, and a dump is read in,
 * without its text ever being on a disk. What a dump of an encrypted database makes has its key again. Without a manifest
 * it may be packed once more, or be an archive with a database in it.
 */
export function imageTaker(
  imagePath: string,
  file: TakenFile,
  context: TaskContext,
): (pieces: PieceReader) => Promise<void> {
  return (pieces) =>
    file.manifest === undefined || file.manifest.wrapping !== undefined
      ? takeAny(pieces, imagePath, file, context, 0)
      : takeKnown(pieces, imagePath, file.manifest, file, context);
}

async function takeKnown(
  pieces: PieceReader,
  imagePath: string,
  manifest: Manifest,
  { name, report, stays }: TakenFile,
  context: TaskContext,
): Promise<void> {
  if (manifest.method !== 'sql-dump') return writePieces(pieces, imagePath, giveBack, stays);
  const unlocking = manifest.databaseEncryption ? unlockingOf(manifest.databaseEncryption, name, context) : null;
  await takeDump(pieces, imagePath, unlocking, { name, report }, context);
  // A dump does not say the journal mode.
  if (manifest.database?.journalMode === 'wal') setWal(imagePath, unlocking);
}

async function takeAny(
  pieces: PieceReader,
  imagePath: string,
  file: TakenFile,
  context: TaskContext,
  depth: number,
): Promise<void> {
  const { name, report } = file;
  const content = contentOf(await pieces.peek(SAMPLE_BYTES));
  if (content === 'tar')
    return takeArchived(imagePath, file, (take) => readTarFiles(pieces.rest(), take), context, depth);
  if (isPacked(content) && depth < DEEPEST) {
    const inside = new PieceReader(unpackedOrDamaged(pieces, content), (_piece, bytes) => file.limit(bytes));
    return takeAny(inside, imagePath, file, context, depth + 1);
  }
  requireDatabase(name, content);
  if (file.entry !== null) throw noArchive(name);
  file.onTaken({ dump: content === 'sql', entry: null, depth });
  if (content === 'sql') return takeDump(pieces, imagePath, null, { name, report }, context);
  await writePieces(pieces, imagePath);
  if (content === 'sqlite') requireOneDatabase(imagePath, file);
}

/**
 * Takes the database in an archive, with what its log or its journal says.
 * @param read hands out its files in turn
 * @param depth see {@link Taken}
 * @throws SnapkeepError see {@link takeDatabase}
 */
export async function takeArchived(
  imagePath: string,
  { name, entry, report, limit, onTaken, onArchived }: TakenFile,
  read: (take: TakeFile) => Promise<void>,
  context: TaskContext,
  depth: number,
): Promise<void> {
  const logs = new Map<string, string>();
  let taken: FileContent | undefined;
  try {
    const found = await takeDatabase({ archive: name, entry }, read, {
      database: async (pieces, content) => {
        taken = content;
        const limited = new PieceReader(pieces.rest(), (piece, bytes) => {
          limit(bytes);
          onArchived?.(piece);
        });
        if (content === 'sql') await takeDump(limited, imagePath, null, { name, report }, context);
        else await writePieces(limited, imagePath);
      },
      log: async (logName, pieces) => {
        const path = `${imagePath}.log-${logs.size}`;
        logs.set(logName, path);
        await rm(path, { force: true });
        await writePieces(new PieceReader(pieces.rest(), (_piece, bytes) => limit(bytes)), path);
      },
    });
    onTaken({ dump: taken === 'sql', entry: found.name, depth });
    report.add('archive', 'passed', `Taken from the archive: ${found.name}.`);
    context.log('info', `Taken from the archive: ${found.name}.`);
    if (found.log !== undefined)
      await takeLog(imagePath, { name: found.log, path: logs.get(found.log) }, taken, report);
  } finally {
    for (const path of logs.values()) await rm(path, { force: true });
  }
}

/** Brings what a log or a journal of an archive says into its database, as SQLite does for a program that opens it. */
async function takeLog(
  imagePath: string,
  { name, path }: { name: string; path: string | undefined },
  content: FileContent | undefined,
  report: VerificationReport,
): Promise<void> {
  if (path === undefined || content !== 'sqlite') {
    report.add(
      'archive',
      'warning',
      `The archive also contains ${name}, which is not read: the most recent changes may be missing. Unpack both files to keep them.`,
    );
    return;
  }
  const beside = sidecarPaths(imagePath);
  await rename(path, name.endsWith('-wal') ? beside.wal : beside.journal);
  try {
    const database = openDatabase(imagePath, { mustExist: true });
    try {
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      database.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      database.close();
    }
    report.add('archive', 'passed', `Read together with ${name} from the archive.`);
  } finally {
    for (const left of [beside.wal, beside.journal, beside.shm]) await rm(left, { force: true });
  }
}

async function takeDump(
  pieces: PieceReader,
  imagePath: string,
  unlocking: Unlocking | null,
  { name, report }: Pick<TakenFile, 'name' | 'report'>,
  context: TaskContext,
): Promise<void> {
  const warnings = await restoreDump(pieces.rest(), imagePath, unlocking);
  context.log('info', `Read the dump ${name} into a database.`);
  if (warnings.length === 0) report.add('dump', 'passed', 'The dump ends with COMMIT.');
  for (const warning of warnings) report.add('dump', 'warning', warning);
}

/** SQLite reads what the header says and nothing behind it, which may be a second database. */
function requireOneDatabase(imagePath: string, { name, report }: TakenFile): void {
  const behind = bytesBehind(imagePath);
  if (behind === null) return;
  if (behind.database)
    throw new SnapkeepError('UNSUPPORTED', `${name} contains two databases, one after the other.`, {
      hint: `Unpack it and split it after ${behind.at} bytes, for example with head -c ${behind.at}, then choose one part.`,
    });
  report.add(
    'decompress',
    'warning',
    `${countInWords(behind.bytes, 'byte')} after the end of the database ${behind.bytes === 1 ? 'is' : 'are'} not part of it.`,
  );
}

/**
 * What cannot be told by its first bytes may be an encrypted database.
 * @throws SnapkeepError `UNSUPPORTED` for what others read, `CORRUPT` for what is no backup
 */
function requireDatabase(name: string, content: FileContent): void {
  if (isRestorable(content) || content === 'unknown') return;
  throw (
    notRead(`${name} contains`, content) ??
    new SnapkeepError('CORRUPT', `${name} contains ${contentInWords(content)}.`, { hint: 'Choose another file.' })
  );
}

/** A file in it was chosen, and it is no archive. */
function noArchive(name: string): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `${name} is not an archive to choose a file from.`, {
    hint: 'Remove the name of the file in the archive.',
  });
}

/** @throws SnapkeepError `BAD_KEY` when the key is not known here */
function unlockingOf(
  { settings, key: fingerprint }: NonNullable<Manifest['databaseEncryption']>,
  name: string,
  { keys }: TaskContext,
): Unlocking {
  const key = keys.find((each) => each.fingerprint === fingerprint);
  if (key !== undefined) return { key, settings, salt: null };
  throw new SnapkeepError(
    'BAD_KEY',
    `${name} is the dump of an encrypted database; its ${keyInWords(fingerprint)} is unknown.`,
    {
      hint: 'Enter the key the database had when the snapshot was taken. Without it, the content would be written unencrypted.',
    },
  );
}
