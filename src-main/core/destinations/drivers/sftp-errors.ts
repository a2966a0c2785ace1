import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/** The numbers an SFTP server answers with. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const UNSUPPORTED = 8;

/** The number in an SFTP server's answer; `undefined` for other errors. */
function sftpStatus(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

/** Whether the server says that something does not exist. */
export function isNoSuchFile(error: unknown): boolean {
  return sftpStatus(error) === NO_SUCH_FILE;
}

/** Whether the server says no more than that it did not work. */
export function isBareFailure(error: unknown): boolean {
  return sftpStatus(error) === FAILURE;
}

/**
 * Turns what an SFTP server answered into an error for people; one that already is passes unchanged. Whatever is no
 * answer means that the connection is gone.
 * @param what the file or folder it is about
 */
export function explainSftp(error: unknown, what: string, host: string): SnapkeepError {
  if (error instanceof SnapkeepError) return error;
  const text = error instanceof Error ? error.message : String(error);
  switch (sftpStatus(error)) {
    case NO_SUCH_FILE:
      return new SnapkeepError('NOT_FOUND', `${what} not found on ${host}.`, {
        hint: 'Check the path; it may have been moved or renamed.',
        cause: error,
      });
    case PERMISSION_DENIED:
      return new SnapkeepError('PERMISSION', `Permission denied on ${host}: ${what}.`, {
        hint: 'Grant the user read and write access to the folder, or use another user or folder.',
        cause: error,
      });
    case UNSUPPORTED:
      return new SnapkeepError('UNSUPPORTED', `${host} does not support this operation on ${what}.`, {
        hint: 'Use a server that speaks SFTP version 3.',
        cause: error,
      });
    case FAILURE:
      return new SnapkeepError('UNAVAILABLE', `${host} reported a failure with ${what}, without a reason.`, {
        hint: 'Check the disk and the quota of the server, and try again.',
        cause: error,
      });
    default:
      return new SnapkeepError('UNAVAILABLE', `The connection to ${host} was lost (${text}).`, {
        hint: 'Check that the server is running and the network is available, and try again.',
        cause: error,
      });
  }
}

/**
 * Why no connection came about.
 * @param level where it failed, as ssh2 says: at the socket, in the handshake, or at the login
 */
export function explainLogin(error: unknown, level: string | undefined, host: string): SnapkeepError {
  if (error instanceof SnapkeepError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (level === 'client-authentication') {
    return new SnapkeepError('BAD_KEY', `Authentication failed on ${host}.`, {
      hint: 'Check the user and the password, key or agent, and enter them again.',
      cause: error,
    });
  }
  if (level === 'agent') {
    return new SnapkeepError('BAD_KEY', 'The SSH agent does not respond.', {
      hint: 'Start the agent and add the key to it, or use another way to log in.',
      cause: error,
    });
  }
  if (/privateKey|passphrase|private key/i.test(text)) {
    return new SnapkeepError(
      'BAD_KEY',
      'The private key cannot be read: its passphrase is wrong, or the file is not a private key.',
      {
        hint: 'Choose another key file, or enter its passphrase again.',
        cause: error,
      },
    );
  }
  return new SnapkeepError('UNAVAILABLE', `${host} does not respond as an SSH server (${text}).`, {
    hint: 'Check host and port, and that the server is running, and try again.',
    cause: error,
  });
}
