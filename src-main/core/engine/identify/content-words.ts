import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';

/** What is known of a kind of file. */
interface Kind {
  /** The end of the sentence “This is …”. */
  words: string;
  /** A restore can do something with it. */
  restorable?: true;
  /** It may be sound, and Snapkeep does not read it: why not, and what to do, as an instruction. */
  elsewhere?: { why: string; hint: string };
}

const packed = (words: string, command: string): Kind => ({
  words,
  elsewhere: {
    why: 'Snapkeep cannot unpack it',
    hint: `Unpack it first, for example with ${command}, then choose the database in it.`,
  },
});

const otherProgram = (words: string, hint: string): Kind => ({
  words,
  elsewhere: { why: 'it cannot be read as a SQLite database', hint },
});

const KINDS: Record<FileContent, Kind> = {
  sqlite: { words: 'a SQLite database', restorable: true },
  empty: { words: 'an empty file, which SQLite takes for an empty database', restorable: true },
  gzip: { words: 'a gzip file', restorable: true },
  zstd: { words: 'a zstd file', restorable: true },
  age: { words: 'a file encrypted with age', restorable: true },
  xz: { words: 'an xz file', restorable: true },
  bzip2: packed('a bzip2 file', 'bzip2 -dk'),
  lz4: packed('an LZ4 file', 'lz4 -d'),
  '7z': packed('a 7z archive', '7z x'),
  zip: { words: 'a ZIP archive', restorable: true },
  tar: { words: 'a TAR archive', restorable: true },
  lzma: packed('an LZMA file', 'xz -dk --format=lzma'),
  rar: packed('a RAR archive', 'unrar x'),
  ltx: otherProgram(
    'a file of a Litestream replica',
    'Open its replica by importing the folder in the window, or list its points in time with: snapkeep points FOLDER',
  ),
  sql: { words: 'a SQL dump', restorable: true },
  mysql: otherProgram(
    'a dump of a MySQL or MariaDB database',
    'Load it with mysql, or convert it with mysql2sqlite first.',
  ),
  postgresql: otherProgram('a dump of a PostgreSQL database', 'Load it with psql or pg_restore.'),
  mssql: otherProgram('a script of Microsoft SQL Server', 'Run it with sqlcmd.'),
  'other-sql': otherProgram(
    'a SQL script that is not a SQLite dump',
    'Run it with the program it was written for, or create a dump with “.dump” of the sqlite3 shell.',
  ),
  csv: otherProgram(
    'a table of values (CSV)',
    'Import it into a table with “.import --csv” of the sqlite3 shell, or choose a backup of the whole database.',
  ),
  files: { words: 'the list of contents of a snapshot of files' },
  text: { words: 'a text file' },
  encrypted: { words: 'an encrypted database, or something that only looks like one', restorable: true },
  unknown: { words: 'neither a SQLite database nor a compressed one; it may be encrypted or damaged' },
};

/** What a file is, as the end of the sentence “This is …”. */
export function contentInWords(content: FileContent): string {
  return KINDS[content].words;
}

/** Whether a restore can do anything with such a file. */
export function isRestorable(content: FileContent): boolean {
  return KINDS[content].restorable === true;
}

/**
 * Returns why a file that may be sound cannot be read here; `null`: it is not of that kind.
 * @param subject the beginning of the sentence, such as `app.db.xz is` or `In app.gz is`
 */
export function notRead(subject: string, content: FileContent): SnapkeepError | null {
  const { words, elsewhere } = KINDS[content];
  if (elsewhere === undefined) return null;
  return new SnapkeepError('UNSUPPORTED', `${subject} ${words}: ${elsewhere.why}.`, { hint: elsewhere.hint });
}

/** What a database may be found to be that cannot be opened. */
const MAY_BE_DATABASE: readonly FileContent[] = ['sqlite', 'empty', 'encrypted', 'unknown'];

/** Returns what a file is that was chosen as a database and is another kind of file; `null`: it may be a database. */
export function notDatabase(path: string, content: FileContent): SnapkeepError | null {
  if (MAY_BE_DATABASE.includes(content)) return null;
  return new SnapkeepError('UNSUPPORTED', `${path} is ${contentInWords(content)}, not a database.`, {
    hint: isRestorable(content)
      ? 'Choose the database itself. To restore this file, drop it on the window, or use “snapkeep restore”.'
      : 'Choose the database itself.',
  });
}
