import { Link } from 'wouter';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { DestinationStorage } from '../../../src-shared/model/storage.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { Growth } from '../../components/charts/growth.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

/** What a destination holds over time, as a chart or a table, and by database. */
export function StorageDetails({ summary: { destination, growth } }: { summary: DestinationSummary }) {
  const answer = useAnswer('destinations.storage', { destinationId: destination.id });
  if (answer.value === null) return <Pending answer={answer} />;
  const { days, plans } = answer.value;
  return (
    <div className="storage-details">
      <Growth heading={<h3>Growth</h3>} name={destination.name} days={days} growth={growth} />
      {plans.length > 0 && (
        <section aria-label={`Databases at ${destination.name}`}>
          <h3>By database</h3>
          <PlansTable plans={plans} name={destination.name} />
        </section>
      )}
    </div>
  );
}

function PlansTable({ plans, name }: { plans: DestinationStorage['plans']; name: string }) {
  return (
    <ScrollTable
      label={`Stored at ${name}, by database`}
      columns={['Database', { number: 'Snapshots' }, { number: 'Stored' }]}
    >
      {plans.map(({ planId, name, snapshotCount, storedBytes }) => (
        <tr key={planId}>
          <td>
            {planId === null ? (
              name
            ) : (
              <Link to={`/databases/${planId}`} className="text-link">
                <bdi>{name}</bdi>
              </Link>
            )}
          </td>
          <td className="number">{snapshotCount.toLocaleString('en-US')}</td>
          <td className="number">{bytesInWords(storedBytes)}</td>
        </tr>
      ))}
    </ScrollTable>
  );
}
