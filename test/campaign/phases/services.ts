import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startS3Server, whyNoS3 } from '../../support/servers/s3.ts';
import { startSftpServer, whyNoSftp } from '../../support/servers/sftp.ts';
import { cleanUpLater } from '../clean-up.ts';
import { changeLedger, makeLedger } from '../ledger.ts';
import { kill, run, start, succeed } from '../product.ts';
import type { ListedSnapshot } from '../scene.ts';
import { type Extent, randomNumbers, type Tally } from '../tally.ts';

const KEEP = 3;
/** Of each database: enough that what it is packed to takes a while to store. */
const TRANSACTIONS = 8000;
/** One of so many rounds has one of the two services killed. */
const CRASH_EVERY = 2;
/** After one of so many rounds each service imports what the other one has stored: that is not its own for it. */
const IMPORT_EVERY = 3;
/** What each snapshot has at a destination: its file and its manifest. */
const FILES_EACH = 2;

/** A destination that two services share. */
interface Shared {
  readonly name: string;
  /** Options of `destination add`. */
  readonly options: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The names of what is stored there, but for what marks the destination. */
  list(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Has two services with plans of the same name back up to the same destination in the same second, and crash. */
export async function shareDestinations(extent: Extent, tally: Tally): Promise<void> {
  const starts = [shareFolder, ...(extent.remoteServices ? [shareBucket, shareServer] : [])];
  for (const begin of starts) {
    const root = mkdtempSync(join(tmpdir(), 'snapkeep-services-'));
    const remove = cleanUpLater(() => rmSync(root, { recursive: true, force: true }));
    const shared = await begin(root);
    if (typeof shared === 'string') tally.leftOut.push(shared);
    else {
      await tally.attempt(`two services at ${shared.name}`, () => backedUpTogether(root, shared, extent, tally));
      await shared.stop();
    }
    remove();
  }
}

async function* backedUpTogether(root: string, shared: Shared, extent: Extent, tally: Tally): AsyncGenerator<string> {
  const random = randomNumbers(extent.seed);
  const services = ['one', 'other'].map((name) => ({
    home: join(root, name, 'home'),
    database: join(root, name, 'app.db'),
  }));
  for (const { home, database } of services) {
    makeLedger(database, 'old', TRANSACTIONS);
    await succeed(home, ['destination', 'add', 'shared', ...shared.options], shared.env);
    await succeed(
      home,
      ['plan', 'add', '--name', 'app', '--source', database, '--to', 'shared', '--keep-last', String(KEEP)],
      shared.env,
    );
  }
  for (let round = 0; round < extent.rounds; round++) {
    tally.attempts += 1;
    for (const { database } of services) changeLedger(database, 'old', 1);
    const crashing = round % CRASH_EVERY === CRASH_EVERY - 1 ? services[Math.floor(random() * 2)] : undefined;
    const afterMs = 150 + random() * 900;
    const pauseMs = random() * 500;
    const backUp = async (home: string): Promise<string[]> => {
      const { code, stderr } = await run(home, ['backup', 'app'], shared.env);
      return code === 0 ? [] : [`A backup of ${home} ended with ${code}: ${stderr}`];
    };
    const problems = services.map(async (service) => {
      if (service !== crashing) {
        const first = await backUp(service.home);
        return crashing === undefined ? first : [...first, ...(await backUp(service.home))];
      }
      const backup = start(service.home, ['backup', 'app'], shared.env);
      await Promise.race([delay(afterMs), backup.ended]);
      kill(backup, 'all');
      await backup.ended;
      // It recovers while the other one stores its next snapshot.
      await delay(pauseMs);
      await run(service.home, ['run-due'], shared.env);
      return [];
    });
    for (const each of await Promise.all(problems)) yield* each;
    for (const { home } of services) {
      await run(home, ['run-due'], shared.env);
      if (round % IMPORT_EVERY === 0) await succeed(home, ['import', 'shared'], shared.env);
    }
  }
  for (const { home } of services) {
    const backup = await run(home, ['backup', 'app'], shared.env);
    if (backup.code !== 0) yield `The last backup of ${home} ended with ${backup.code}: ${backup.stderr}`;
    await run(home, ['run-due'], shared.env);
  }
  yield* whatIsWrong(services, shared);
}

async function* whatIsWrong(services: ReadonlyArray<{ home: string }>, shared: Shared): AsyncGenerator<string> {
  let expected = 0;
  for (const { home } of services) {
    const all = JSON.parse(await succeed(home, ['list', '--json'], shared.env)) as ListedSnapshot[];
    if (all.every(({ origin }) => origin === 'own')) yield `${home} has imported nothing.`;
    const listed = all.filter(({ origin }) => origin === 'own');
    const stored = listed.filter(({ copies }) => copies.some(({ state }) => state === 'stored'));
    expected += stored.length * FILES_EACH;
    if (stored.length < KEEP) yield `${home} has ${stored.length} snapshots instead of ${KEEP}.`;
    for (const { name, copies } of listed)
      for (const { state } of copies) if (state !== 'stored') yield `${name} of ${home} is ${state}.`;
    for (const { id, name } of stored.slice(0, KEEP)) {
      const { code, stderr } = await run(home, ['verify', id], shared.env);
      if (code !== 0) yield `${name} of ${home} is not verified: ${stderr}`;
    }
  }
  const names = await shared.list();
  if (names.length !== expected) yield `${names.length} files are stored instead of ${expected}: ${names.join(', ')}`;
}

const isOrdinary = (name: string): boolean => !name.startsWith('.');

async function shareFolder(root: string): Promise<Shared> {
  const path = join(root, 'shared');
  mkdirSync(path);
  return {
    name: 'a folder',
    options: ['--folder', path],
    env: {},
    list: async () => readdirSync(path).filter(isOrdinary),
    stop: async () => {},
  };
}

async function shareBucket(): Promise<Shared | string> {
  if (whyNoS3 !== undefined) return whyNoS3;
  const server = await startS3Server();
  await server.makeBucket('shared');
  const { accessKeyId, secretAccessKey } = server.keys;
  const keys = ['--access-key-env', 'S3_KEY', '--secret-key-env', 'S3_SECRET'];
  return {
    name: 'a bucket',
    options: ['--s3', 'shared', '--provider', 'custom', '--endpoint', server.endpoint, ...keys],
    env: { S3_KEY: accessKeyId, S3_SECRET: secretAccessKey },
    list: async () => {
      const { Contents = [] } = await server.client.send(new ListObjectsV2Command({ Bucket: 'shared' }));
      return Contents.map(({ Key = '' }) => Key).filter(isOrdinary);
    },
    stop: () => server.stop(),
  };
}

async function shareServer(): Promise<Shared | string> {
  if (whyNoSftp !== undefined) return whyNoSftp;
  const server = await startSftpServer();
  const path = join(server.root, 'shared');
  mkdirSync(path);
  return {
    name: 'an SSH server',
    options: ['--sftp', `${server.user}@127.0.0.1:${server.port}${path}`, '--key', server.keyFile, '--trust-host-key'],
    env: {},
    list: async () => readdirSync(path).filter(isOrdinary),
    stop: () => server.stop(),
  };
}
