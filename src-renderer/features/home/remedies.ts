import type { Client } from '../../../src-shared/contract/client.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PlanSummary, StateCause } from '../../../src-shared/model/plan.ts';

type Call = Client['call'];

/** What may end the trouble of a plan. */
export interface Remedy {
  label: string;
  start(summary: PlanSummary, call: Call): Promise<unknown>;
}

const backUp: Remedy = { label: 'Retry', start: ({ plan }, call) => call('backups.start', { planId: plan.id }) };

/** @throws SnapkeepError why it is still unavailable */
async function checkAgain({ plan, cause }: PlanSummary, call: Call): Promise<void> {
  await call('plans.check', {});
  const after = await call('plans.get', { planId: plan.id });
  if (after.cause === cause) throw new SnapkeepError('UNAVAILABLE', after.reason);
}

const checkPlaces: Remedy = { label: 'Retry', start: checkAgain };

/** Does something at each destination of a plan that is concerned. */
function atDestinations(
  { destinations }: PlanSummary,
  concerned: (destination: PlanSummary['destinations'][number]) => boolean,
  act: (destinationId: string) => Promise<unknown>,
): Promise<unknown> {
  return Promise.all(destinations.filter(concerned).map(({ id }) => act(id)));
}

/** The remedy for each cause; `null`: a person has to look at the plan. Pruning is reviewed on its page. */
const REMEDIES: Readonly<Record<StateCause, Remedy | null>> = {
  backup: backUp,
  verification: {
    label: 'Verify',
    start: async ({ newest }, call) => newest && call('verifications.start', { snapshotId: newest.id }),
  },
  'restore-test': {
    label: 'Run restore test',
    start: ({ plan }, call) => call('restoreTests.start', { planId: plan.id }),
  },
  source: checkPlaces,
  destination: checkPlaces,
  copies: {
    label: 'Retry',
    start: (summary, call) =>
      atDestinations(
        summary,
        ({ waitingCopies, failedCopies }) => waitingCopies + failedCopies > 0,
        (destinationId) => call('destinations.catchUp', { destinationId }),
      ),
  },
  'missing-copies': {
    label: 'Rescan',
    start: (summary, call) =>
      atDestinations(
        summary,
        ({ missingCopies }) => missingCopies > 0,
        (destinationId) => call('destinations.rescan', { destinationId }),
      ),
  },
  pruning: null,
  clock: null,
};

/** Returns what may end the trouble of a plan; `null`: nothing that one button could start. */
export const remedyOf = ({ cause }: PlanSummary): Remedy | null => (cause === null ? null : REMEDIES[cause]);
