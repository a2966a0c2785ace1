import type { PointEventKind } from '../model/history/point.ts';

/**
 * Says what happened at the points that are kept, once the others have gone: what happened at a point that goes is seen at
 * the next one that stays, which is where its changes are then.
 * @param eventful the points at which something happened, the oldest first
 * @param kept the points that stay, the oldest first
 * @param gone the TXIDs of those that go
 * @param isAsked a person had them removed, so the next one that stays says “pruned”
 */
export function eventsAfter(
  eventful: ReadonlyArray<{ txid: number; events: readonly PointEventKind[] }>,
  kept: ReadonlyArray<{ txid: number }>,
  gone: readonly number[],
  isAsked: boolean,
): Map<number, PointEventKind[]> {
  const goes = new Set(gone);
  const found = new Map<number, Set<PointEventKind>>();
  const add = (before: number, kinds: readonly PointEventKind[]): void => {
    const next = kept.find(({ txid }) => txid > before)?.txid;
    if (next !== undefined) found.set(next, new Set([...(found.get(next) ?? []), ...kinds]));
  };
  for (const { txid, events } of eventful) if (goes.has(txid)) add(txid, events);
  const newest = gone.at(-1);
  if (isAsked && newest !== undefined) add(newest, ['pruned']);
  return new Map([...found].map(([txid, kinds]) => [txid, [...kinds]]));
}
