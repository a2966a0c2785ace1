import type { DestinationState, DestinationSummary } from '../../../src-shared/model/destination.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import {
  copyProblemInWords,
  destinationLabel,
  missingInWords,
  waitingInWords,
} from '../../../src-shared/words/destination-words.ts';
import type { CopyCounts } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { knownSecrets } from '../secrets/destination-secrets.ts';
import { storageUses } from './storage-history.ts';

/** Says how the destinations stand, from the catalog alone. @param ids theirs; without them, these are all */
export function summarizeDestinations(
  core: CoreContext,
  destinations: readonly StoredDestination[],
  ids?: readonly string[],
): DestinationSummary[] {
  const counts = core.catalog.copies.countsByDestination();
  const plans = core.catalog.plans.list();
  const secrets = core.secrets.names();
  const heldBack = core.copier.heldBack();
  const useOf = storageUses(core, ids);
  return destinations.map((stored) => {
    const {
      own: _own,
      lastTest,
      markerId,
      checkedAt,
      reachedAt,
      listedAt: _listedAt,
      problem,
      ...destination
    } = stored;
    const { id } = destination;
    const count = counts.get(id);
    const nextTryAt = (count?.waiting ?? 0) > 0 ? core.copier.nextTryAt(id) : null;
    return {
      destination,
      label: destinationLabel(destination.settings),
      ...stateOf(stored, count, heldBack),
      checkedAt,
      reachedAt,
      canReattach:
        problem !== null && (problem.code === 'CONFLICT' || problem.code === 'UNAVAILABLE' || markerId === null),
      missingCopies: count?.missing ?? 0,
      lastTest,
      secretsKnown: knownSecrets(secrets, id),
      plans: plans
        .filter((plan) => plan.destinations.some(({ destinationId }) => destinationId === id))
        .map((plan) => ({ id: plan.id, name: plan.name })),
      snapshotCount: count?.stored ?? 0,
      storedBytes: count?.storedBytes ?? 0,
      trashedCopies: count?.trashed ?? 0,
      trashedBytes: count?.trashedBytes ?? 0,
      ...useOf(stored, (count?.storedBytes ?? 0) + (count?.trashedBytes ?? 0)),
      waitingCopies: count?.waiting ?? 0,
      nextTryAt: nextTryAt?.toISOString() ?? null,
    };
  });
}

function stateOf(
  { name, lastTest, problem, reachedAt }: StoredDestination,
  count: CopyCounts | undefined,
  heldBack: string | null,
): { state: DestinationState; reason: string } {
  const copies = count === undefined ? null : copyProblemInWords(count, name);
  // A test that failed before the destination was last reached says nothing any more.
  const testFailed = lastTest !== null && (reachedAt === null || lastTest.at >= reachedAt);
  const testError = testFailed ? (lastTest.report.steps.find((step) => step.error !== null)?.error ?? null) : null;
  const error = problem ?? testError;
  if (copies !== null && (count?.failed ?? 0) > 0) return { state: 'failed', reason: copies };
  if (error !== null) {
    const unavailable = classifyFailure(error.code) === 'unavailable';
    return { state: unavailable ? 'unavailable' : 'failed', reason: error.message };
  }
  if (count !== undefined && count.missing > 0) return { state: 'failed', reason: missingInWords(count.missing, name) };
  if (heldBack !== null && count !== undefined && count.waiting > 0)
    return { state: 'ready', reason: waitingInWords(count.waiting, name, heldBack) };
  if (copies !== null) return { state: 'unavailable', reason: copies };
  if (reachedAt === null) return { state: 'untested', reason: 'Not tested yet.' };
  return { state: 'ready', reason: 'Available.' };
}
