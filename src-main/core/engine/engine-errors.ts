import { type ErrorCode, SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { errorCode, firstError } from '../../platform/error-code.ts';
import { cancelledError } from './task-context.ts';

export { errorCode };

/** The codes of a disk that is full, or a quota used up. SQLite tells of the index of a WAL that no room is left for it. */
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE']);

/** Whether the system or SQLite said that a disk is full, or a quota used up. */
export function isDiskFull(error: unknown): boolean {
  return DISK_FULL.has(errorCode(error) ?? '');
}

/**
 * Turns what the file system or SQLite threw into an error for people; one that already is passes unchanged.
 * @param what the file or folder it is about, as the sentence names it
 */
export function explainError(given: unknown, what: string): SnapkeepError {
  const error = firstError(given);
  if (error instanceof SnapkeepError) return error;
  if (isDiskFull(error)) return noSpace(what, error);
  const code = errorCode(error);
  if (code?.startsWith('SQLITE_')) return explainSqlite(code, error, what);
  return explainFile(code, error, what);
}

/** For `.catch()`: throws what {@link explainError} makes of an error. */
export const explainedAs =
  (what: string) =>
  (error: unknown): never => {
    throw explainError(error, what);
  };

/** For `.catch()`: answers for errors of these codes, and throws what {@link explainError} makes of all others. */
export const answerOn =
  <T>(codes: readonly ErrorCode[], answer: T, what: string) =>
  (error: unknown): T => {
    const explained = explainError(error, what);
    if (codes.includes(explained.code)) return answer;
    throw explained;
  };

function explainSqlite(code: string, cause: unknown, what: string): SnapkeepError {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new SnapkeepError('LOCKED', `Another program holds a lock on ${what}.`, {
      hint: 'Wait until it has finished writing, or close it, and try again.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_NOTADB')) {
    return new SnapkeepError(
      'UNSUPPORTED',
      `${what} is not an unencrypted SQLite database: it is another kind of file, encrypted, or damaged at its start.`,
      {
        hint: 'Choose another file, or enter its key if it is encrypted.',
        cause,
      },
    );
  }
  if (text.includes('unsupported file format')) {
    return new SnapkeepError(
      'UNSUPPORTED',
      `${what} has a file format that this SQLite does not support, or is damaged.`,
      {
        hint: 'Choose another file.',
        cause,
      },
    );
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new SnapkeepError('CORRUPT', `${what} is damaged. SQLite reports: “${text}”.`, {
      hint: 'Restore it from a verified snapshot.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    return new SnapkeepError('PERMISSION', `${what} cannot be written.`, {
      hint: 'Check the permissions of the file and of its folder.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return new SnapkeepError('PERMISSION', `${what} cannot be opened.`, {
      hint: 'Check that it exists, and that you have access to it and its folder.',
      cause,
    });
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new SnapkeepError('UNAVAILABLE', `Reading or writing ${what} failed (${code}).`, {
      hint: 'Check the disk or the network share, then try again.',
      cause,
    });
  }
  return new SnapkeepError('INTERNAL', `SQLite failed with ${what}: ${text} (${code}).`, {
    hint: 'Copy the details and report them.',
    cause,
  });
}

function explainFile(code: string | undefined, cause: unknown, what: string): SnapkeepError {
  switch (code) {
    case 'ABORT_ERR':
      return cancelledError();
    case 'ENOENT':
    case 'ENOTDIR':
      return new SnapkeepError('NOT_FOUND', `Not found: ${what}.`, {
        hint: 'Check the path; it may have been moved or renamed.',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new SnapkeepError('PERMISSION', `Permission denied: ${what}.`, {
        hint: 'Check its permissions and those of its folder.',
        cause,
      });
    case 'EROFS':
      return new SnapkeepError('PERMISSION', `${what} is on a read-only disk.`, {
        hint: 'Choose another folder, or make the disk writable.',
        cause,
      });
    case 'EISDIR':
      return new SnapkeepError('INVALID_PARAMS', `${what} is a folder.`, { hint: 'Choose a file.', cause });
    case 'EEXIST':
    case 'ENOTEMPTY':
      return new SnapkeepError('CONFLICT', `${what} already exists.`, {
        hint: 'Nothing was overwritten. Choose another name.',
        cause,
      });
    case 'EBUSY':
    case 'ETXTBSY':
      return new SnapkeepError('BUSY', `${what} is in use by another program (${code}).`, {
        hint: 'Wait until it has finished, or close it, and try again.',
        cause,
      });
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return new SnapkeepError('BUSY', `This machine has too few resources to use ${what} (${code}).`, {
        hint: 'Close other programs, or raise the limits for memory and open files, and try again.',
        cause,
      });
    case 'EFBIG':
      return new SnapkeepError('UNSUPPORTED', `${what} is too large for the file system or a user limit.`, {
        hint: 'Choose a disk with another file system: FAT32 is limited to files of 4 GB.',
        cause,
      });
    case 'ENAMETOOLONG':
      return new SnapkeepError('INVALID_PARAMS', `The name of ${what} is too long.`, {
        hint: 'Choose a shorter one.',
        cause,
      });
    case 'ELOOP':
      return new SnapkeepError('INVALID_PARAMS', `${what} cannot be used (${code}).`, {
        hint: 'Check the path: it may contain a link to itself.',
        cause,
      });
    default:
      return UNREACHABLE.has(code ?? '') ? unreachable(code, what, cause) : unexpected(what, cause);
  }
}

/** What the system says when a disk, a network file system or a connection is gone. */
const UNREACHABLE = new Set(
  'EIO ESTALE ENODEV ENXIO EREMOTEIO ENOLINK ENONET EHOSTDOWN EHOSTUNREACH ENETUNREACH ENETDOWN ENOTCONN ECONNRESET ECONNABORTED ECONNREFUSED EPIPE ETIMEDOUT'.split(
    ' ',
  ),
);

const unreachable = (code: string | undefined, what: string, cause: unknown): SnapkeepError =>
  new SnapkeepError('UNAVAILABLE', `The disk or share of ${what} does not respond (${code}).`, {
    hint: 'Connect it and try again.',
    cause,
  });

function unexpected(what: string, cause: unknown): SnapkeepError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new SnapkeepError('INTERNAL', `Unexpected error with ${what}: ${text}`, {
    hint: 'Copy the details and report them.',
    cause,
  });
}

/** A disk that is full. */
export function noSpace(what: string, cause?: unknown): SnapkeepError {
  return new SnapkeepError('NO_SPACE', `Not enough disk space for ${what}.`, {
    hint: 'Free disk space, prune old snapshots, or choose another disk.',
    cause,
  });
}

const ENDED_OR_REFUSED: readonly ErrorCode[] = ['CANCELLED', 'TIMED_OUT', 'PERMISSION'];

/** Whether an error says only that something could not be read here and now, and nothing of what it is. */
export const isOfMachine = ({ code }: SnapkeepError): boolean =>
  classifyFailure(code) === 'unavailable' || ENDED_OR_REFUSED.includes(code);

/** The same error, said of what is being stored and not of where it goes. It stays so across the channel of a worker. */
export const ofSource = ({ code, message, hint, details, cause }: SnapkeepError): SnapkeepError =>
  new SnapkeepError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    details: { ...details, ofSource: true },
    cause,
  });

/** Whether what was to be stored could not be read: nothing is said of where it was to go. */
export const isOfSource = ({ details }: SnapkeepError): boolean => details?.ofSource === true;
