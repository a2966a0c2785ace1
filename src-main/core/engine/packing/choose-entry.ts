import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { contentOfSample, SAMPLE_BYTES } from '../identify/identify-file.ts';
import type { ArchivedFile, TakeFile } from './archive.ts';
import type { PieceReader } from './piece-reader.ts';

/** What can be restored from an archive. */
const DATABASES: ReadonlySet<FileContent> = new Set(['sqlite', 'sql', 'encrypted']);
/** More names than a person chooses from. */
const MOST_NAMES = 100;
/** More databases in use no archive holds that one of them is taken from. */
const MOST_LOGS = 100;
const LOG = /-(?:wal|journal)$/;

/** What is wanted of an archive. */
export interface Wanted {
  /** Of the archive, for errors. */
  archive: string;
  /** The name of a file in it; `null`: the only database. */
  entry: string | null;
}

/** What is done with the files of an archive. */
export interface Takers {
  /** Makes a database of one; what it made is of no use when {@link takeDatabase} fails. */
  database(pieces: PieceReader, content: FileContent): Promise<void>;
  /** Keeps a log or a journal, whose database may come before or after it. */
  log(name: string, pieces: PieceReader): Promise<void>;
}

/**
 * Takes the one database of an archive, known by its content, or the file that was chosen.
 * @param read hands out the files of the archive in turn
 * @returns the name of the database, and of the log or journal beside it, if there is one
 * @throws SnapkeepError `INVALID_PARAMS` with `details.entries` when there are several and none was chosen; `NOT_FOUND`
 * for a name that is missing; `UNSUPPORTED` when no database is in it; what `take` throws
 */
export async function takeDatabase(
  { archive, entry }: Wanted,
  read: (take: TakeFile) => Promise<void>,
  takers: Takers,
): Promise<{ name: string; log: string | undefined }> {
  const found: string[] = [];
  const logs: string[] = [];
  let locked = 0;
  let failure: unknown;
  await read(async (file: ArchivedFile) => {
    if (LOG.test(file.name) && file.sizeBytes > 0 && logs.length < MOST_LOGS) {
      logs.push(file.name);
      if (file.pieces !== null) await takers.log(file.name, file.pieces);
      return;
    }
    if (entry !== null && (file.name !== entry || found.length > 0)) return;
    if (file.pieces === null) {
      locked += 1;
      return;
    }
    const content = contentOfSample(await file.pieces.peek(SAMPLE_BYTES), file.sizeBytes);
    if (!DATABASES.has(content)) return;
    found.push(file.name);
    if (found.length > 1) return;
    try {
      await takers.database(file.pieces, content);
    } catch (error) {
      failure = error;
    }
  });
  const [only] = found;
  if (only === undefined) throw nothingIn(archive, entry, locked);
  if (found.length > 1) throw several(archive, found);
  if (failure !== undefined) throw failure;
  return { name: only, log: logs.find((name) => name === `${only}-wal` || name === `${only}-journal`) };
}

function several(archive: string, found: readonly string[]): SnapkeepError {
  const names = found.slice(0, MOST_NAMES);
  return new SnapkeepError(
    'INVALID_PARAMS',
    `${archive} contains ${countInWords(found.length, 'database')}: ${names.join(', ')}.`,
    {
      hint: 'Choose one of them in the window, or with --entry and its name.',
      details: { entries: names },
    },
  );
}

function nothingIn(archive: string, entry: string | null, locked: number): SnapkeepError {
  if (locked > 0)
    return new SnapkeepError(
      'UNSUPPORTED',
      `Files in ${archive} are encrypted, or use a compression that Snapkeep cannot unpack.`,
      {
        hint: 'Unpack it with the program that created it, then choose the database in it.',
      },
    );
  if (entry === null)
    return new SnapkeepError('UNSUPPORTED', `No database was found in ${archive}.`, {
      hint: 'Unpack it to see its content, or choose another file.',
    });
  return new SnapkeepError('NOT_FOUND', `${archive} contains no database named ${entry}.`, {
    hint: 'Use the full name in the archive, including its folders.',
  });
}
