import type { HistoryReach } from '../../../src-shared/model/history/history-reach.ts';
import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { VerificationSummary } from '../../../src-shared/model/snapshot.ts';
import {
  bytesPerDay,
  captureIntervalMs,
  historyOverdueAt,
  maximumDataLossMs,
} from '../../../src-shared/retention/history-reach.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { PlanFacts } from '../../../src-shared/rules/state/health.ts';
import { durationInWords } from '../../../src-shared/words/wording.ts';
import type { ReachRow } from '../catalog/repos/history-repo.ts';
import type { PlanRecords } from './plan-records.ts';

/** How far a history reaches. @param now in milliseconds since 1970 */
export function reachOf(row: ReachRow | undefined, now: number): HistoryReach {
  const { newestAt = null, oldestAt = null, oldestTxid = null, newestTxid = 0, day = NO_DAY } = row ?? {};
  const named = (txid: number | null, at: number | null) =>
    txid === null || at === null ? null : { txid, madeAt: new Date(at).toISOString() };
  const [oldest, newest] = [named(oldestTxid, oldestAt), named(newestTxid, newestAt)];
  if (row === undefined || newest === null) return { oldest, newest, maximumDataLossMs: null, bytesPerDay: null };
  return {
    oldest,
    newest,
    maximumDataLossMs: maximumDataLossMs([{ ...newest, sinceLookMs: day.lossMs }], currentAt(row) ?? 0, now),
    bytesPerDay: bytesPerDay(day.bytes ?? 0, Date.parse(newest.madeAt) - (day.since ?? now)),
  };
}

const NO_DAY = { lossMs: null, bytes: null, since: null };

/** When what is stored at a destination was current last, in milliseconds since 1970; `null`: nothing is stored. */
export function currentAt({ newestTxid, storedTxid, storedAt, newestAt, lookedAt }: ReachRow): number | null {
  if (storedTxid === null || storedTxid < newestTxid) return storedAt;
  return lookedAt === null ? newestAt : Date.parse(lookedAt);
}

/** What is known of a plan's history. @param isPaused no captures are made */
export function historyFacts(
  plan: Plan,
  { history, behind, lastCapture }: PlanRecords,
  { now, isPaused, nameOf }: { now: number; isPaused: boolean; nameOf: (destinationId: string) => string },
): PlanFacts['history'] {
  if (!hasHistory(plan.history)) return { failed: null, late: null, waiting: null };
  const [first] = behind.filter(({ destinationId }) =>
    plan.destinations.some((each) => each.destinationId === destinationId),
  );
  const lacks = first && `${nameOf(first.destinationId)} lacks the newest points in time. ${first.problem}`;
  const isLate = first !== undefined && first.since !== null && now - first.since > DAY_MS;
  const overdue = isPaused ? null : lateInWords(plan, history, now);
  return {
    failed: failureOf(lastCapture),
    late: overdue ?? (isLate ? lacks : null) ?? null,
    waiting: lacks ?? null,
  };
}

function failureOf(lastCapture: PlanRecords['lastCapture']): string | null {
  if (lastCapture?.state === 'interrupted') return 'The last capture was interrupted.';
  if (lastCapture?.state !== 'failed') return null;
  return `The last capture failed. ${lastCapture.error?.message ?? ''}`.trim();
}

function lateInWords(
  { history: { intervalSeconds }, updatedAt }: Plan,
  row: ReachRow | undefined,
  now: number,
): string | null {
  const since = row?.lookedAt == null ? Date.parse(updatedAt) : Math.max(Date.parse(row.lookedAt), 0);
  if (historyOverdueAt(since, captureIntervalMs(intervalSeconds, row ?? { captureMs: null, journalMode: null })) > now)
    return null;
  return `Changes have not been captured for ${durationInWords(now - since)}.`;
}

/** How the newest point was verified: it was read back when it was stored. */
export function newestPointVerified(row: ReachRow | undefined): VerificationSummary | null {
  if (row === undefined || row.newestAt === null) return null;
  const { valid, verifiedAt, storedTxid, newestTxid, newestAt } = row;
  const summary = { except: null, at: new Date(verifiedAt ?? newestAt).toISOString() };
  if (valid !== null)
    return { ...summary, level: 'checked', valid, message: `The newest point in time is ${valid ? '' : 'not '}valid.` };
  const isStored = storedTxid === newestTxid;
  const message = isStored ? 'The newest point in time was read back.' : 'The newest point in time is not stored yet.';
  return { ...summary, level: isStored ? 'read-back' : 'none', valid: isStored ? true : null, message };
}
