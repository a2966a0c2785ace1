import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalog, createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';
import { NO_HISTORY } from '../../src-shared/model/history/history-settings.ts';
import type { Manifest } from '../../src-shared/model/manifest.ts';
import { KEEP_ALL, Plan } from '../../src-shared/model/plan.ts';
import { Run } from '../../src-shared/model/run.ts';
import type { Schedule } from '../../src-shared/model/schedule.ts';
import type { Verification } from '../../src-shared/model/verification.ts';
import { localDay } from '../../src-shared/schedule/local-calendar.ts';
import { makeDatabase } from './databases.ts';

/** How much is in a catalog. */
export interface CatalogSize {
  plans: number;
  snapshots: number;
  runs: number;
}

/** What people with many databases have after some years. */
export const LARGE: CatalogSize = { plans: 60, snapshots: 10_000, runs: 100_000 };

const HOUR_MS = 3_600_000;
const TABLES = ['users', 'sessions', 'orders', 'order_lines', 'notes', 'tags', 'files', 'settings', 'events', 'log'];
const SCHEDULES: readonly Schedule[] = [
  { kind: 'interval', hours: 1 },
  { kind: 'daily', time: '02:30' },
  { kind: 'cron', expression: '15 */6 * * *' },
  { kind: 'weekly', days: [1, 4], time: '03:00' },
  { kind: 'monthly', day: 'last', time: '04:00' },
];
const KINDS: ReadonlyArray<Run['kind']> = ['backup', 'prune', 'copy', 'backup', 'verify'];

/** A random-looking and repeatable UUID. */
function idOf(kind: string, n: number): string {
  let hash = 2_166_136_261;
  for (const letter of `${kind}${n}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  return `${hash.toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

const sha = (n: number): string => n.toString(16).padStart(64, 'a');

/**
 * Makes a data folder whose catalog holds so many plans, snapshots and runs, as years of use leave them: plans by
 * several schedules with one or two destinations, snapshots with their copies, manifests and verifications, and runs
 * with their results. Sources and destinations exist; no snapshot is at them.
 * @param now milliseconds since 1970
 */
export function makeLargeCatalog(folder: string, size: CatalogSize = LARGE, now = Date.now()): { home: string } {
  const home = join(folder, 'home');
  for (const made of [home, join(folder, 'sources')]) mkdirSync(made, { recursive: true, mode: 0o700 });
  const catalogFile = join(home, 'catalog.db');
  const catalog = createCatalog(catalogFile);
  try {
    catalog.transaction(() => enterPlans(catalog, folder, size.plans, now));
    catalog.transaction(() => enterSnapshots(catalog, size, now));
  } finally {
    catalog.close();
  }
  enterRuns(catalogFile, size, now);
  return { home };
}

const destinationIds = [0, 1, 2].map((n) => idOf('destination', n));

function enterPlans(catalog: Catalog, folder: string, plans: number, now: number): void {
  const at = new Date(now - 400 * 24 * HOUR_MS).toISOString();
  for (const [n, id] of destinationIds.entries()) {
    const path = join(folder, `backups-${n}`);
    mkdirSync(path);
    const decided = { id, name: `Disk ${n + 1}`, own: false, createdAt: at, updatedAt: at };
    catalog.destinations.save({ ...decided, settings: { kind: 'folder', path, bytesPerSecond: null } });
    catalog.destinations.setChecked(id, new Date(now).toISOString(), null);
    catalog.destinations.setListed(id, new Date(now).toISOString());
  }
  for (let n = 0; n < plans; n++) {
    const sourcePath = join(folder, 'sources', `app-${n}.db`);
    makeDatabase(sourcePath, { rows: 1 });
    const plan = Plan.parse({
      ...{ id: planIdOf(n), name: `App ${n}`, sourceKind: 'database', sourcePath, createdAt: at, updatedAt: at },
      destinations: destinationsOf(n).map((destinationId) => ({ destinationId, retention: null })),
      ...{ namePattern: '{plan}-{date}-{time}', compression: 'gz', timeZone: n % 3 === 0 ? 'Europe/Berlin' : null },
      schedule: SCHEDULES[n % SCHEDULES.length],
      retention: { ...KEEP_ALL, keepLast: 24, daily: 30, weekly: 26, monthly: 24, yearly: 5 },
      ...{ encryption: null, verifyAfterBackup: true, method: 'online', schemaVersion: null, lockFiles: [] },
      restoreTest: { schedule: { kind: 'weekly', days: [7], time: '05:00' }, withinDays: 14, checks: [] },
      ...{
        attachedFiles: [],
        group: n % 4 === 0 ? `Group ${n % 12}` : null,
        tags: n % 3 === 0 ? ['work'] : [],
        sameInstant: false,
        history: NO_HISTORY,
      },
      ...{ timeLimitMinutes: null, paused: null, key: null },
    });
    catalog.plans.save(plan);
    catalog.checks.save(plan.id, {
      at: new Date(now).toISOString(),
      reachedAt: new Date(now).toISOString(),
      problem: null,
      followed: [{ given: sourcePath, path: sourcePath, movedFrom: null }],
      oneDisk: false,
    });
  }
}

/** The id of a plan of a large catalog, by its number from 0. */
export const planIdOf = (n: number): string => idOf('plan', n);

const destinationsOf = (plan: number): string[] =>
  [destinationIds[0], ...(plan % 2 === 0 ? [destinationIds[1 + (plan % 4) / 2]] : [])].map(String);

function enterSnapshots(catalog: Catalog, { plans, snapshots }: CatalogSize, now: number): void {
  for (let n = 0; n < snapshots; n++) {
    const plan = n % plans;
    const age = Math.ceil((snapshots - n) / plans) * 6 * HOUR_MS;
    const at = new Date(now - age).toISOString();
    const manifest = manifestOf(n, plan, at);
    const [first, second] = destinationsOf(plan);
    if (first === undefined) throw new Error('A plan has no destination.');
    catalog.snapshots.enter(manifest, { origin: 'own', destinationId: first, planId: planIdOf(plan), at });
    catalog.snapshots.addVerification(manifest.id, first, verificationOf(manifest, at));
    if (second === undefined) continue;
    catalog.copies.set({
      ...{ snapshotId: manifest.id, destinationId: second, at, message: null },
      state: n > snapshots - plans ? 'waiting' : 'stored',
    });
    if (n % 5 === 0) catalog.snapshots.addVerification(manifest.id, second, verificationOf(manifest, at));
  }
}

const tablesOf = (n: number) => TABLES.map((name, index) => ({ name, rows: (index + 1) * 1000 + n }));

/** A manifest of a snapshot by its number and that of its plan, both from 0. */
export function manifestOf(n: number, plan: number, at: string): Manifest {
  return {
    ...{ format: 1, id: idOf('snapshot', n), name: `app-${plan}-${n}.db.gz`, service: null },
    plan: { id: planIdOf(plan), name: `App ${plan}`, settings: null },
    source: { path: `/srv/app-${plan}.db`, name: `app-${plan}.db`, mode: 0o600 },
    ...{ trigger: 'schedule', takenWith: [], method: 'online-backup', startedAt: at, createdAt: at, compression: 'gz' },
    stored: { bytes: 1_000_000 + n, sha256: sha(n) },
    image: { bytes: 4_096_000 + n, sha256: sha(n + 1) },
    ...{ databaseEncryption: null, encryption: null },
    database: {
      ...{ pageSize: 4096, pageCount: 1000, journalMode: 'wal', userVersion: 7, applicationId: 0 },
      ...{ schemaHash: sha(7), tables: tablesOf(n) },
    },
    ...{ schemaVersion: null, attachedFiles: [], versions: { sqlite: '3.53.4', snapkeep: '0.1.0' } },
  };
}

/** A verification that found nothing wrong. */
export function verificationOf({ database }: Pick<Manifest, 'database'>, at: string): Verification {
  return {
    ...{ valid: true, stored: 'same', content: 'sound', unchecked: [], level: 'checked', at, durationMs: 120 },
    ...{ message: 'Verified: all checks passed.', tables: database?.tables ?? [] },
    checks: (['stored-hash', 'decompress', 'image-hash', 'integrity', 'foreign-keys', 'row-counts'] as const).map(
      (name) => ({ name, outcome: 'passed', on: 'copy', detail: 'As it was stored.' }),
    ),
  };
}

/** Enters runs through the statement of the repository, prepared once. */
function enterRuns(catalogFile: string, { plans, runs, snapshots }: CatalogSize, now: number): void {
  if (runs === 0) return;
  const sample = runOf(0, plans, runs, snapshots, now);
  Run.parse(sample);
  const catalog = createCatalog(catalogFile);
  catalog.runs.save(sample, null);
  catalog.close();
  const db = openDatabase(catalogFile);
  try {
    const columns = (db.pragma('table_info(runs)') as Array<{ name: string }>).map(({ name }) => name);
    const made = columns.filter((name) => name !== 'number');
    const insert = db.prepare(
      `INSERT INTO runs (${made.join(', ')}) VALUES (${made.map((name) => `@${name}`).join(', ')})`,
    );
    const rows = db.prepare('SELECT * FROM runs');
    const [template] = rows.all() as Array<Record<string, unknown>>;
    db.transaction(() => {
      for (let n = 1; n < runs; n++) {
        const run = runOf(n, plans, runs, snapshots, now);
        insert.run({
          ...template,
          ...{ id: run.id, kind: run.kind, state: run.state, plan_id: run.planId },
          ...{ queued_at: run.queuedAt, finished_at: run.finishedAt, body: JSON.stringify(run) },
          day: run.kind === 'backup' ? localDay(new Date(run.queuedAt)) : null,
          valid: run.result?.kind === 'backup' ? 1 : null,
        });
      }
    })();
  } finally {
    db.close();
  }
}

/** A run by its number from 0, of so many runs of so many plans with so many snapshots. */
export function runOf(n: number, plans: number, runs: number, snapshots: number, now: number): Run {
  const plan = n % plans;
  const turn = Math.floor(n / plans);
  const kind = KINDS[turn % KINDS.length] ?? 'backup';
  const at = new Date(now - (Math.ceil(runs / plans) - turn) * (HOUR_MS / 2)).toISOString();
  const snapshotId = idOf('snapshot', snapshots - plans + plan);
  const failed = turn % 97 === 5;
  const verification = verificationOf({ database: { tables: tablesOf(n) } } as Manifest, at);
  const results: Partial<Record<Run['kind'], Run['result']>> = {
    backup: { kind: 'backup', snapshotId, sizeBytes: 1_000_000, incomplete: null, verification },
    verify: { kind: 'verify', verification },
    copy: { kind: 'copy', destinationId: String(destinationIds[1]), copied: 1, bytes: 1_000_000, left: 0 },
    prune: { kind: 'prune', removed: [], bytesFreed: 0, removedCount: 0, keptCount: 100 },
  };
  return {
    ...{
      id: idOf('run', n),
      kind,
      planId: planIdOf(plan),
      planName: `App ${plan}`,
      snapshotId,
      subject: `app-${plan}.db`,
    },
    progress: { phase: 'done', done: 1, total: 1, rate: null },
    ...{ waitingFor: null, cancelRequested: false, queuedAt: at, startedAt: at, finishedAt: at, destinationId: null },
    state: failed ? 'failed' : 'succeeded',
    error: failed ? { code: 'BUSY', message: `app-${plan}.db is locked.`, hint: 'Wait.', retryable: true } : null,
    result: failed ? null : (results[kind] ?? null),
    scheduledTime: { at, scheduledTimes: 1 },
  };
}
