import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../../src-main/core/core.ts';
import { readHostKey } from '../../src-main/core/destinations/drivers/sftp-connection.ts';
import type { MethodName, Params } from '../../src-shared/contract/methods.ts';
import type { SnapshotCopy } from '../../src-shared/model/snapshot.ts';
import type { Scene } from './scene.ts';
import type { S3Server } from './servers/s3.ts';
import type { SftpServer } from './servers/sftp.ts';

type Saved = Params<Extract<MethodName, 'destinations.save'>>;

/** A bucket of its own, as it is given to `destinations.save`. */
export async function bucketOn(server: S3Server, name: string): Promise<Saved> {
  const bucket = `test-${randomUUID()}`;
  await server.makeBucket(bucket);
  return {
    name,
    settings: { kind: 's3', provider: 'custom', endpoint: server.endpoint, region: 'us-east-1', bucket, prefix: 'app' },
    secrets: { accessKeyId: server.keys.accessKeyId, secretAccessKey: server.keys.secretAccessKey },
  };
}

/** A folder of its own on an SSH server, as it is given to `destinations.save`. */
export async function folderOn(server: SftpServer, name: string): Promise<Saved & { folder: string }> {
  const { port, user, keyFile, root } = server;
  const folder = mkdtempSync(join(root, 'test-'));
  const hostKey = await readHostKey({ host: '127.0.0.1', port });
  const login = { kind: 'key' as const, path: keyFile };
  return { folder, name, settings: { kind: 'sftp', host: '127.0.0.1', port, user, path: folder, login, hostKey } };
}

/** A folder that exists, as it is given to `destinations.save`. */
export function folderAt(path: string, name: string): Saved {
  mkdirSync(path, { recursive: true });
  return { name, settings: { kind: 'folder', path } };
}

/** Saves a destination, whose test must go well, and answers its id. */
export async function save(core: Core, { name, settings, secrets }: Saved): Promise<string> {
  const { destination, report } = await core.call('destinations.save', {
    name,
    settings,
    ...(secrets === undefined ? {} : { secrets }),
  });
  if (destination === null) throw new Error(JSON.stringify(report));
  return destination.destination.id;
}

/** Gives the scene's plan these destinations and no others. */
export async function storeTo({ core, plan }: Pick<Scene, 'core' | 'plan'>, ...ids: string[]): Promise<void> {
  const destinations = ids.map((destinationId) => ({ destinationId }));
  await core.call('plans.update', { planId: plan.id, destinations });
}

/** Waits for everything that runs and what it sets off. */
export async function settle(core: Core): Promise<void> {
  for (;;) {
    await core.idle();
    const active = core.activeRuns();
    if (active.length === 0) return;
    for (const run of active) await core.runEnded(run.id);
  }
}

/** How each snapshot stands at a destination, newest first. */
export async function statesAt(core: Core, destinationId: string): Promise<Array<SnapshotCopy['state'] | undefined>> {
  const snapshots = await core.call('snapshots.list', {});
  return snapshots.map(({ copies }) => copies.find((copy) => copy.destinationId === destinationId)?.state);
}
