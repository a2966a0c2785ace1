import { TextDecoder } from 'node:util';
import { constants, gunzipSync } from 'node:zlib';
import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import type { ImportProblemKind } from '../../../src-shared/model/third-party/import.ts';
import { contentInWords, isRestorable, notRead } from '../engine/identify/content-words.ts';
import { encodingOf, readableStart } from '../engine/identify/dump-text.ts';
import { contentOf, contentOfSample } from '../engine/identify/identify-file.ts';

/** How much of the beginning and of the end of a file is read, in bytes. */
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
  readonly problem: { readonly problem: ImportProblemKind; readonly message: string } | null;
  /** What is to be known of it, though it is no problem, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Says by a few bytes what a file is and whether it can be whole. Damage in its middle is found when it is read in full.
 */
export function judgeBackup({ sizeBytes, head, tail }: BackupSample): BackupJudgement {
  if (sizeBytes === 0) return found('empty', null, 'empty', 'The file is empty.');
  const content = contentOfSample(head, sizeBytes);
  if (content === 'gzip') return judgeGzip(head, tail);
  if (content === 'sqlite') return judgeDatabase(sizeBytes, head);
  if (content === 'sql') return judgeDump({ sizeBytes, head, tail });
  if (READ_IN_FULL.has(content)) return sound(content, null);
  return found(content, null, 'unsupported', whatItIs(content));
}

function judgeGzip(head: Buffer, tail: Buffer): BackupJudgement {
  let inside: Buffer;
  try {
    inside = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return found('gzip', 'gzip', 'broken', 'Its start cannot be unpacked.');
  }
  // The last four bytes of a gzip file are the length of what it unpacks to.
  const unpackedBytes = tail.length < 4 ? 0 : tail.readUInt32LE(tail.length - 4);
  if (inside.length === 0)
    return unpackedBytes === 0
      ? found('empty', 'gzip', 'empty', 'Its compressed content is empty.')
      : found('gzip', 'gzip', 'broken', 'It is truncated.');
  const content = contentOf(inside.subarray(0, SAMPLE.head));
  if (!isRestorable(content) && content !== 'unknown')
    return found(content, 'gzip', 'unsupported', whatItIs(content, 'It contains'));
  // Where whole pages were packed, another length is no length: the file ends before its end.
  if (content === 'sqlite' && unpackedBytes % 512 !== 0) return found(content, 'gzip', 'broken', 'It is truncated.');
  if (content === 'unknown' && unpackedBytes % 512 !== 0)
    return found(
      content,
      'gzip',
      'broken',
      'It is truncated or not a database: its size is not a whole number of pages.',
    );
  // What looks like noise is an encrypted database, or will be found to be none when it is read in full.
  return sound(content === 'unknown' ? 'encrypted' : content, 'gzip');
}

/** The header of a database tells how long it is, where the version of SQLite that wrote it last keeps that up to date. */
function judgeDatabase(sizeBytes: number, head: Buffer): BackupJudgement {
  if (head.length < 100) return found('sqlite', null, 'broken', 'It is truncated: it ends within its first page.');
  const pageBytes = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  const known = head.readUInt32BE(24) === head.readUInt32BE(92);
  const whole = pageBytes * head.readUInt32BE(28);
  if (!known || sizeBytes >= whole) return sound('sqlite', null);
  return found('sqlite', null, 'broken', `It is truncated: it has ${sizeBytes} of the ${whole} bytes in its header.`);
}

/** What tells by its first bytes no more than what it is. */
const READ_IN_FULL: ReadonlySet<FileContent> = new Set(['zstd', 'xz', 'tar', 'zip', 'encrypted', 'age']);

/** The end of a dump that shows that it is whole: what may follow changes no content. */
const COMMITTED =
  /\b(?:COMMIT|END|RELEASE\s+(?:SAVEPOINT\s+)?[\w"'`[\]]{1,80})(?:\s+TRANSACTION)?\s*(?:;\s*(?:(?:ANALYZE|VACUUM|REINDEX|PRAGMA)\b[^;]{0,80};\s*)*)?$/i;
const BEGUN = /^[ \t]{0,8}(?:BEGIN|SAVEPOINT)\b/im;

/** Only a dump that shows its end is known to be whole; where it cannot be told, reading it in full decides. */
function judgeDump({ sizeBytes, head, tail }: BackupSample): BackupJudgement {
  const end = withoutComments(readableEnd(head, tail));
  if (COMMITTED.test(end)) return sound('sql', null);
  if (/\bROLLBACK\s*;[^;]*$/i.test(end)) return found('sql', null, 'broken', 'It ends with ROLLBACK: the dump failed.');
  const begun = sizeBytes <= head.length && BEGUN.test(readableStart(head));
  if (begun || !end.endsWith(';'))
    return found('sql', null, 'broken', 'It does not end with COMMIT: the dump is truncated or failed.');
  return { ...sound('sql', null), notes: ['It does not end with COMMIT, so truncation cannot be detected.'] };
}

/** The last bytes of a text, which may begin in the middle of a letter. */
function readableEnd(head: Buffer, tail: Buffer): string {
  const encoding = encodingOf(head);
  if (encoding === 'utf-8') return tail.toString('latin1');
  const even = tail.subarray(tail.length % 2);
  return new TextDecoder(encoding).decode(even);
}

/** A text without the lines of comments at its end. */
function withoutComments(text: string): string {
  const lines = text.split('\n');
  while (lines.length > 0 && /^\s*(?:$|--|#|\/\*)/.test(lines.at(-1) ?? '')) lines.pop();
  return lines.join('\n').trimEnd();
}

/** What a file is that is not read, and what unpacks or reads it. */
function whatItIs(content: FileContent, subject = 'It is'): string {
  const elsewhere = notRead(subject, content);
  return elsewhere === null ? `${subject} ${contentInWords(content)}.` : `${elsewhere.message} ${elsewhere.hint}`;
}

function sound(content: FileContent, packed: FileContent | null): BackupJudgement {
  return { content, packed, problem: null, notes: [] };
}

function found(
  content: FileContent,
  packed: FileContent | null,
  problem: ImportProblemKind,
  message: string,
): BackupJudgement {
  return { content, packed, problem: { problem, message }, notes: [] };
}
