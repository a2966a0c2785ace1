import { constants, gunzipSync } from 'node:zlib';
import type { ForeignProblemKind } from '../../../src-shared/model/foreign.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { contentInWords, contentOf, contentOfSample, isPackedElsewhere } from './identify-file.ts';

/** How much of the beginning and of the end of a file is looked at, in bytes. */
export const SAMPLE = { head: 4096, tail: 256 } as const;

/** A part of a file that another program has made. */
export interface BackupSample {
  readonly sizeBytes: number;
  /** Its first bytes; all of it where there are no more. */
  readonly head: Buffer;
  /** Its last ones. */
  readonly tail: Buffer;
}

/** A sample as it goes to a worker process: its bytes in base64. */
export interface PackedSample {
  readonly sizeBytes: number;
  readonly head: string;
  readonly tail: string;
}

/** Judges a sample where it has gone to: what was packed by others is unpacked by nobody else. */
export function judgePacked({ sizeBytes, head, tail }: PackedSample): BackupJudgement {
  return judgeBackup({ sizeBytes, head: Buffer.from(head, 'base64'), tail: Buffer.from(tail, 'base64') });
}

/** What a sample shows. */
export interface BackupJudgement {
  /** What is in it, unpacked where it is packed with gzip. */
  readonly content: FileContent;
  /** How it is packed. */
  readonly packed: FileContent | null;
  readonly problem: { readonly problem: ForeignProblemKind; readonly message: string } | null;
}

/**
 * Says by a few bytes what a file is and whether it can be whole. Damage in its middle is found when it is read in full.
 */
export function judgeBackup({ sizeBytes, head, tail }: BackupSample): BackupJudgement {
  if (sizeBytes === 0) return found('empty', null, 'empty', 'There is nothing in it.');
  const content = contentOfSample(head, sizeBytes);
  if (content === 'gzip') return judgeGzip(head, tail);
  if (content === 'sqlite') return judgeDatabase(sizeBytes, head);
  if (content === 'sql') return judgeDump(tail, null);
  if (content === 'zstd' || content === 'encrypted' || content === 'age')
    return { content, packed: null, problem: null };
  if (isPackedElsewhere(content))
    return found(content, null, 'unsupported', `It is ${contentInWords(content)}, which Snapkeep cannot unpack.`);
  return found(content, null, 'unsupported', `It is ${contentInWords(content)}.`);
}

function judgeGzip(head: Buffer, tail: Buffer): BackupJudgement {
  let inside: Buffer;
  try {
    inside = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return found('gzip', 'gzip', 'broken', 'Its beginning cannot be unpacked.');
  }
  // The last four bytes of a gzip file are the length of what it unpacks to.
  const unpackedBytes = tail.length < 4 ? 0 : tail.readUInt32LE(tail.length - 4);
  if (inside.length === 0)
    return unpackedBytes === 0
      ? found('empty', 'gzip', 'empty', 'Nothing was packed into it.')
      : found('gzip', 'gzip', 'broken', 'It ends in the middle: it was cut off.');
  const content = contentOf(inside.subarray(0, SAMPLE.head));
  if (content === 'text') return found('text', 'gzip', 'unsupported', `In it is ${contentInWords('text')}.`);
  // Where whole pages were packed, another length is no length: the file ends before its end.
  if (content === 'sqlite' && unpackedBytes % 512 !== 0)
    return found(content, 'gzip', 'broken', 'It ends in the middle: it was cut off.');
  if (content === 'unknown' && unpackedBytes % 512 !== 0)
    return found(content, 'gzip', 'broken', 'It was cut off, or is no database: its length is no number of pages.');
  // What looks like noise is an encrypted database, or will be found to be none when it is read in full.
  return { content: content === 'unknown' ? 'encrypted' : content, packed: 'gzip', problem: null };
}

/** The header of a database tells how long it is, where the version of SQLite that wrote it last keeps that up to date. */
function judgeDatabase(sizeBytes: number, head: Buffer): BackupJudgement {
  if (head.length < 100) return found('sqlite', null, 'broken', 'It ends within its first page: it was cut off.');
  const pageBytes = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  const known = head.readUInt32BE(24) === head.readUInt32BE(92);
  const whole = pageBytes * head.readUInt32BE(28);
  if (!known || sizeBytes >= whole) return { content: 'sqlite', packed: null, problem: null };
  return found(
    'sqlite',
    null,
    'broken',
    `It has ${sizeBytes} of the ${whole} bytes that its header tells: it was cut off.`,
  );
}

function judgeDump(tail: Buffer, packed: FileContent | null): BackupJudgement {
  if (/\b(?:COMMIT|END)(?:\s+TRANSACTION)?\s*;\s*$/i.test(tail.toString('latin1')))
    return { content: 'sql', packed, problem: null };
  return found(
    'sql',
    packed,
    'broken',
    'It does not end with COMMIT, as a whole dump does: it was cut off, or failed.',
  );
}

function found(
  content: FileContent,
  packed: FileContent | null,
  problem: ForeignProblemKind,
  message: string,
): BackupJudgement {
  return { content, packed, problem: { problem, message } };
}
