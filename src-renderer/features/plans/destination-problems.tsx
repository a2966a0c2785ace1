import { Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';

/**
 * Why copies of a plan's snapshots wait or fail, a line for each destination.
 * @param shown text that is shown already; problems in it are left out
 */
export function DestinationProblems({
  destinations,
  shown = '',
}: {
  destinations: PlanSummary['destinations'];
  shown?: string | undefined;
}) {
  const troubled = destinations.filter(({ problem }) => problem !== null && !shown.includes(problem));
  if (troubled.length === 0) return null;
  return (
    <ul className="destination-problems" aria-label="Destination problems">
      {troubled.map(({ id, problem }) => (
        <li key={id} className="tone-warn">
          <IconHourglass size={15} aria-hidden className="line-icon" />
          <Text size="sm" c="inherit" span className="wraps">
            <Link to={`/storage/${id}`} className="text-link">
              {problem}
            </Link>
          </Text>
        </li>
      ))}
    </ul>
  );
}

/** The destinations of a plan, each a link. */
export function StoredAt({ destinations }: { destinations: PlanSummary['destinations'] }) {
  return (
    <Text size="sm" c="dimmed" className="wraps">
      {'Stored at '}
      {destinations.map(({ id, name, label }, index) => (
        <span key={id}>
          {index > 0 && (index === destinations.length - 1 ? ' and ' : ', ')}
          <Link to={`/storage/${id}`} className="text-link" title={label}>
            {name}
          </Link>
        </span>
      ))}
    </Text>
  );
}
