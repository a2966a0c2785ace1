import type { SelfTestReport } from '../../../src-shared/model/destination.ts';
import type {
  DestinationStorage,
  KnownSpace,
  PlanStorage,
  StorageDay,
  StorageGrowth,
} from '../../../src-shared/model/storage.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { storageGrowth, thinned } from '../../../src-shared/rules/storage-growth.ts';
import { localDay } from '../../../src-shared/schedule/local-calendar.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { askInTime } from './ask-in-time.ts';
import { withDestination } from './destination-access.ts';

type WithCatalog = Pick<CoreContext, 'catalog' | 'clock'>;

const RECENT_DAYS = 90;
const ALL_DAYS = 2 * 366;
/** So many days are drawn beside a name. */
const MOST_DRAWN = 20;

/** Records what is stored and free at an available destination, unless that was done today. */
export async function recordStorage(core: CoreContext, destination: StoredDestination): Promise<void> {
  const { catalog, clock, events, log, serviceId } = core;
  const { id, name } = destination;
  const day = localDay(clock.now());
  if (catalog.storage.has(id, day)) return;
  const answer = await askInTime(`space ${serviceId} ${id}`, async () => {
    try {
      return await withDestination(core, destination, (driver) => driver.space());
    } catch (error) {
      // What is stored is known without it.
      log.warn(`Free space of ${name} not read. ${explainError(error, name).message}`);
      return null;
    }
  });
  if (catalog.destinations.get(id) === undefined) return;
  const space = answer === 'late' ? null : answer;
  catalog.storage.record({
    destinationId: id,
    day,
    storedBytes: catalog.copies.usedBytes(id),
    freeBytes: space?.freeBytes ?? null,
    totalBytes: space?.totalBytes ?? null,
  });
  events.emit('destinations.changed', { destinationIds: [id] });
}

/** Records what is stored of each plan, unless that was done today. */
export function recordPlanStorage({ catalog, clock }: WithCatalog): void {
  const day = localDay(clock.now());
  if (!catalog.storage.hasPlans(day)) catalog.storage.recordPlans(day);
}

/** Returns what is stored of a plan over time. */
export function planStorage({ catalog, clock }: WithCatalog, planId: string): PlanStorage {
  const today = localDay(clock.now());
  const before = catalog.storage.ofPlan(planId, daysBefore(clock, ALL_DAYS), today).filter(({ day }) => day !== today);
  const days = [...before, { day: today, storedBytes: catalog.copies.storedOf(planId) }];
  const growth = storageGrowth(
    days.map((each) => ({ ...each, freeBytes: null, totalBytes: null })),
    today,
  );
  return { days, growth };
}

/** What the summary of a destination says of its use. */
export interface StorageUse {
  space: KnownSpace | null;
  recentBytes: number[];
  growth: StorageGrowth | null;
}

/**
 * Says how destinations fill, with one statement for all of them.
 * @param ids without them, of all destinations
 * @returns answers for one of them. `usedBytes`: what is stored there now, the trash included
 */
export function storageUses({ catalog, clock }: WithCatalog, ids?: readonly string[]) {
  const today = localDay(clock.now());
  const rows = catalog.storage.between(daysBefore(clock, RECENT_DAYS), today, ids);
  const daysOf = Map.groupBy(rows, ({ destinationId }) => destinationId);
  return ({ id, lastTest }: StoredDestination, usedBytes: number): StorageUse => {
    const days = daysOf.get(id) ?? [];
    const all = withToday(days, today, usedBytes);
    return {
      space: spaceOf(days, lastTest, today),
      recentBytes: thinned(all, MOST_DRAWN).map((each) => each.storedBytes),
      growth: storageGrowth(all, today),
    };
  };
}

/** Returns the use of a destination over time, and by plan. */
export function destinationStorage({ catalog, clock }: WithCatalog, id: string): DestinationStorage {
  const today = localDay(clock.now());
  const days = catalog.storage
    .between(daysBefore(clock, ALL_DAYS), today, [id])
    .map(({ destinationId: _id, ...day }) => day);
  return {
    days: withToday(days, today, catalog.copies.usedBytes(id)),
    plans: catalog.copies.storedByPlan(id),
  };
}

const daysBefore = (clock: CoreContext['clock'], days: number): string =>
  localDay(new Date(clock.now().getTime() - days * DAY_MS));

/** The days with what is stored now; what is free was recorded at most once today. */
function withToday(days: readonly StorageDay[], today: string, storedBytes: number): StorageDay[] {
  const last = days.at(-1);
  const known = last?.day === today ? last : { day: today, freeBytes: null, totalBytes: null };
  return [...days.filter(({ day }) => day !== today), { ...known, storedBytes }];
}

/** The newest of what the checks and the last test found; a test that is dated after today is not. */
function spaceOf(
  days: readonly StorageDay[],
  lastTest: { at: string; report: SelfTestReport } | null,
  today: string,
): KnownSpace | null {
  const newest = days.findLast(({ freeBytes }) => freeBytes !== null);
  const tested = lastTest?.report.freeBytes ?? null;
  const testedOn = lastTest === null ? '' : localDay(new Date(lastTest.at));
  const totalBytes = newest?.totalBytes ?? null;
  if (tested !== null && testedOn <= today && testedOn >= (newest?.day ?? ''))
    return { day: testedOn, freeBytes: tested, totalBytes };
  return newest === undefined || newest.freeBytes === null
    ? null
    : { day: newest.day, freeBytes: newest.freeBytes, totalBytes };
}
