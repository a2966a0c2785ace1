import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import type { ArchivedFile, TakeFile } from './archive.ts';
import { contentOfSample, SAMPLE_BYTES } from './identify-file.ts';
import type { PieceReader } from './piece-reader.ts';

/** What can be restored from an archive. */
const DATABASES: ReadonlySet<FileContent> = new Set(['sqlite', 'sql', 'encrypted']);
/** More names than a person chooses from. */
const MOST_NAMES = 100;

/** What is wanted of an archive. */
export interface Wanted {
  /** Of the archive, for errors. */
  archive: string;
  /** The name of a file in it; `null`: the only database. */
  entry: string | null;
}

/**
 * Takes the one database of an archive, known by its content, or the file that was chosen.
 * @param read hands out the files of the archive in turn
 * @param take makes a database of one; what it made is of no use when this fails
 * @returns what else is to be known, as sentences
 * @throws SnapkeepError `INVALID_PARAMS` with `details.entries` when there are several and none was chosen; `NOT_FOUND`
 * for a name that is not there; `UNSUPPORTED` when no database is in it; what `take` throws
 */
export async function takeDatabase(
  { archive, entry }: Wanted,
  read: (take: TakeFile) => Promise<void>,
  take: (pieces: PieceReader, content: FileContent) => Promise<void>,
): Promise<string[]> {
  const found: string[] = [];
  const logs: string[] = [];
  let locked = 0;
  let failure: unknown;
  await read(async (file: ArchivedFile) => {
    if (/-(?:wal|journal)$/.test(file.name) && file.sizeBytes > 0) logs.push(file.name);
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
      await take(file.pieces, content);
    } catch (error) {
      failure = error;
    }
  });
  const [only] = found;
  if (only === undefined) throw nothingIn(archive, entry, locked);
  if (found.length > 1) throw several(archive, found);
  if (failure !== undefined) throw failure;
  const log = logs.find((name) => name === `${only}-wal` || name === `${only}-journal`);
  return [
    `Taken from the archive: ${only}.`,
    ...(log === undefined
      ? []
      : [
          `The archive also holds ${log}, which is not read: the last changes may be missing. Unpack both files to keep them.`,
        ]),
  ];
}

function several(archive: string, found: readonly string[]): SnapkeepError {
  const names = found.slice(0, MOST_NAMES);
  return new SnapkeepError(
    'INVALID_PARAMS',
    `${archive} holds ${countInWords(found.length, 'database')}: ${names.join(', ')}.`,
    {
      hint: 'Choose one of them: in the window, or with --entry and its name.',
      details: { entries: names },
    },
  );
}

function nothingIn(archive: string, entry: string | null, locked: number): SnapkeepError {
  if (locked > 0)
    return new SnapkeepError(
      'UNSUPPORTED',
      `Files in ${archive} are encrypted, or packed in a way that Snapkeep cannot unpack.`,
      {
        hint: 'Unpack it with the program that made it, then choose the database in it.',
      },
    );
  if (entry === null)
    return new SnapkeepError('UNSUPPORTED', `No database was found in ${archive}.`, {
      hint: 'Unpack it and look at what it holds, or choose another file.',
    });
  return new SnapkeepError('NOT_FOUND', `${archive} holds no database named ${entry}.`, {
    hint: 'Give the name as it stands in the archive, with its folders.',
  });
}
