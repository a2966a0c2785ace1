import type { Point } from '../model/history/point.ts';
import { clockReasons, contentLoss, fullestOf, type SnapshotContent, type WeighedSnapshot } from './prune-brake.ts';

/** What the brake looks at in a point. */
type BrakedPoint = Pick<Point, 'txid' | 'madeAt' | 'pages' | 'tables'>;

/** Returns a point as the brake of automatic pruning weighs a snapshot. @param pageSize of the database, in bytes */
export function weighedPoint({ txid, madeAt, pages, tables }: BrakedPoint, pageSize: number): WeighedSnapshot {
  return {
    id: String(txid),
    order: txid,
    name: `Point ${txid}`,
    createdAt: madeAt,
    tableCount: tables?.length ?? 0,
    rowCount: tables?.reduce((sum, { rows }) => sum + (rows ?? 0), 0) ?? 0,
    bytes: pages * pageSize,
  };
}

/**
 * Says why a history must not be pruned until a person has reviewed it, as a sentence; `null`: nothing is in the way.
 * @param points those that no person has reviewed yet
 * @param now in milliseconds since 1970
 */
export function reasonToPause(points: readonly BrakedPoint[], pageSize: number, now: number): string | null {
  const [clock] = clockReasons(
    points.map((point) => weighedPoint(point, pageSize)),
    null,
    now,
  );
  return clock?.message ?? lossOfNewestPoint(points, pageSize);
}

/**
 * Says what the newest point whose rows were counted has lost against the fullest before it, as a sentence; `null`:
 * nothing that matters.
 */
export function lossOfNewestPoint(points: readonly BrakedPoint[], pageSize: number): string | null {
  const counted = points.filter(({ tables }) => tables !== null).sort((a, b) => a.txid - b.txid);
  const newest = counted.pop();
  if (newest === undefined) return null;
  const contents = new Map(counted.map((point) => [point.txid, contentOf(point, pageSize)]));
  for (const { order } of fullestOf(counted.map((point) => weighedPoint(point, pageSize)))) {
    const loss = contentLoss(contentOf(newest, pageSize), contents.get(order) as SnapshotContent);
    if (loss !== null) return loss;
  }
  return null;
}

function contentOf(point: BrakedPoint, pageSize: number): SnapshotContent {
  const { name, bytes } = weighedPoint(point, pageSize);
  return { name, bytes, method: 'history', tables: point.tables ?? [] };
}
