import type { Command } from 'commander';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { UsageError } from '../output.ts';
import type { Session } from '../session.ts';

/** Which point in the history of a plan is meant. */
export interface PointOptions {
  at?: string;
  point?: string;
}

/** Adds the options of a command that reads a point in time. */
export function addPointOptions(command: Command): Command {
  return command
    .option('--at <time>', 'of a plan: the newest point in time at or before this, for example "2026-11-30 14:05"')
    .option('--point <txid>', 'of a plan: the point in time with this number, as “snapkeep points” lists it');
}

/** Whether a point in time is meant. */
export const asksForPoint = ({ at, point }: PointOptions): boolean => at !== undefined || point !== undefined;

/**
 * Finds the point that is meant.
 * @param planName name or id of a plan
 * @throws UsageError; SnapkeepError `NOT_FOUND`
 */
export async function findPoint(
  session: Session,
  planName: string,
  { at, point }: PointOptions,
): Promise<Extract<RestoreSource, { txid: number }>> {
  if (at !== undefined && point !== undefined) throw new UsageError('Use either --at or --point.');
  const { plan } = await session.findPlan(planName);
  const asked = at === undefined ? { txid: txidOf(point ?? '') } : { at: instantOf(at) };
  const { txid } = await session.call('history.pointAt', { planId: plan.id, ...asked });
  return { planId: plan.id, txid };
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
