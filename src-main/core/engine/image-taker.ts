import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { keyInWords } from '../../../src-shared/rules/encryption-words.ts';
import { contentInWords, isRestorable, notRead } from './content-words.ts';
import type { Unlocking } from './database-key.ts';
import { writePieces } from './decompress.ts';
import { restoreDump } from './dump/restore-dump.ts';
import { contentOf, SAMPLE_BYTES } from './identify-file.ts';
import { openDatabase } from './open-database.ts';
import type { PieceReader } from './piece-reader.ts';
import type { TaskContext } from './task-context.ts';
import type { VerificationReport } from './verification-report.ts';

/**
 * What makes a database of whatever a stored file unpacks to: an image is written as it is, and a dump is read in,
 * without its text ever being on a disk. What a dump of an encrypted database makes has its key again.
 * @param report told what is to be known of a dump
 * @param manifest says whether it is a dump; without one, its first bytes do
 */
export function imageTaker(
  imagePath: string,
  name: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): (pieces: PieceReader) => Promise<void> {
  return async (pieces) => {
    const content = manifest === undefined ? contentOf(await pieces.peek(SAMPLE_BYTES)) : null;
    if (content !== null) requireDatabase(name, content);
    const dump = content === 'sql' || manifest?.method === 'sql-dump';
    if (!dump) return writePieces(pieces, imagePath);
    const unlocking = manifest?.encryption ? unlockingOf(manifest.encryption, name, context) : null;
    const warnings = await restoreDump(pieces.rest(), imagePath, { unlocking });
    context.log('info', `Made a database of the dump ${name}.`);
    if (warnings.length === 0) report.add('dump', 'passed', 'The dump ends with COMMIT.');
    for (const warning of warnings) report.add('dump', 'warning', warning);
    if (manifest?.database?.journalMode === 'wal') intoWal(imagePath, unlocking);
  };
}

/**
 * What cannot be told by its first bytes may be an encrypted database.
 * @throws SnapkeepError `UNSUPPORTED` for what others read, `CORRUPT` for what is no backup
 */
function requireDatabase(name: string, content: FileContent): void {
  if (isRestorable(content) || content === 'unknown') return;
  throw (
    notRead(`In ${name} is`, content) ??
    new SnapkeepError('CORRUPT', `In ${name} is ${contentInWords(content)}.`, { hint: 'Choose another file.' })
  );
}

/** @throws SnapkeepError `BAD_KEY` when the key is not known here */
function unlockingOf(
  { settings, key: fingerprint }: NonNullable<Manifest['encryption']>,
  name: string,
  { keys }: TaskContext,
): Unlocking {
  const key = keys.find((each) => each.fingerprint === fingerprint);
  if (key !== undefined) return { key, settings, salt: null };
  throw new SnapkeepError(
    'BAD_KEY',
    `${name} is the dump of an encrypted database, whose ${keyInWords(fingerprint)} is not known here.`,
    {
      hint: 'Give the key the database had when this was made. What the dump holds would be written in plain without it.',
    },
  );
}

/** A dump does not say the journal mode, and the database is to be what it was. */
function intoWal(imagePath: string, unlocking: Unlocking | null): void {
  const database = openDatabase(imagePath, { mustExist: true, unlocking });
  try {
    database.pragma('journal_mode = WAL');
  } finally {
    database.close();
  }
}
