import type { PlanSummary } from '../../model/plan.ts';

type Stored = Pick<PlanSummary, 'oneDisk'> & {
  destinations: ReadonlyArray<Pick<PlanSummary['destinations'][number], 'kind' | 'snapshotCount'>>;
};

/** How far plans follow the rule of three copies on two kinds of storage, one of them off-site. */
export interface ThreeTwoOne {
  /** The fewest copies of any plan's data, the original included. */
  copies: number;
  /** The fewest kinds of storage that hold a plan's data: the disk of the source, other folders, buckets, servers. */
  kinds: number;
  /** How many plans have no copy in a bucket or on a server. */
  withoutOffSite: number;
  /** How many plans lack any of the three. */
  lacking: number;
}

/** Compares plans with the 3-2-1 rule; `null` without any that has a snapshot. The plan that is worst off decides. */
export function threeTwoOne(plans: readonly Stored[]): ThreeTwoOne | null {
  const facts = plans.map(factsOf).filter(({ copies }) => copies > 1);
  if (facts.length === 0) return null;
  return {
    copies: Math.min(...facts.map(({ copies }) => copies)),
    kinds: Math.min(...facts.map(({ kinds }) => kinds)),
    withoutOffSite: facts.filter(({ offSite }) => !offSite).length,
    lacking: facts.filter(({ copies, kinds, offSite }) => copies < 3 || kinds < 2 || !offSite).length,
  };
}

function factsOf({ destinations, oneDisk }: Stored): { copies: number; kinds: number; offSite: boolean } {
  const used = destinations.filter(({ snapshotCount }) => snapshotCount > 0);
  const kinds = new Set(used.map(({ kind }) => kind));
  if (oneDisk) kinds.delete('folder');
  return { copies: 1 + used.length, kinds: 1 + kinds.size, offSite: kinds.has('s3') || kinds.has('sftp') };
}
