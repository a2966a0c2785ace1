import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketAclCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Keys } from '../../../src-main/core/destinations/drivers/s3.ts';
import { freePorts, killProgram, lacking, listening, startProgram } from './processes.ts';

const SERVICES = ['account', 'container', 'object'] as const;

/** How many objects the server lists at most, whatever it is asked for. */
export const LISTED_AT_ONCE = 100;

const missing = lacking(['memcached', 'swift-proxy-server', 'swift-object-server']);
/** Why there is no server for the tests here; `undefined`: there is. */
export const whyNoS3 = missing.length > 0 ? `${missing.join(', ')} not installed` : undefined;

/** A real server that speaks S3, on loopback: OpenStack Swift with its S3 interface. */
export interface S3Server {
  readonly endpoint: string;
  readonly keys: S3Keys;
  /** Keys that may read and list, and nothing else. */
  readonly readerKeys: S3Keys;
  /** A client of the tests' own, to look behind the driver. */
  readonly client: S3Client;
  makeBucket(name: string): Promise<void>;
  /** The connections break; what is stored stays. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server with one disk in a temporary folder. */
export async function startS3Server(): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-s3-'));
  const [port = 0, cachePort = 0, ...storagePorts] = await freePorts(2 + SERVICES.length);
  const ports = Object.fromEntries(SERVICES.map((name, at) => [name, storagePorts[at]]));
  configure(folder, port, ports, cachePort);
  const start = (name: string) =>
    startProgram(`swift-${name}-server`, [join(folder, 'etc', `${name}-server.conf`)], join(folder, `${name}.log`));
  const cache = startProgram(
    'memcached',
    ['-u', userInfo().username, '-l', '127.0.0.1', '-p', String(cachePort)],
    join(folder, 'memcached.log'),
  );
  const storage = SERVICES.map(start);
  let proxy = start('proxy');
  await listening(cachePort, cache, join(folder, 'memcached.log'));
  for (const [at, name] of SERVICES.entries())
    await listening(Number(ports[name]), storage[at] ?? proxy, join(folder, `${name}.log`));
  await listening(port, proxy, join(folder, 'proxy.log'));
  const endpoint = `http://127.0.0.1:${port}`;
  const keys = { accessKeyId: 'test:tester', secretAccessKey: 'testing' };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: keys });
  return {
    endpoint,
    keys,
    readerKeys: { accessKeyId: 'test:reader', secretAccessKey: 'reading' },
    client,
    makeBucket: async (name) => {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      await client.send(new PutBucketAclCommand({ Bucket: name, ACL: 'public-read' }));
    },
    kill: () => killProgram(proxy),
    restart: async () => {
      proxy = start('proxy');
      await listening(port, proxy, join(folder, 'proxy.log'));
    },
    stop: async () => {
      client.destroy();
      for (const child of [proxy, ...storage, cache]) await killProgram(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function configure(folder: string, port: number, ports: Record<string, unknown>, cachePort: number): void {
  const etc = join(folder, 'etc');
  mkdirSync(etc, { recursive: true });
  mkdirSync(join(folder, 'node', 'disk'), { recursive: true });
  const write = (name: string, lines: readonly string[]): void => {
    writeFileSync(join(etc, name), `${lines.join('\n')}\n`);
  };
  const common = (bind: unknown): string[] => [
    '[DEFAULT]',
    'bind_ip = 127.0.0.1',
    `bind_port = ${bind}`,
    'workers = 0',
    `user = ${userInfo().username}`,
    `swift_dir = ${etc}`,
  ];
  write('swift.conf', [
    '[swift-hash]',
    'swift_hash_path_suffix = a',
    'swift_hash_path_prefix = b',
    '[storage-policy:0]',
    'name = gold',
    'default = yes',
  ]);
  for (const name of SERVICES) {
    write(`${name}-server.conf`, [
      ...common(ports[name]),
      `devices = ${join(folder, 'node')}`,
      'mount_check = false',
      '[pipeline:main]',
      `pipeline = ${name}-server`,
      `[app:${name}-server]`,
      `use = egg:swift#${name}`,
    ]);
  }
  makeRings(etc, ports);
  const filters = ['catch_errors', 'gatekeeper', 'listing_formats', 'copy', 'slo', 'dlo'];
  write('proxy-server.conf', [
    ...common(port),
    '[pipeline:main]',
    'pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo dlo versioned_writes proxy-server',
    '[app:proxy-server]',
    'use = egg:swift#proxy',
    'account_autocreate = true',
    'allow_account_management = true',
    ...filters.flatMap((filter) => [`[filter:${filter}]`, `use = egg:swift#${filter}`]),
    '[filter:versioned_writes]',
    'use = egg:swift#versioned_writes',
    'allow_versioned_writes = true',
    '[filter:cache]',
    'use = egg:swift#memcache',
    `memcache_servers = 127.0.0.1:${cachePort}`,
    '[filter:s3api]',
    'use = egg:swift#s3api',
    'location = us-east-1',
    's3_acl = no',
    `max_bucket_listing = ${LISTED_AT_ONCE}`,
    '[filter:tempauth]',
    'use = egg:swift#tempauth',
    'user_test_tester = testing .admin',
    'user_test_reader = reading',
  ]);
}

/**
 * Says where everything is stored: on the one disk there is. By Swift's own library in one process, which takes a
 * tenth of the time of its command line, whose every step loads all of Swift.
 */
function makeRings(etc: string, ports: Record<string, unknown>): void {
  const script = `
import sys
from swift.common.ring import RingBuilder
for name, port in (argument.split('=') for argument in sys.argv[2:]):
    builder = RingBuilder(4, 1, 1)
    address = {'ip': '127.0.0.1', 'port': int(port)}
    replication = {'replication_' + key: value for key, value in address.items()}
    builder.add_dev({'region': 1, 'zone': 1, 'device': 'disk', 'weight': 1.0, **address, **replication})
    builder.rebalance()
    builder.get_ring().save(sys.argv[1] + '/' + name + '.ring.gz')
`;
  const rings = SERVICES.map((name) => `${name}=${ports[name]}`);
  // Debian's own Python, which is the one that has Swift.
  execFileSync('/usr/bin/python3', ['-c', script, etc, ...rings]);
}
