import { S3ServiceException } from '@aws-sdk/client-s3';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../../engine/engine-errors.ts';

/** What the sentences about a bucket name. */
export interface BucketNames {
  readonly label: string;
  readonly bucket: string;
  readonly host: string;
}

/**
 * Turns what the SDK or the network threw into an error for people; one that already is passes unchanged.
 */
export function explainS3(error: unknown, names: BucketNames): SnapkeepError {
  if (error instanceof SnapkeepError) return error;
  if (error instanceof S3ServiceException) return explainAnswer(error, names);
  const status = statusOf(error);
  if (status !== undefined) return notS3(status, names, error);
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialsProviderError') {
    return new SnapkeepError('BAD_KEY', `No credentials found for ${names.label}.`, {
      hint: 'Enter the keys, or set up a profile, a role or the environment as the AWS tools do.',
      cause: error,
    });
  }
  const code = errorCode(error);
  if (code !== undefined && /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code)) {
    return new SnapkeepError('UNAVAILABLE', `The certificate of ${names.host} is not trusted (${code}).`, {
      hint: 'Check the endpoint, and that the certificate is valid and its issuer trusted on this machine.',
      cause: error,
    });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new SnapkeepError('UNAVAILABLE', `Host not found: ${names.host}.`, {
      hint: 'Check the endpoint and the network, and try again.',
      cause: error,
    });
  }
  return new SnapkeepError('UNAVAILABLE', `${names.host} does not respond (${code ?? (name || 'unknown')}).`, {
    hint: 'Check that the server is running and the network is available, and try again.',
    cause: error,
  });
}

function explainAnswer(error: S3ServiceException, { label, bucket, host }: BucketNames): SnapkeepError {
  const status = error.$metadata.httpStatusCode ?? 0;
  const make = (code: SnapkeepError['code'], message: string, hint: string): SnapkeepError =>
    new SnapkeepError(code, message, { hint, details: { answer: error.name, status }, cause: error });
  switch (error.name) {
    case 'SignatureDoesNotMatch':
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
    case 'ExpiredToken':
    case 'AuthorizationHeaderMalformed':
      return make(
        'BAD_KEY',
        `${host} rejected the keys for ${label}.`,
        'Check the access key, the secret key and the region, and enter them again.',
      );
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
      return make(
        'UNAVAILABLE',
        `The clocks of this machine and ${host} differ too much.`,
        'Set the clock of this machine, preferably by network time, and try again.',
      );
    case 'NoSuchBucket':
    case 'PermanentRedirect':
      return make(
        'NOT_FOUND',
        `Bucket ${bucket} not found on ${host}${error.name === 'PermanentRedirect' ? ' in this region' : ''}.`,
        'Create the bucket, or correct its name, the endpoint and the region.',
      );
    case 'BucketAlreadyExists':
      return make(
        'CONFLICT',
        `The bucket name ${bucket} is already used by another account on ${host}.`,
        'Choose another name: bucket names are shared by all accounts.',
      );
    case 'InvalidBucketName':
      return make(
        'INVALID_PARAMS',
        `${host} does not accept the bucket name ${bucket}.`,
        'Use 3 to 63 lower-case letters, digits and hyphens.',
      );
    case 'NoSuchKey':
      return make('NOT_FOUND', `File not found in ${label}.`, 'Rescan the destination; it may have been removed.');
    case 'PreconditionFailed':
    case 'ConditionalRequestConflict':
      return make(
        'CONFLICT',
        `A file with this name already exists in ${label}.`,
        'Nothing was overwritten. Choose another name.',
      );
    case 'NoSuchUpload':
      return make('UNAVAILABLE', `The upload to ${label} was ended by the server or another program.`, 'Try again.');
    case 'QuotaExceeded':
    case 'XMinioStorageFull':
    case 'InsufficientStorage':
    case 'EntityTooLarge':
      return make(
        'NO_SPACE',
        `${label} has no space left: ${error.message}`,
        'Free space, prune old snapshots, or raise the limit at the provider.',
      );
    case 'NotImplemented':
    case 'InvalidRequest':
      return make(
        'UNSUPPORTED',
        `${host} rejected the request: ${error.message}`,
        'Check the encryption and object lock settings of the destination; the server may not support them.',
      );
  }
  return explainStatus(error, status, { label, bucket, host }, make);
}

/** The status of an answer that the SDK could not read; `undefined`: there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
  return httpStatusCode;
}

/** For what a proxy, a login page of a network, or a server of another kind has answered. */
export function notS3(status: number | undefined, { host }: BucketNames, cause?: unknown): SnapkeepError {
  return new SnapkeepError('UNAVAILABLE', `${host} does not respond as an S3 server (status ${status ?? 'unknown'}).`, {
    hint: 'Check the endpoint, and whether a proxy or the login page of a network stands in between.',
    details: { status: status ?? null },
    cause,
  });
}

function explainStatus(
  error: S3ServiceException,
  status: number,
  names: BucketNames,
  make: (code: SnapkeepError['code'], message: string, hint: string) => SnapkeepError,
): SnapkeepError {
  const { label, host } = names;
  if (status === 401 || status === 403) {
    return make(
      'PERMISSION',
      `Permission denied for these keys in ${label}.`,
      'Grant them list, read, write and delete access, or use other keys.',
    );
  }
  if (status === 507) {
    return make('NO_SPACE', `No space left in ${label}.`, 'Free space, or raise the limit.');
  }
  if (status >= 500 || status === 408 || status === 429) {
    const reason = isNamed(error) ? error.name : status;
    return make('UNAVAILABLE', `${host} is temporarily unavailable (${reason}).`, 'Try again later.');
  }
  if (!isNamed(error)) return notS3(status, names, error);
  return make(
    'INTERNAL',
    `Unexpected response of ${host} for ${label}: ${error.message} (${error.name}, ${status}).`,
    'Copy the details and report them.',
  );
}

/** What the SDK calls answers that name no error. */
const NAMES_OF_THE_SDK = ['Unknown', 'UnknownError', 'NotFound'];

/** Every error of S3 has a name, except in answers to HEAD, which have no body. */
const isNamed = (error: S3ServiceException): boolean => !NAMES_OF_THE_SDK.includes(error.name);

/** Whether a request was refused without a name for why, as one for the head of a missing object is. */
export const isNameless = (error: unknown): boolean =>
  error instanceof S3ServiceException && !isNamed(error) && error.$fault === 'client';

/** Whether the server no longer knows an upload in parts: it was aborted, or is finished. */
export const isNoSuchUpload = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.name === 'NoSuchUpload';
