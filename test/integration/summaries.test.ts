import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Catalog, createCatalog } from '../../src-main/core/catalog/catalog.ts';
import { copiesOf } from '../../src-main/core/catalog/repos/copy-repo.ts';
import type { Run, RunState } from '../../src-shared/model/run.ts';
import type { CopyState } from '../../src-shared/model/snapshot.ts';
import { localDay } from '../../src-shared/schedule/local-calendar.ts';
import { LARGE, makeLargeCatalog, manifestOf, planIdOf, runOf, verificationOf } from '../support/large-catalog.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { startTestCore } from '../support/test-core.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const PLANS = 3;
const STATES: CopyState[] = ['waiting', 'copying', 'stored', 'failed', 'missing', 'deleting'];
const RUN_STATES: RunState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'];

/** What happens to a catalog; numbers choose among what is there. */
const happening = fc.oneof(
  fc.record({
    what: fc.constant('enter' as const),
    plan: fc.integer({ min: 0, max: PLANS }),
    own: fc.boolean(),
    trigger: fc.constantFrom('schedule' as const, 'manual' as const, 'before-restore' as const),
    hours: fc.integer({ min: -72, max: 900 }),
    to: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({
    what: fc.constant('copy' as const),
    which: fc.nat(),
    to: fc.integer({ min: 0, max: 2 }),
    state: fc.constantFrom(...STATES),
    message: fc.constantFrom(null, 'It is unavailable.', 'The disk is full.'),
  }),
  fc.record({
    what: fc.constant('verify' as const),
    which: fc.nat(),
    copy: fc.nat(),
    valid: fc.boolean(),
    level: fc.constantFrom('none' as const, 'checked' as const, 'restored' as const),
  }),
  fc.record({ what: fc.constant('assign' as const), which: fc.nat(), plan: fc.integer({ min: 0, max: PLANS - 1 }) }),
  fc.record({ what: fc.constant('remove' as const), which: fc.nat(), copy: fc.nat() }),
  fc.record({
    what: fc.constant('run' as const),
    plan: fc.integer({ min: 0, max: PLANS - 1 }),
    kind: fc.constantFrom('backup' as const, 'verify' as const, 'prune' as const),
    state: fc.constantFrom(...RUN_STATES),
    hours: fc.integer({ min: 0, max: 900 }),
    valid: fc.constantFrom(true, false, null),
    incomplete: fc.boolean(),
  }),
  fc.record({ what: fc.constant('forget plan' as const) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

type Of<W extends Happening['what']> = Extract<Happening, { what: W }>;

const pick = <T>(all: readonly T[], n: number): T | undefined => all[n % Math.max(1, all.length)];
const before = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();

/** Does what happens through the repositories, as runs and people do. */
class History {
  readonly #catalog: Catalog;
  readonly #destinations: readonly string[];
  readonly #entered: string[] = [];
  /** Copies that were removed: a new one in their place has not been verified. */
  readonly #gone = new Set<string>();
  #at = new Date(NOW).toISOString();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.#destinations = catalog.destinations.list().map(({ id }) => id);
  }

  happen(each: Happening, n: number): void {
    this.#at = new Date(NOW - n * 1000).toISOString();
    if (each.what === 'enter') this.#enter(each, n);
    else if (each.what === 'run') this.#run(each, n);
    else if (each.what === 'forget plan') this.#catalog.removedPlans.remove(planIdOf(PLANS - 1));
    else {
      const id = pick(this.#entered, each.which);
      if (id !== undefined && this.#catalog.snapshots.get(id) !== undefined) this.#change(each, id, n);
    }
  }

  #change(each: Of<'copy' | 'verify' | 'assign' | 'remove'>, id: string, n: number): void {
    if (each.what === 'copy') this.#copy(each, id);
    else if (each.what === 'verify') this.#verify(each, id, n);
    else if (each.what === 'remove') this.#remove(each, id);
    else if (this.#hasPlan(each.plan)) this.#catalog.snapshots.setPlan(id, planIdOf(each.plan));
  }

  #hasPlan(n: number): boolean {
    return this.#catalog.plans.get(planIdOf(n)) !== undefined;
  }

  #enter({ plan, own, trigger, hours, to }: Of<'enter'>, n: number): void {
    const manifest = { ...manifestOf(n, 0, before(hours)), id: randomUUID(), trigger };
    const planId = this.#hasPlan(plan) ? planIdOf(plan) : null;
    const entry = { origin: own ? ('own' as const) : ('imported' as const), planId, at: this.#at };
    this.#catalog.snapshots.enter(manifest, { ...entry, destinationId: this.#destinations[to] ?? '' });
    this.#entered.push(manifest.id);
  }

  #run({ plan, kind, state, hours, valid, incomplete }: Of<'run'>, n: number): void {
    const ended = state !== 'queued' && state !== 'running';
    const verification = valid === null ? null : { ...verificationOf(manifestOf(1, 0, this.#at), this.#at), valid };
    const result = {
      ...{ kind: 'backup' as const, snapshotId: randomUUID(), sizeBytes: 1, verification },
      incomplete: incomplete ? 'A file is missing.' : null,
    };
    const times = { queuedAt: before(hours), startedAt: before(hours), finishedAt: ended ? before(hours) : null };
    const made = { ...runOf(n, PLANS, 100, 100, NOW), ...times, id: randomUUID(), kind, planId: planIdOf(plan), state };
    this.#catalog.runs.save({ ...made, result: kind === 'backup' && ended ? result : null }, null);
  }

  #copy({ to, state, message }: Of<'copy'>, snapshotId: string): void {
    const destinationId = this.#destinations[to] ?? '';
    if (this.#gone.has(`${snapshotId} ${destinationId}`)) return;
    this.#catalog.copies.set({ snapshotId, destinationId, state, at: this.#at, message });
  }

  #verify({ copy, valid, level }: Of<'verify'>, id: string, n: number): void {
    const where = pick([...this.#catalog.copies.ofSnapshot(id), null], copy)?.destinationId ?? null;
    const verification = { ...verificationOf(manifestOf(n, 0, this.#at), this.#at), valid, level };
    this.#catalog.snapshots.addVerification(id, where, verification);
  }

  #remove({ copy }: Of<'remove'>, id: string): void {
    const chosen = pick(this.#catalog.copies.ofSnapshot(id), copy);
    if (chosen === undefined) return;
    this.#gone.add(`${id} ${chosen.destinationId}`);
    this.#catalog.copies.remove(id, chosen.destinationId);
    this.#catalog.snapshots.deleteIfNoCopies(id);
  }
}

interface RawSnapshot {
  id: string;
  number: number;
  plan_id: string | null;
  origin: string;
  trigger: string;
  name: string;
  created_at: string;
  disk_bytes: number;
}
interface RawCopy {
  snapshot_id: string;
  destination_id: string;
  state: CopyState;
  at: string;
  message: string | null;
}

/** All rows, and slow answers made of them alone. */
function reference(file: string) {
  const db = new Database(file, { readonly: true });
  const all = <T>(table: string): T[] => db.prepare(`SELECT * FROM ${table}`).all() as T[];
  const snapshots = all<RawSnapshot>('snapshots').sort((a, b) => b.number - a.number);
  const copies = all<RawCopy>('snapshot_copies');
  const found = all<{ snapshot_id: string; destination_id: string | null; body: string }>(
    'verifications ORDER BY number',
  );
  const runs = all<{ number: number; body: string }>('runs ORDER BY number DESC').map(
    ({ body }) => JSON.parse(body) as Run,
  );
  const plans = all<{ id: string }>('plans').map(({ id }) => id);
  db.close();
  const of = ({ id }: RawSnapshot): RawCopy[] => copies.filter(({ snapshot_id }) => snapshot_id === id);
  const isStored = (snapshot: RawSnapshot): boolean => of(snapshot).some(({ state }) => state === 'stored');
  const listed = snapshots.filter(
    (each) =>
      of(each).length === 0 || of(each).some(({ state }) => !['deleting', 'trashing', 'trashed'].includes(state)),
  );
  const verified = (snapshotId: string, destinationId?: string) => {
    const newest = found.filter(
      (each) =>
        each.snapshot_id === snapshotId && (destinationId === undefined || each.destination_id === destinationId),
    );
    const last = newest.at(-1);
    if (last === undefined) return null;
    const { valid, level } = JSON.parse(last.body) as { valid: boolean; level: string };
    return valid && level === 'none' ? null : valid;
  };
  const counts = (some: RawCopy[]) => {
    const waiting = some.filter(({ state }) => state === 'waiting' || state === 'copying');
    const failed = some.filter(({ state }) => state === 'failed');
    const least = (values: Array<string | null>): string | null =>
      values.filter((each) => each !== null).sort()[0] ?? null;
    const most = (values: Array<string | null>): string | null =>
      values
        .filter((each) => each !== null)
        .sort()
        .at(-1) ?? null;
    const stored = some.filter(({ state }) => state === 'stored');
    const trashed = some.filter(({ state }) => state === 'trashing' || state === 'trashed');
    const bytesOf = (copy: RawCopy): number => snapshots.find(({ id }) => id === copy.snapshot_id)?.disk_bytes ?? 0;
    return {
      stored: stored.length,
      storedBytes: stored.reduce((sum, copy) => sum + bytesOf(copy), 0),
      waiting: waiting.length,
      failed: failed.length,
      missing: some.filter(({ state }) => state === 'missing').length,
      trashed: trashed.length,
      trashedBytes: trashed.reduce((sum, copy) => sum + bytesOf(copy), 0),
      waitingSince: least(waiting.map(({ at }) => at)),
      waitingFor: most(waiting.map(({ message }) => message)),
      failure: most(failed.map(({ message }) => message)),
    };
  };
  return { snapshots, copies, found, runs, plans, of, isStored, listed, verified, counts };
}

function expectSame(catalog: Catalog, file: string): void {
  const { snapshots, copies, found, runs, plans, of, isStored, listed, verified, counts } = reference(file);
  const planOf = new Map(snapshots.map(({ id, plan_id }) => [id, plan_id]));
  const byPlan = Map.groupBy(copies, (copy) => copiesOf(planOf.get(copy.snapshot_id) ?? null, copy.destination_id));
  expect(catalog.copies.countsByPlan()).toEqual(new Map([...byPlan].map(([key, some]) => [key, counts(some)])));
  const byDestination = Map.groupBy(copies, ({ destination_id }) => destination_id);
  expect(catalog.copies.countsByDestination()).toEqual(
    new Map([...byDestination].map(([key, some]) => [key, counts(some)])),
  );
  const families = Map.groupBy(listed, ({ plan_id }) => plan_id);
  const sum = (some: RawSnapshot[]): number => some.reduce((total, { disk_bytes }) => total + disk_bytes, 0);
  expect(catalog.kept.totals()).toEqual(
    new Map([...families].map(([planId, some]) => [planId, { count: some.length, bytes: sum(some) }])),
  );
  const counted = (each: RawSnapshot): boolean =>
    each.origin === 'own' && each.trigger !== 'before-restore' && isStored(each);
  for (const planId of plans) {
    const newest = snapshots.find((each) => each.plan_id === planId && counted(each));
    expect(catalog.snapshots.newestOwn().get(planId)?.id).toBe(newest?.id);
    expect(catalog.snapshots.newestOwn([planId]).get(planId)?.verification.valid).toBe(newest && verified(newest.id));
    expect(catalog.kept.ofPlan(planId)).toMatchObject(
      (families.get(planId) ?? []).map((each) => ({
        ...{ id: each.id, missing: !isStored(each), valid: verified(each.id) },
        onceVerified: found.some(({ snapshot_id, body }) => {
          const { valid, level } = JSON.parse(body) as { valid: boolean; level: string };
          return snapshot_id === each.id && valid && level !== 'none';
        }),
        copies: expect.toSatisfy((some: Array<{ destinationId: string; valid: boolean | null }>) => {
          const there = of(each).filter(({ state }) => state !== 'deleting');
          const right = some.every((copy) => copy.valid === verified(each.id, copy.destinationId));
          return right && some.length === there.length;
        }),
      })),
    );
    const backups = runs.filter((run) => run.planId === planId && run.kind === 'backup');
    const ended = backups.filter(({ state }) => ['succeeded', 'failed', 'interrupted'].includes(state));
    expect(catalog.runs.last('backup', [planId]).get(planId)?.id).toBe(ended[0]?.id);
    const since = localDay(new Date(NOW - 20 * 86_400_000));
    const days = backups
      .filter((run) => run.finishedAt !== null && localDay(new Date(run.finishedAt)) >= since)
      .map((run) => {
        const result = run.result?.kind === 'backup' ? run.result : null;
        const [valid, incomplete] = [
          result?.verification?.valid ?? null,
          result !== null && result.incomplete !== null,
        ];
        return JSON.stringify([localDay(new Date(run.finishedAt ?? '')), run.state, valid, incomplete]);
      });
    expect(
      catalog.runs
        .backupDays(since, [planId])
        .flatMap(({ day, state, valid, incomplete, count }) =>
          Array.from({ length: count }, () => JSON.stringify([day, state, valid, incomplete])),
        )
        .sort(),
    ).toEqual(days.sort());
  }
  const ahead = new Date(NOW + 86_400_000).toISOString();
  const misdated = listed.filter((each) => each.origin === 'own' && each.created_at > ahead);
  const newestOf = Map.groupBy(misdated, ({ plan_id }) => plan_id);
  expect(catalog.kept.datedAfter(ahead)).toEqual(
    new Map([...newestOf].map(([planId, [newest]]) => [planId, newest?.name])),
  );
  const inOrder = listed.toSorted((a, b) => b.created_at.localeCompare(a.created_at) || b.number - a.number);
  const paged: string[] = [];
  for (;;) {
    const page = catalog.snapshots.page({ before: paged.at(-1), limit: 3 });
    paged.push(...page.map(({ id }) => id));
    if (page.length < 3) break;
  }
  expect(paged).toEqual(inOrder.map(({ id }) => id));
  const [takenBy, takenFrom] = [inOrder[1]?.created_at, inOrder.at(-2)?.created_at];
  const between = inOrder.filter(
    (each) =>
      (takenFrom === undefined || each.created_at >= takenFrom) &&
      (takenBy === undefined || each.created_at <= takenBy),
  );
  expect(catalog.snapshots.page({ takenFrom, takenBy, limit: 1000 }).map(({ id }) => id)).toEqual(
    between.map(({ id }) => id),
  );
}

test('whatever has happened to a catalog, counts, totals and pages are what its rows say one by one', async () => {
  const same = fc.property(fc.array(happening, { minLength: 5, maxLength: 60 }), (events) => {
    const { home } = makeLargeCatalog(temporaryFolder(), { plans: PLANS, snapshots: 0, runs: 0 }, NOW);
    const file = join(home, 'catalog.db');
    const catalog = createCatalog(file);
    try {
      const history = new History(catalog);
      catalog.transaction(() => {
        for (const [n, each] of events.entries()) history.happen(each, n);
      });
      expectSame(catalog, file);
    } finally {
      catalog.close();
    }
  });
  await fc.assert(same, { numRuns: 40 });
});

test('the catalog that speed is measured with is as large as it says, and sound', () => {
  const size = { ...LARGE, snapshots: 600, runs: 1200 };
  const { home } = makeLargeCatalog(temporaryFolder(), size, NOW);
  const catalog = createCatalog(join(home, 'catalog.db'));
  try {
    expect(catalog.plans.list()).toHaveLength(60);
    expect([...catalog.kept.totals().values()].reduce((sum, { count }) => sum + count, 0)).toBe(600);
    expect(catalog.runs.list({ limit: 10_000 })).toHaveLength(1200);
    expectSame(catalog, join(home, 'catalog.db'));
  } finally {
    catalog.close();
  }
});

test('a page of all plans lets others be answered while the rules that keep its snapshots are decided', async () => {
  const { home } = makeLargeCatalog(temporaryFolder(), { plans: 50, snapshots: 150, runs: 0 }, NOW);
  const core = await startTestCore(home);
  await core.call('snapshots.list', {});
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const page = await core.call('snapshots.list', {});
  clearImmediate(next);
  expect(page.every(({ keptBy }) => keptBy.length > 0)).toBe(true);
  expect(turns).toBeGreaterThanOrEqual(2);
});
