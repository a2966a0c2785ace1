import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { type BackupRequest, backUp } from '../../src-main/core/backup/take-and-verify.ts';
import { cancelledError, type TaskContext } from '../../src-main/core/engine/task-context.ts';
import type { Manifest } from '../../src-shared/model/manifest.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import { DEFAULT_NAME_PATTERN } from '../../src-shared/rules/names/name-pattern.ts';
import { appendEntries, makeDatabase } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { setScene } from '../support/scene.ts';
import { verify } from '../support/stored-files.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { succeed } from '../support/test-core.ts';

/** More than is checked without a thread. */
const LARGE_ROWS = 130_000;
const sizes = [
  ['small', 300],
  ['large', LARGE_ROWS],
] as const;

let folder: string;
let source: string;
let stored: string;
let staging: string;

beforeEach(() => {
  folder = temporaryFolder();
  [source, stored, staging] = [join(folder, 'app.db'), join(folder, 'stored'), join(folder, 'staging')];
  for (const path of [stored, staging]) mkdirSync(path);
});

/** Backs the source up, with what happens to the stored file before it is read back. */
async function backedUp(
  meanwhile: (path: string, manifest: Manifest) => void = () => {},
  { request = {}, context = {} }: { request?: Partial<BackupRequest>; context?: Partial<TaskContext> } = {},
): Promise<Verification> {
  const id = crypto.randomUUID();
  const verification = await backUp(
    {
      ...{
        runId: id,
        snapshotId: id,
        sourceKind: 'database',
        sourcePath: source,
        folder: stored,
        storesIn: 'destination',
      },
      ...{ plan: { id: null, name: 'app', settings: null }, takenWith: [], copied: null, ownName: null },
      ...{ namePattern: DEFAULT_NAME_PATTERN, takenNames: [], distinctName: false, timeZone: null, compression: 'zst' },
      ...{ encryption: null, attachedFiles: [], asArchive: null, trigger: 'manual', snapkeepVersion: '0.0.0' },
      ...{ serviceId: crypto.randomUUID(), method: 'online', schemaVersion: null, verify: true },
      ...request,
    },
    quietContext(staging, context),
    async (manifest) => meanwhile(join(stored, manifest.name), manifest),
  );
  if (verification === null) throw new Error('Nothing was verified.');
  return verification;
}

const outcomes = ({ checks }: Verification) => checks.map(({ name, outcome, on }) => `${name} ${outcome} ${on}`);

/** Changes one bit of a file. */
function flip(path: string, at: (bytes: number) => number): void {
  const content = readFileSync(path);
  const offset = at(content.length);
  content[offset] = (content[offset] ?? 0) ^ 1;
  writeFileSync(path, content);
}

describe.each(sizes)('a %s database', (_size, rows) => {
  beforeEach(() => makeDatabase(source, { rows }));

  test('is checked once, while it is stored, and the copy is read back', async () => {
    const verification = await backedUp();
    expect(verification).toMatchObject({ valid: true, stored: 'same', content: 'sound', level: 'read-back' });
    expect(outcomes(verification)).toEqual([
      'identity passed copy',
      'stored-hash passed copy',
      'decompress passed copy',
      'image-hash passed copy',
      'integrity passed image',
      'foreign-keys passed image',
      'manifest passed image',
      'schema passed image',
      'row-counts passed image',
    ]);
    expect(verification.tables).toContainEqual({ name: 'entries', rows });
    expect(readdirSync(staging).filter((name) => name.endsWith('.db'))).toEqual([]);
  });

  test.each([
    ['a bit in the middle', (path: string) => flip(path, (bytes) => Math.floor(bytes / 2))],
    ['its last byte', (path: string) => flip(path, (bytes) => bytes - 1)],
    ['its end', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, -1000))],
    ['all of it', (path: string) => writeFileSync(path, '')],
  ])(
    'whose copy loses %s before it is read back is found damaged, by a check of the copy itself',
    async (_what, damage) => {
      const verification = await backedUp(damage);
      expect(verification).toMatchObject({ valid: false, stored: 'different', level: 'none' });
      expect(verification.checks.every(({ on }) => on === 'copy')).toBe(true);
    },
  );

  test('whose copy is swapped with that of another snapshot is not verified', async () => {
    let other = '';
    await backedUp((path) => {
      other = path;
    });
    appendEntries(source, 10);
    const verification = await backedUp((path) => copyFileSync(other, path));
    expect(verification).toMatchObject({ valid: false, stored: 'different' });
  });

  test('whose manifest is changed beside the copy is not verified', async () => {
    const verification = await backedUp((path, manifest) =>
      writeFileSync(`${path}.manifest.json`, JSON.stringify({ ...manifest, compression: 'gz' })),
    );
    expect(verification).toMatchObject({ valid: false, stored: 'different' });
  });

  test('that is damaged before it is checked is stored as it is, and found damaged', async () => {
    // A page of the table, so that its header and schema can be read.
    const database = new Database(source);
    database.pragma('wal_checkpoint(TRUNCATE)');
    const page = Number(
      database.prepare("SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf'").pluck().get(),
    );
    database.close();
    flip(source, () => (page - 1) * 4096 + 3);
    const verification = await backedUp();
    expect(verification).toMatchObject({ valid: false, stored: 'same', content: 'damaged', level: 'none' });
    expect(outcomes(verification)).toContain('integrity failed image');
    expect(outcomes(verification)).toContain('image-hash passed copy');
  });
});

test('a staged copy that another program changes after it was checked is not stored', async () => {
  makeDatabase(source, { rows: 300 });
  const image = join(staging, 'image.db');
  const progress: TaskContext['progress'] = (phase, done) => {
    if (phase !== 'compressing' || done === 0) return;
    flip(image, (bytes) => bytes - 100);
    utimesSync(image, new Date(), new Date());
  };
  await expect(backedUp(() => {}, { context: { progress } })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(readdirSync(stored)).toEqual([]);
});

test('a cancelled run does not wait for the check of a large database', async () => {
  makeDatabase(source, { rows: LARGE_ROWS });
  let cancelled = false;
  const running = backedUp(
    () => {
      cancelled = true;
    },
    {
      context: {
        throwIfCancelled: () => {
          if (cancelled) throw cancelledError();
        },
      },
    },
  );
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  // The snapshot was stored before, and stays.
  expect(readdirSync(stored).filter((name) => name.endsWith('.zst'))).toHaveLength(1);
});

test('a dump has no image: its copy is read into a database and checked there', async () => {
  makeDatabase(source, { rows: 300 });
  const verification = await backedUp(() => {}, { request: { method: 'dump' } });
  expect(verification).toMatchObject({ valid: true, content: 'sound', level: 'checked' });
});

test('a verification that a person starts checks the copy in full', async () => {
  const scene = await setScene({ rows: LARGE_ROWS });
  const { result } = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  expect(result).toMatchObject({ kind: 'backup', verification: { valid: true, level: 'read-back' } });
  const [listed] = await scene.core.call('snapshots.list', {});
  const path = join(scene.destination, listed?.name ?? '');
  const verification = await verify(scene, path);
  expect(verification).toMatchObject({ valid: true, content: 'sound', level: 'checked' });
  expect(verification.checks.every(({ on }) => on === 'copy')).toBe(true);
});

test('a copy whose file is gone before it is read back is an error of the disk, not of the copy', async () => {
  makeDatabase(source, { rows: 300 });
  await expect(backedUp((path) => renameSync(path, `${path}.away`))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  rmSync(stored, { recursive: true });
});
