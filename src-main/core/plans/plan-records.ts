import type { Run } from '../../../src-shared/model/run.ts';
import type { SnapshotSummary } from '../../../src-shared/model/snapshot.ts';
import type { SourceSize } from '../../../src-shared/model/storage.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { BackupsOnDay } from '../../../src-shared/rules/state/health.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceCheck } from '../catalog/repos/check-repo.ts';
import { type CopyCounts, copiesOf } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { Behind, ReachRow } from '../catalog/repos/history-repo.ts';
import type { StoredBrake } from '../catalog/repos/prune-state-repo.ts';
import type { LastRestoreTest } from '../catalog/repos/restore-test-repo.ts';

/** Clocks of machines differ by less. */
const CLOCKS_DIFFER_MS = DAY_MS;
/** Sizes are shown of half a year. */
const SIZE_WEEKS = 26;

const weeksBefore = (now: number): string[] =>
  Array.from({ length: SIZE_WEEKS + 1 }, (_, week) => new Date(now - week * 7 * DAY_MS).toISOString());

/** What the catalog says of one plan beside its settings. */
export interface PlanRecords {
  newest: SnapshotSummary | null;
  totals: { count: number; bytes: number };
  sizes: readonly SourceSize[];
  lastBackup: Run | null;
  lastCapture: Run | null;
  /** How far its history reaches; `undefined`: nothing was captured. */
  history: ReachRow | undefined;
  /** The destinations that lack some of its history. */
  behind: readonly Behind[];
  days: readonly BackupsOnDay[];
  lastRestoreTest: LastRestoreTest | null;
  brakes: ReadonlyArray<{ destinationId: string; brake: StoredBrake }>;
  check: SourceCheck | undefined;
  /** The newest of its own snapshots that is dated in the future. */
  misdated: string | null;
  /** How its copies stand at a destination. */
  copiesAt(destinationId: string): CopyCounts | undefined;
}

/** Looks up what the catalog says of plans. */
export interface RecordsOfPlans {
  of(planId: string): PlanRecords;
  destination(id: string): StoredDestination | undefined;
}

/**
 * Reads what the catalog says of plans, with as many statements for all of them as for one.
 * @param planIds without them, of all plans
 * @param since the first day that is shown, `YYYY-MM-DD`
 * @param now in milliseconds since 1970
 */
export function readRecords(
  catalog: Catalog,
  planIds: readonly string[] | undefined,
  since: string,
  now: number,
): RecordsOfPlans {
  const newest = catalog.snapshots.newestOwn(planIds);
  const totals = catalog.kept.totals(planIds);
  const copies = catalog.copies.countsByPlan(planIds);
  const sizes = Map.groupBy(catalog.kept.sizesBetween(weeksBefore(now), planIds), ({ planId }) => planId);
  const lastBackups = catalog.runs.last('backup', planIds);
  const lastCaptures = catalog.runs.last('capture', planIds);
  const histories = catalog.histories.reaches(planIds);
  const behind = Map.groupBy(catalog.histories.behind(planIds), ({ planId }) => planId);
  const days = Map.groupBy(catalog.runs.backupDays(since, planIds), ({ planId }) => planId);
  const restoreTests = catalog.restoreTests.last(planIds);
  const brakes = catalog.pruneStates.brakes(planIds);
  const checks = catalog.checks.list(planIds);
  const misdated = catalog.kept.datedAfter(new Date(now + CLOCKS_DIFFER_MS).toISOString());
  const destinations = new Map(catalog.destinations.all().map((destination) => [destination.id, destination]));
  return {
    of: (planId) => ({
      newest: newest.get(planId) ?? null,
      totals: totals.get(planId) ?? { count: 0, bytes: 0 },
      sizes: (sizes.get(planId) ?? []).map(({ at, bytes }) => ({ at, bytes })),
      lastBackup: lastBackups.get(planId) ?? null,
      lastCapture: lastCaptures.get(planId) ?? null,
      history: histories.get(planId),
      behind: behind.get(planId) ?? [],
      days: days.get(planId) ?? [],
      lastRestoreTest: restoreTests.get(planId) ?? null,
      brakes: brakes.get(planId) ?? [],
      check: checks.get(planId),
      misdated: misdated.get(planId) ?? null,
      copiesAt: (destinationId) => copies.get(copiesOf(planId, destinationId)),
    }),
    destination: (id) => destinations.get(id),
  };
}
