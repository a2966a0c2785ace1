import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import { isNearlyFull } from '../../../src-shared/rules/storage-growth.ts';
import { momentInWords } from '../../../src-shared/words/moments.ts';
import { freeInWords, growthInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { Sparkline } from '../../components/charts/sparkline.tsx';
import { SpaceMeter } from './space-meter.tsx';

/** What a destination holds, what is free there, how fast it fills and when it last answered. */
export function DestinationFacts({ summary, now }: { summary: DestinationSummary; now: number }) {
  const {
    destination,
    snapshotCount,
    storedBytes,
    trashedCopies,
    trashedBytes,
    space,
    growth,
    recentBytes,
    reachedAt,
  } = summary;
  const full = isNearlyFull(space, growth);
  return (
    <>
      <dl className="destination-facts">
        <div>
          <dt>Stored</dt>
          <dd>
            {snapshotCount === 0
              ? 'No snapshots'
              : `${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}`}
          </dd>
        </div>
        {trashedCopies > 0 && (
          <div>
            <dt>Trash</dt>
            <dd>
              {countInWords(trashedCopies, 'snapshot')}, {bytesInWords(trashedBytes)}
            </dd>
          </div>
        )}
        <div>
          <dt>Free</dt>
          <dd className={full ? 'space-low tone-warn' : undefined}>
            {full && <IconAlertTriangle size={15} role="img" aria-label="Nearly full" />}
            {freeInWords(space)}
          </dd>
        </div>
        <div>
          <dt>Growth</dt>
          <dd className="growth-fact">
            <Sparkline values={recentBytes} label={`Stored at ${destination.name}, last 90 days`} />
            <span>{growthInWords(growth) || 'Not known yet'}</span>
          </dd>
        </div>
        <div>
          <dt>Last contact</dt>
          <dd>{reachedAt === null ? 'Never' : momentInWords(reachedAt, now)}</dd>
        </div>
      </dl>
      <SpaceMeter space={space} storedBytes={storedBytes} trashedBytes={trashedBytes} full={full} />
    </>
  );
}

const PLANS_SHOWN = 8;

/** The plans that store to a destination, the first of them by name. */
export function DestinationPlans({ plans }: Pick<DestinationSummary, 'plans'>) {
  if (plans.length === 0) return <p className="test-line">No plan stores here.</p>;
  return (
    <p className="destination-plans">
      {countInWords(plans.length, 'plan stores', 'plans store')} here:{' '}
      {plans.slice(0, PLANS_SHOWN).map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link to={`/databases/${id}`} className="text-link">
            {name}
          </Link>
        </span>
      ))}
      {plans.length > PLANS_SHOWN && ` and ${plans.length - PLANS_SHOWN} more`}
    </p>
  );
}
