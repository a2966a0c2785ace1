import { expect, test } from 'vitest';
import {
  type DestinationDraft,
  draftOf,
  messagesOf,
  problemsOf,
  secretsOf,
  settingsOf,
  suggestedName,
  withProvider,
} from '../../../src-renderer/features/destinations/destination-draft.ts';
import type { DestinationSettings, S3Settings } from '../../../src-shared/model/destination.ts';
import { BUCKET, DESTINATIONS, SERVER } from '../../support/painted-destinations.ts';

const [nas] = DESTINATIONS;
const like = (settings: DestinationSettings): DestinationDraft => {
  if (nas === undefined) throw new Error('no destination');
  return draftOf({ ...nas, destination: { ...nas.destination, settings }, secretsKnown: [] });
};
const R2: S3Settings = {
  ...BUCKET,
  provider: 'r2',
  endpoint: 'https://abc123.r2.cloudflarestorage.com',
  region: 'auto',
  encryption: { kind: 'kms', keyId: null },
  objectLock: null,
  credentials: 'chain',
  conditionalWrites: true,
};
const MINIO: S3Settings = {
  ...R2,
  provider: 'minio',
  endpoint: 'https://minio.lan:9000',
  region: 'us-east-1',
};

test.each<[string, DestinationSettings]>([
  ['a folder', { kind: 'folder', path: '/mnt/nas', bytesPerSecond: 1_500_000 }],
  ['a bucket with a region', BUCKET],
  ['a bucket with an account', R2],
  ['a bucket at an address', MINIO],
  ['a server with a key', SERVER],
  ['a server with an agent', { ...SERVER, login: { kind: 'agent', socket: null } }],
])('%s that is edited and left as it is stays as it is', (_, settings) => {
  expect(settingsOf(like(settings))).toEqual(settings);
});

test('a preset fills in what is known of a provider, and locks only where that works', () => {
  const locked = like(BUCKET);
  const { s3 } = { ...locked, s3: withProvider({ ...locked.s3, account: 'abc123' }, 'r2') };
  expect(settingsOf({ ...locked, s3 })).toMatchObject({
    endpoint: 'https://abc123.r2.cloudflarestorage.com',
    region: 'auto',
    pathStyle: true,
    objectLock: null,
  });
});

test('what is missing is told apart from what is wrong', () => {
  const empty = draftOf(null);
  expect(problemsOf(empty)).toMatchObject({ path: { missing: true }, name: { missing: true } });
  expect(messagesOf(empty, false)).toEqual({});
  expect(messagesOf(empty, true)).toEqual({ path: 'Choose a folder.', name: 'Enter a name.' });
  expect(problemsOf({ ...empty, path: '/mnt/nas/backups' })).toEqual({});
  expect(suggestedName({ ...empty, path: '/mnt/nas/backups/' })).toBe('backups');
  const bucket = like({ ...BUCKET, bucket: 'laptop-backups' });
  expect(problemsOf({ ...bucket, s3: { ...bucket.s3, bucket: 'no bucket!' } })).toMatchObject({
    's3.bucket': { missing: false },
    'secrets.accessKeyId': { missing: true },
    'secrets.secretAccessKey': { missing: true },
  });
  const minio = like(MINIO);
  expect(problemsOf({ ...minio, s3: { ...minio.s3, endpoint: 'minio.lan' } })).toEqual({
    's3.endpoint': { message: 'The endpoint URL must begin with https:// or http://.', missing: false },
  });
  expect(problemsOf(like({ ...SERVER, hostKey: null }))).toMatchObject({ 'sftp.hostKey': { missing: true } });
});

test('keys that are kept need not be typed, and only the secrets of what is saved are sent', () => {
  const bucket: DestinationDraft = { ...like(BUCKET), known: ['accessKeyId', 'secretAccessKey'] };
  expect(problemsOf(bucket)).toEqual({});
  const typed = { ...bucket, secrets: { secretAccessKey: 'new', password: 'of another kind', accessKeyId: '' } };
  expect(secretsOf(typed)).toEqual({ secretAccessKey: 'new' });
  expect(secretsOf({ ...typed, s3: { ...typed.s3, credentials: 'chain' } })).toEqual({});
  expect(secretsOf({ ...like(SERVER), secrets: { password: 'p', passphrase: 'q' } })).toEqual({ passphrase: 'q' });
});
