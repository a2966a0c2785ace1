import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { RestoreTestReceipt } from '../../../src-shared/model/restore/restore-test.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { shrinkage } from '../../../src-shared/rules/state/shrinkage.ts';
import { repairsOf } from '../../../src-shared/rules/verdicts.ts';
import { fetchSnapshot, readingOf, type StoredSnapshot, storedDestinations } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { decryptionSecretsOfFile, knownOfSnapshot, opensHere } from '../secrets/encryptions.ts';
import { recordVerification } from './start-verification.ts';

/**
 * Queues a restore test of the snapshot that was made last; only where none was made here, of an imported one.
 * @throws SnapkeepError `NOT_FOUND` while there is no snapshot, `BAD_KEY` when it is encrypted for others
 */
export function startRestoreTest(core: CoreContext, plan: Plan, scheduledTime: Run['scheduledTime'] = null): Run {
  const { snapshots } = core.catalog;
  const snapshot =
    snapshots.newestOwn([plan.id]).get(plan.id) ??
    snapshots.ofPlan(plan.id).find(({ missing, trigger }) => !missing && trigger !== 'before-restore');
  if (snapshot === undefined) {
    throw new SnapkeepError('NOT_FOUND', `${plan.name} has no snapshot yet.`, { hint: 'Back it up first.' });
  }
  // It would only fail, and say nothing of the snapshot.
  if (!opensHere(core, core.catalog.snapshots.manifest(snapshot.id)?.encryption ?? null)) {
    throw new SnapkeepError('BAD_KEY', `${snapshot.name} is encrypted for recipients whose identities are unknown.`, {
      hint: 'Enter the identity of one of the recipients in the settings of the plan.',
    });
  }
  const stored = testedLongestAgo(core, plan, snapshot.id);
  return core.runs.start({
    ...readingOf(stored),
    kind: 'restoreTest',
    planName: plan.name,
    scheduledTime,
    work: async (handle) => {
      const started = core.clock.now();
      const { path, destination, expected } = await fetchSnapshot(core, stored, handle, 'everything');
      const { keys, encryptionSecrets } = await decryptionSecretsOfFile(
        core,
        { path, known: knownOfSnapshot(expected) },
        handle,
      );
      const { verification, checks } = await core.runInWorker(
        'restoreTest',
        { path, expected, checks: plan.restoreTest.checks },
        { ...handle, keys, encryptionSecrets },
      );
      const [before] = core.catalog.restoreTests.list(plan.id, 20).filter(({ valid }) => valid);
      const lost = before && verification.valid ? shrinkage(before.verification.tables, verification.tables) : null;
      const warning = [repairsOf(verification.checks), lost].filter((each) => each != null).join(' ') || null;
      if (warning !== null) handle.log('warning', warning);
      const at = core.clock.now();
      const receipt: RestoreTestReceipt = {
        runId: handle.id,
        snapshotId: snapshot.id,
        snapshotName: snapshot.name,
        destinationName: destination.name,
        destinationId: destination.id,
        at: at.toISOString(),
        durationMs: Math.max(0, at.getTime() - started.getTime()),
        valid: verification.valid && checks.every(({ passed }) => passed),
        verification,
        checks,
        warning,
      };
      core.catalog.restoreTests.add(plan.id, receipt);
      recordVerification(core, snapshot.id, destination.id, verification);
      handle.update({ result: { kind: 'restoreTest', ...receipt } });
      if (!receipt.valid) throw notRestorable(receipt);
      return { kind: 'restoreTest', ...receipt };
    },
  });
}

/** Where the snapshot can be had, those first whose copies were tested longest ago, or never. */
function testedLongestAgo(core: CoreContext, plan: Plan, snapshotId: string): StoredSnapshot {
  const stored = storedDestinations(core, core.catalog.snapshots.require(snapshotId));
  const tested = core.catalog.restoreTests.lastByDestination(plan.id);
  const number = ({ id }: { id: string }): number => tested.get(id) ?? 0;
  return { ...stored, destinations: [...stored.destinations].sort((one, other) => number(one) - number(other)) };
}

function notRestorable({ verification, checks, snapshotName }: RestoreTestReceipt): SnapkeepError {
  const failed = checks.find(({ passed }) => !passed);
  const why = verification.valid && failed !== undefined ? `${failed.name}: ${failed.detail}.` : verification.message;
  return new SnapkeepError('CORRUPT', `The restore test of ${snapshotName} failed. ${why}`, {
    hint: 'Back up now, and run the restore test again. If it fails again, check the source.',
  });
}
