import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { explainS3 } from '../../src-main/core/destinations/drivers/s3-errors.ts';
import { partBytes } from '../../src-main/core/destinations/drivers/s3-upload.ts';
import { mountWarnings, sourceWarnings } from '../../src-main/core/engine/files/mount-facts.ts';
import { factsFromTable } from '../../src-main/platform/mounts.linux.ts';
import { DestinationSettings, S3Provider, S3Settings } from '../../src-shared/model/destination.ts';
import { fillPreset, S3_PRESETS } from '../../src-shared/rules/s3-providers.ts';

describe('presets', () => {
  test.each([
    ['aws', { region: 'eu-central-1' }, null, 'eu-central-1'],
    ['minio', { endpoint: 'http://nas:9000' }, 'http://nas:9000', 'us-east-1'],
    ['r2', { account: 'abc123' }, 'https://abc123.r2.cloudflarestorage.com', 'auto'],
    ['b2', { region: 'eu-central-003' }, 'https://s3.eu-central-003.backblazeb2.com', 'eu-central-003'],
    ['supabase', { account: 'xyz', region: '' }, 'https://xyz.storage.supabase.co/storage/v1/s3', 'us-east-1'],
    ['gcs', {}, 'https://storage.googleapis.com', 'auto'],
    ['custom', { endpoint: 'https://s3.example.org' }, 'https://s3.example.org', 'us-east-1'],
  ] as const)('%s fills in endpoint and region', (provider, answers, endpoint, region) => {
    const filled = fillPreset(provider, answers);
    expect(filled).toMatchObject({ endpoint, region });
    expect(S3Settings.parse({ kind: 's3', provider, bucket: 'backups', ...filled })).toMatchObject({
      endpoint,
      region,
    });
  });

  test('what is still to be answered keeps a preset from being filled in', () => {
    for (const provider of S3Provider.options) {
      const asks = S3_PRESETS[provider].asks.filter((answer) => answer !== 'region');
      expect(fillPreset(provider, {}) === undefined).toBe(asks.length > 0);
    }
    expect(fillPreset('r2', { account: 'evil.example/' })).toBeUndefined();
  });
});

describe('settings', () => {
  test('a prefix has no slash at either end, and what is left out is the safe choice', () => {
    const settings = S3Settings.parse({
      kind: 's3',
      provider: 'custom',
      endpoint: 'http://localhost:9000',
      region: 'us-east-1',
      bucket: 'backups',
      prefix: '//laptop/app/',
    });
    expect(settings).toMatchObject({
      prefix: 'laptop/app',
      pathStyle: true,
      conditionalWrites: false,
      objectLock: null,
    });
  });

  test.each([
    { kind: 's3', provider: 'custom', endpoint: 'ftp://host', region: 'r', bucket: 'backups' },
    { kind: 's3', provider: 'custom', endpoint: null, region: 'r', bucket: 'a/b' },
    { kind: 'sftp', host: 'h', user: 'u', path: '.', login: { kind: 'password' }, hostKey: 'SHA256:abc' },
    { kind: 'folder', path: '/backups', bytesPerSecond: 10 },
  ])('%j is refused', (settings) => {
    expect(DestinationSettings.safeParse(settings).success).toBe(false);
  });
});

describe('mounts', () => {
  const table = [
    '22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw',
    '30 22 0:25 / /tmp rw - tmpfs tmpfs rw',
    '31 22 0:50 / /mnt/nas rw - nfs4 nas:/backups rw',
    '32 22 0:51 / /mnt/my\\040share rw - cifs //server/share rw',
    '33 22 8:17 / /media/usb rw - vfat /dev/sdb1 rw',
    'not a mount',
  ].join('\n');
  const facts = (path: string) => factsFromTable(table, path, async (device) => device === '/dev/sdb1');

  test.each([
    ['/home/me/backups', 'disk', 'ext4', '/'],
    ['/tmp/backups', 'memory', 'tmpfs', '/tmp'],
    ['/tmpfiles', 'disk', 'ext4', '/'],
    ['/mnt/nas', 'network', 'nfs4', '/mnt/nas'],
    ['/mnt/my share/app', 'network', 'cifs', '/mnt/my share'],
    ['/media/usb/app', 'removable', 'vfat', '/media/usb'],
  ] as const)('%s is on a %s', async (path, kind, fileSystem, mountPoint) => {
    const found = await facts(path);
    expect(found).toEqual({ kind, fileSystem, mountPoint });
    expect(mountWarnings(found)).toHaveLength(kind === 'disk' ? 0 : 1);
    expect(sourceWarnings(found)).toHaveLength(kind === 'disk' ? 0 : 1);
  });
});

test('parts are large enough that there are never too many', () => {
  expect(partBytes(0)).toBe(16 * 1024 ** 2);
  for (const total of [300e6, 80e9, 1e12, 5 * 1024 ** 4]) {
    expect(Math.ceil(total / partBytes(total))).toBeLessThanOrEqual(10_000);
    expect(partBytes(total)).toBeLessThanOrEqual(5 * 1024 ** 3);
  }
});

describe('what a server of S3 answers', () => {
  const names = { label: 'the bucket backups', bucket: 'backups', host: 'nas:9000' };
  const answer = (name: string, status: number) =>
    new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: status }, message: 'text' });

  test.each([
    ['SignatureDoesNotMatch', 403, 'BAD_KEY'],
    ['InvalidAccessKeyId', 403, 'BAD_KEY'],
    ['RequestTimeTooSkewed', 403, 'UNAVAILABLE'],
    ['AccessDenied', 403, 'PERMISSION'],
    ['NoSuchBucket', 404, 'NOT_FOUND'],
    ['PreconditionFailed', 412, 'CONFLICT'],
    ['QuotaExceeded', 403, 'NO_SPACE'],
    ['XMinioStorageFull', 507, 'NO_SPACE'],
    ['SlowDown', 503, 'UNAVAILABLE'],
    ['NotImplemented', 501, 'UNSUPPORTED'],
    ['Surprise', 418, 'INTERNAL'],
  ])('%s (%i) is %s', (name, status, code) => {
    const error = explainS3(answer(name, status), names);
    expect(error).toMatchObject({ code, details: { answer: name, status } });
    expect(error.hint).toMatch(/\.$/);
  });

  test('the clock is named when it is the clock', () => {
    expect(explainS3(answer('RequestTimeTooSkewed', 403), names).message).toContain('clock');
  });

  test.each([
    ['ENOTFOUND', 'UNAVAILABLE', 'Host not found: nas:9000'],
    ['ECONNREFUSED', 'UNAVAILABLE', 'does not respond'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'UNAVAILABLE', 'certificate'],
  ])('%s of the network is %s', (code, expected, words) => {
    const error = explainS3(Object.assign(new Error('network'), { code }), names);
    expect(error.code).toBe(expected);
    expect(error.message).toContain(words);
  });
});
