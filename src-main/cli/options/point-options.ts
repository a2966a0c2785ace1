import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Replica } from '../../../src-shared/model/history/replica.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { UsageError } from '../output.ts';
import type { Session } from '../session.ts';
import { looksLikePath, pathFrom } from './folder-option.ts';

/** Which point in the history of a plan is meant. */
export interface PointOptions {
  at?: string;
  point?: string;
}

/** Adds the options of a command that reads a point in time. */
export function addPointOptions(command: Command): Command {
  return command
    .option('--at <time>', 'the newest point in time at or before this, for example "2026-11-30 14:05"')
    .option('--point <txid>', 'the point in time with this number, as “snapkeep points” lists it');
}

/** Whether a point in time is meant. */
export const asksForPoint = ({ at, point }: PointOptions): boolean => at !== undefined || point !== undefined;

/** What a command that reads points calls the argument that {@link findHistory} takes. */
export const HISTORY_ARGUMENT = 'a plan, or the folder of a Litestream replica: a path, or DESTINATION:PATH';

/** Whose points are meant: those of a plan, or of a replica of Litestream. */
export type PointHistory = { plan: Plan } | { replica: Replica };

/**
 * Finds whose points are meant.
 * @param given name or id of a plan, path of a folder, or `DESTINATION:PATH`
 * @throws SnapkeepError `NOT_FOUND`
 */
export async function findHistory(session: Session, given: string): Promise<PointHistory> {
  const known = await session.knownPlan(given);
  if (known !== undefined) return { plan: known.plan };
  const path = pathFrom(given);
  if (existsSync(path)) return { replica: { path } };
  const [name = '', ...rest] = given.split(':');
  const folder = rest.join(':').split('/').filter(Boolean).join('/');
  const found = rest.length === 0 || name === '' ? undefined : await session.findDestination(name);
  if (found !== undefined) return { replica: { destinationId: found.destination.id, folder } };
  return looksLikePath(given) ? { replica: { path } } : { plan: (await session.findPlan(given)).plan };
}

/**
 * Finds the point that is meant.
 * @param given see {@link findHistory}
 * @throws UsageError; SnapkeepError `NOT_FOUND`
 */
export async function findPoint(
  session: Session,
  given: string,
  { at, point }: PointOptions,
): Promise<Extract<RestoreSource, { txid: number }>> {
  if (at !== undefined && point !== undefined) throw new UsageError('Use either --at or --point.');
  const asked = at === undefined ? { txid: txidOf(point ?? '') } : { at: instantOf(at) };
  const found = await findHistory(session, given);
  if ('replica' in found) {
    const { txid } = await session.call('replicas.pointAt', { ...found, ...asked });
    return { ...found, txid };
  }
  const { txid } = await session.call('history.pointAt', { planId: found.plan.id, ...asked });
  return { planId: found.plan.id, txid };
}

function txidOf(given: string): number {
  const txid = Number(given);
  if (Number.isSafeInteger(txid) && txid > 0) return txid;
  throw new UsageError('--point must be the number of a point in time, for example 4711.');
}

/** Reads a time as people write it, in the time zone of this machine. @throws UsageError */
export function instantOf(given: string): string {
  const isTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(given.trim());
  // A date alone is midnight here, not in Greenwich.
  const text = given.trim().length === 10 ? `${given.trim()}T00:00` : given.trim().replace(' ', 'T');
  const at = isTime ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new UsageError(`Not a time: ${given}. Use for example "2026-11-30 14:05".`);
}
