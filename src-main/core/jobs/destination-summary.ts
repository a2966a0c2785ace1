import type { DestinationState, DestinationSummary } from '../../../src-shared/model/destination.ts';
import { destinationLabel, waitingInWords } from '../../../src-shared/rules/destination-words.ts';
import type { CopyCounts } from '../catalog/copy-repo.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { knownSecrets } from '../secrets/destination-secrets.ts';
import { copyProblem } from './plan-summary.ts';

/** Says how the destinations stand, from the catalog alone. */
export function summarizeDestinations(
  core: CoreContext,
  destinations: readonly StoredDestination[],
): DestinationSummary[] {
  const counts = core.catalog.copies.counts();
  const plans = core.catalog.plans.list();
  return destinations.map(({ own: _own, lastTest, ...destination }) => {
    const { id } = destination;
    const count = counts.get(id);
    const nextTryAt = (count?.waiting ?? 0) > 0 ? core.copier.nextTryAt(id) : null;
    return {
      destination,
      label: destinationLabel(destination.settings),
      ...stateOf(destination.name, lastTest, count, core.copier.heldBack()),
      lastTest,
      secretsKnown: knownSecrets(core.secrets, id),
      plans: plans
        .filter((plan) => plan.destinations.some(({ destinationId }) => destinationId === id))
        .map((plan) => ({ id: plan.id, name: plan.name })),
      snapshotCount: count?.stored ?? 0,
      storedBytes: count?.storedBytes ?? 0,
      waitingCopies: count?.waiting ?? 0,
      nextTryAt: nextTryAt?.toISOString() ?? null,
    };
  });
}

function stateOf(
  name: string,
  lastTest: StoredDestination['lastTest'],
  count: CopyCounts | undefined,
  heldBack: string | null,
): { state: DestinationState; reason: string } {
  const problem = count === undefined ? null : copyProblem(count, name);
  const error = lastTest?.report.steps.find((step) => step.error !== null)?.error ?? null;
  if (problem !== null && (count?.failed ?? 0) > 0) return { state: 'failed', reason: problem };
  if (error !== null && error.code !== 'UNAVAILABLE') return { state: 'failed', reason: error.message };
  if (heldBack !== null && count !== undefined && count.waiting > 0)
    return { state: 'ready', reason: waitingInWords(count.waiting, name, heldBack) };
  if (problem !== null) return { state: 'away', reason: problem };
  if (error !== null) return { state: 'away', reason: error.message };
  if (lastTest === null && (count?.stored ?? 0) === 0)
    return { state: 'untested', reason: 'It has not been tested yet.' };
  return { state: 'ready', reason: lastTest === null ? 'Snapshots are stored there.' : 'The last test went well.' };
}
