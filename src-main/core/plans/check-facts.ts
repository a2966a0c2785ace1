import type { Plan, PlanSummary } from '../../../src-shared/model/plan.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { PlanFacts, Trouble } from '../../../src-shared/rules/health.ts';
import { missingInWords } from '../../../src-shared/words/destination-words.ts';
import type { SourceCheck } from '../catalog/repos/check-repo.ts';
import type { CoreContext } from '../core-context.ts';

/** Clocks of machines differ by less. */
const CLOCKS_DIFFER_MS = DAY_MS;

/** What the checks of its source and destinations say of a plan, from the catalog alone. */
export function checkFacts(
  core: CoreContext,
  plan: Plan,
  destinations: PlanSummary['destinations'],
): Pick<PlanFacts, 'source' | 'destinations' | 'missing' | 'misdated' | 'oneDisk'> {
  const now = core.clock.now().getTime();
  const check = core.catalog.checks.get(plan.id);
  const lacking = destinations.find(({ missingCopies }) => missingCopies > 0);
  const ahead = core.catalog.kept.datedAfter(plan.id, new Date(now + CLOCKS_DIFFER_MS).toISOString());
  return {
    source: sourceTrouble(plan, check, now),
    destinations: plan.destinations.map(({ destinationId }) => destinationTrouble(core, destinationId, now)),
    missing: lacking === undefined ? null : missingInWords(lacking.missingCopies, lacking.name),
    misdated: ahead === null ? null : `${ahead} is dated in the future: check the clock of this machine.`,
    oneDisk: check?.oneDisk ?? false,
  };
}

function sourceTrouble({ sourcePath }: Plan, check: SourceCheck | undefined, now: number): Trouble | null {
  if (check?.problem != null) return toTrouble(check.problem);
  if (check !== undefined && isRecent(check.at, now)) return null;
  const since = check === undefined ? 'yet' : 'for a day';
  return { kind: 'unavailable', reason: `The source ${sourcePath} has not been checked ${since}.` };
}

function destinationTrouble({ catalog }: CoreContext, id: string, now: number): Trouble | null {
  const destination = catalog.destinations.get(id);
  if (destination === undefined) return null;
  if (destination.problem !== null) return toTrouble(destination.problem);
  if (destination.reachedAt !== null && isRecent(destination.reachedAt, now)) return null;
  const since = destination.reachedAt === null ? 'yet' : 'for a day';
  return { kind: 'unavailable', reason: `${destination.name} has not been reached ${since}.` };
}

/** An instant that lies ahead was read from a clock that was wrong. */
const isRecent = (at: string, now: number): boolean => Math.abs(now - Date.parse(at)) <= DAY_MS;

const toTrouble = ({ code, message }: NonNullable<SourceCheck['problem']>): Trouble => ({
  kind: code === 'UNAVAILABLE' ? 'unavailable' : 'failed',
  reason: message,
});

/** When the source and every destination of a plan had been checked; `null`: one of them never was. */
export function lastCheckOf({ catalog }: CoreContext, plan: Plan): string | null {
  const checks = plan.destinations.map(
    ({ destinationId }) => catalog.destinations.get(destinationId)?.checkedAt ?? null,
  );
  const all = [catalog.checks.get(plan.id)?.at ?? null, ...checks].filter((at) => at !== null);
  return all.length <= plan.destinations.length ? null : (all.sort()[0] ?? null);
}

/** That links to what a plan reads lead elsewhere than before, one sentence each. */
export function movedInWords(check: SourceCheck | undefined): string[] {
  return (check?.followed ?? []).flatMap(({ path, movedFrom }) =>
    movedFrom === null ? [] : [`The source has moved from ${movedFrom} to ${path}.`],
  );
}
