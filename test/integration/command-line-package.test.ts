import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { NODE } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/* The tarball for machines without a desktop: what is in it, and that npm installs it into an empty prefix, without scripts. */

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const DRIVER = 'better-sqlite3-multiple-ciphers';
const SIZE_LIMIT = 8_000_000;

/** What may be in it: the command line and the server in parts, the two processes they start, and the window. */
const EXPECTED = [
  /^package\.json$/,
  /^LICENSE$/,
  /^bom\.json$/,
  /^out\/main\/(?:cli|server)(?:-[\w-]+)?\.cjs$/,
  /^out\/main\/(?:worker|checker)\.cjs$/,
  /^out\/renderer\/(?:index\.html|assets\/[\w.-]+\.(?:js|css|woff2|svg|png))$/,
];

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const packed = mkdtempSync(join(tmpdir(), 'snapkeep-test-'));
let tarball: string;

beforeAll(async () => {
  const { stdout } = await run(NODE, [join(root, 'tools/pack-command-line.mjs'), packed], { cwd: root });
  tarball = stdout.trim();
});

afterAll(() => rmSync(packed, { recursive: true, force: true }));

/** A registry that has the driver and what it is compiled from, as they are installed here. */
async function registryOfDriver(folder: string): Promise<string> {
  const packages = new Map<string, { manifest: { name: string; version: string }; tarball: Buffer }>();
  for (const name of [DRIVER, 'node-addon-api']) {
    const from = join(root, 'node_modules', name);
    const { stdout } = await run('npm', ['pack', from, '--json', '--ignore-scripts', '--pack-destination', folder]);
    const tarball = readFileSync(join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename));
    packages.set(name, { manifest: JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')), tarball });
  }
  const address = await listen(({ url = '' }, answer) => {
    const name = url.split('/')[1] ?? '';
    const found = packages.get(name);
    if (found === undefined) answer.writeHead(404).end();
    else if (url.endsWith('.tgz')) answer.end(found.tarball);
    else {
      const { version } = found.manifest;
      const dist = { tarball: `${address}${name}/${version}.tgz` };
      const versions = { [version]: { ...found.manifest, dist } };
      answer.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    }
  });
  return address;
}

test('it holds the built files, one native dependency and a list of what is bundled, in under 8 MB', async () => {
  expect(statSync(tarball).size).toBeLessThan(SIZE_LIMIT);
  const { stdout } = await run('tar', ['-tzf', tarball]);
  const files = stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  expect(files.filter((path) => !EXPECTED.some((pattern) => pattern.test(path)))).toEqual([]);
  const read = async (path: string) => JSON.parse((await run('tar', ['-xzOf', tarball, `package/${path}`])).stdout);
  expect(Object.keys((await read('package.json')).dependencies)).toEqual([DRIVER]);
  const { bomFormat, components } = await read('bom.json');
  expect(bomFormat).toBe('CycloneDX');
  const names = (components as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['zod', 'fastify', 'react', 'ssh2', '@aws-sdk/client-s3', DRIVER]));
  expect(names.filter((name) => /^(?:vitest|electron|playwright)/.test(name))).toEqual([]);
});

test('npm installs it without scripts; it backs up, verifies, restores and serves the window', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const prefix = join(folder, 'prefix');
  const registry = ['--registry', await registryOfDriver(folder), '--cache', join(folder, 'cache')];
  await run('npm', ['install', '--global', '--prefix', prefix, '--ignore-scripts', ...registry, tarball], {
    cwd: folder,
  });
  const path = [dirname(NODE), process.env.PATH].join(delimiter);
  const env = { PATH: path, HOME: folder, SNAPKEEP_HOME: join(folder, 'home') };
  const command = join(prefix, 'bin/snapkeep');
  const snapkeep = (...args: string[]) => run(command, args, { env, cwd: folder });

  const source = join(folder, 'shop.db');
  new Database(source).exec('CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)').close();
  mkdirSync(join(folder, 'backups'));
  await snapkeep('plan', 'add', '--name', 'shop', '--source', source, '--to', join(folder, 'backups'));
  await snapkeep('backup', 'shop');
  const [snapshot] = JSON.parse((await snapkeep('list', '--json')).stdout) as [{ name: string }];
  await snapkeep('verify', snapshot.name);
  await snapkeep('restore', snapshot.name, '--to', join(folder, 'restored.db'));
  const restored = new Database(join(folder, 'restored.db'), { readonly: true });
  expect(restored.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2);
  restored.close();

  const server = spawn(command, ['serve', '--port', '0'], { env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(server, 'exit');
  let page = '';
  for await (const line of createInterface({ input: server.stderr })) {
    const address = /http:\S+(?=#token=)/.exec(line)?.[0];
    if (address === undefined) continue;
    page = await (await fetch(address)).text();
    server.kill('SIGTERM');
  }
  await ended;
  expect(page).toContain('<title>Snapkeep</title>');
});

test('the audit asks for what the tarball lists, and ends with 1 where something is known', async () => {
  const asked: Record<string, string[]>[] = [];
  const zod = [{ severity: 'high', title: 'Made up', url: 'https://example.org', vulnerable_versions: '*' }];
  const registry = await listen(async (request, answer) => {
    const chunks = await request.toArray();
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    answer.end(JSON.stringify(asked.length === 1 ? {} : { zod }));
  });
  const audit = () =>
    run(NODE, [join(root, 'tools/audit-packages.mjs'), tarball], {
      env: { ...process.env, npm_config_registry: registry },
    });
  expect((await audit()).stdout).toMatch(/^\d+ packages, 0 advisories$/m);
  expect(asked[0]).toMatchObject({ zod: [expect.stringMatching(/^4\./)], [DRIVER]: [expect.any(String)] });
  await expect(audit()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('zod *: high, Made up') });
});
