import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { makeDatabase } from '../support/databases.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** When a service wants to run a plan that is due at 02:00, on a machine in Berlin and then in Tokyo. */
function nextRuns(env: NodeJS.ProcessEnv): string[] {
  const folder = temporaryFolder();
  const source = join(folder, 'app.db');
  const destination = join(folder, 'backups');
  mkdirSync(destination);
  makeDatabase(source);
  const service = join(import.meta.dirname, '../support/zone-service.ts');
  const inBerlin = 'mount -t tmpfs none /etc && ln -s /usr/share/zoneinfo/Europe/Berlin /etc/localtime && exec "$@"';
  const node = [process.execPath, service, join(folder, 'home'), join(inject('bundles'), 'worker.cjs')];
  const command = ['--mount', 'sh', '-c', inBerlin, 'sh', ...node, source, destination];
  return JSON.parse(execFileSync('unshare', command, { env, encoding: 'utf8' })) as string[];
}

const { TZ: _zone, NODE_EXTRA_CA_CERTS: _certificates, ...withoutZone } = process.env;

test.skipIf(!canMount)('a service follows the time zone of its machine', () => {
  expect(nextRuns(withoutZone)).toEqual(['2026-11-21T01:00:00.000Z', '2026-11-20T17:00:00.000Z']);
});

test.skipIf(!canMount)('a service that was given a zone in TZ keeps it', () => {
  expect(nextRuns({ ...withoutZone, TZ: 'America/New_York' })).toEqual([
    '2026-11-21T07:00:00.000Z',
    '2026-11-21T07:00:00.000Z',
  ]);
});
