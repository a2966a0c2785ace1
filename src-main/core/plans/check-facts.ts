import type { Plan, PlanSummary } from '../../../src-shared/model/plan.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { PlanFacts, Trouble } from '../../../src-shared/rules/state/health.ts';
import { invalidCopyInWords, missingInWords } from '../../../src-shared/words/destination-words.ts';
import type { SourceCheck } from '../catalog/repos/check-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { PlanRecords } from './plan-records.ts';

/** What the checks of its source and destinations say of a plan. @param now in milliseconds since 1970 */
export function checkFacts(
  records: Pick<PlanRecords, 'check' | 'misdated' | 'newest'>,
  plan: Plan,
  stored: readonly StoredDestination[],
  destinations: PlanSummary['destinations'],
  now: number,
): Pick<PlanFacts, 'source' | 'destinations' | 'missing' | 'misdated' | 'oneDisk'> {
  const { check, misdated, newest } = records;
  const lacking = destinations.find(({ missingCopies }) => missingCopies > 0);
  return {
    source: sourceTrouble(plan, check, now),
    destinations: stored.map((each) => copyTrouble(each, newest) ?? destinationTrouble(each, now)),
    missing: lacking === undefined ? null : missingInWords(lacking.missingCopies, lacking.name),
    misdated: misdated === null ? null : `${misdated} is dated in the future: check the clock of this machine.`,
    oneDisk: check?.oneDisk ?? false,
  };
}

function sourceTrouble({ sourcePath }: Plan, check: SourceCheck | undefined, now: number): Trouble | null {
  if (check?.problem != null) return toTrouble(check.problem, check.reachedAt, 'source');
  if (check !== undefined && isRecent(check.at, now)) return null;
  const since = check === undefined ? 'yet' : 'for a day';
  return {
    kind: 'unavailable',
    reason: `The source ${sourcePath} has not been checked ${since}.`,
    since: null,
    cause: 'source',
  };
}

/** What a verification found of one copy, the verification of another one does not undo. */
function copyTrouble({ id, name }: StoredDestination, newest: PlanRecords['newest']): Trouble | null {
  const copy = newest?.copies.find(({ destinationId }) => destinationId === id);
  if (copy?.state !== 'stored' || copy.valid !== false) return null;
  return { kind: 'failed', reason: invalidCopyInWords(name), since: null, cause: 'backup' };
}

function destinationTrouble(destination: StoredDestination, now: number): Trouble | null {
  const { name, problem, reachedAt } = destination;
  if (problem !== null) return toTrouble(problem, reachedAt, 'destination');
  if (reachedAt !== null && isRecent(reachedAt, now)) return null;
  const since = reachedAt === null ? 'yet' : 'for a day';
  return { kind: 'unavailable', reason: `${name} has not been reached ${since}.`, since: null, cause: 'destination' };
}

/** An instant that lies ahead was read from a clock that was wrong. */
const isRecent = (at: string, now: number): boolean => Math.abs(now - Date.parse(at)) <= DAY_MS;

const toTrouble = (
  { code, message }: NonNullable<SourceCheck['problem']>,
  since: string | null,
  cause: Trouble['cause'],
): Trouble => ({ kind: code === 'UNAVAILABLE' ? 'unavailable' : 'failed', reason: message, since, cause });

/** When the source and every destination of a plan had been checked; `null`: one of them never was. */
export function lastCheckOf(check: SourceCheck | undefined, destinations: readonly StoredDestination[]): string | null {
  const all = [check?.at ?? null, ...destinations.map(({ checkedAt }) => checkedAt)].filter((at) => at !== null);
  return all.length <= destinations.length ? null : (all.sort()[0] ?? null);
}

/** That links to what a plan reads lead elsewhere than before, one sentence each. */
export function movedInWords(check: SourceCheck | undefined): string[] {
  return (check?.followed ?? []).flatMap(({ path, movedFrom }) =>
    movedFrom === null ? [] : [`The source has moved from ${movedFrom} to ${path}.`],
  );
}
