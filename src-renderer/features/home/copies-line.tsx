import { IconCheck, IconX } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { threeTwoOne } from '../../../src-shared/rules/state/three-two-one.ts';
import { ageInWords } from '../../../src-shared/words/moments.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';

interface CopiesLineProps {
  plans: readonly PlanSummary[];
  destinations: readonly DestinationSummary[];
  now: number;
}

/** How far the plans follow the rule of three copies on two kinds of storage, one of them off-site. */
export function CopiesLine({ plans, destinations, now }: CopiesLineProps) {
  const facts = threeTwoOne(plans);
  if (facts === null) return null;
  const { copies, kinds, withoutOffSite, lacking } = facts;
  const unreachable = destinations.find(
    ({ destination, state, snapshotCount }) =>
      destination.settings.kind !== 'folder' && snapshotCount > 0 && (state === 'unavailable' || state === 'failed'),
  );
  const away =
    unreachable === undefined
      ? ''
      : `${unreachable.destination.name} ${unreachable.state === 'failed' ? 'failed' : 'unavailable'}${
          unreachable.reachedAt === null ? '' : ` for ${ageInWords(unreachable.reachedAt, now)}`
        }`;
  const none = withoutOffSite === 0 ? '' : `${countInWords(withoutOffSite, 'plan has', 'plans have')} none`;
  return (
    <section className="card copies-line" aria-label="Copies">
      <ul aria-label="3-2-1 rule">
        <Item met={copies >= 3} words={`${copies} copies`} why={copies >= 3 ? '' : 'three are safer'} />
        <Item
          met={kinds >= 2}
          words={countInWords(kinds, 'kind of storage', 'kinds of storage')}
          why={kinds >= 2 ? '' : 'all on one disk'}
        />
        <Item met={none === '' && away === ''} words="Off-site copy" why={none || away} />
      </ul>
      {lacking > 0 && (
        <Link to="/databases?sort=copies" className="text-link">
          {plans.length === 1 ? 'Show plan' : `Show ${countInWords(lacking, 'plan')}`}
        </Link>
      )}
    </section>
  );
}

function Item({ met, words, why }: { met: boolean; words: string; why: string }) {
  const Icon = met ? IconCheck : IconX;
  return (
    <li className={met ? 'tone-good' : 'tone-warn'}>
      <Icon size={16} role="img" aria-label={met ? 'Met' : 'Not met'} />
      <span>
        {words}
        {why !== '' && <span className="copies-why"> ({why})</span>}
      </span>
    </li>
  );
}
