import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { DestinationStorage, StorageDay, StorageGrowth } from '../../../src-shared/model/storage.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { dayNumber } from '../../../src-shared/rules/storage-growth.ts';
import { growthInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { TimeChart, type TimeValue } from '../../components/charts/time-chart.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useAnswer } from '../../stores/core.ts';

type ShownAs = 'Chart' | 'Table';

/** What a destination holds over time, as a chart or a table, and by database. */
export function StorageDetails({ summary: { destination, growth } }: { summary: DestinationSummary }) {
  const answer = useAnswer('destinations.storage', { destinationId: destination.id });
  const [shownAs, setShownAs] = useState<ShownAs>('Chart');
  if (answer.value === null) return <Pending answer={answer} />;
  const { days, plans } = answer.value;
  return (
    <div className="storage-details">
      <section aria-label={`Growth of ${destination.name}`}>
        <div className="storage-details-head">
          <h3>Growth</h3>
          <SegmentedControl
            size="xs"
            aria-label={`Growth of ${destination.name} as`}
            data={['Chart', 'Table']}
            value={shownAs}
            onChange={(value) => setShownAs(value as ShownAs)}
          />
        </div>
        {shownAs === 'Chart' ? (
          <GrowthChart days={days} growth={growth} />
        ) : (
          <GrowthTable days={days} name={destination.name} />
        )}
      </section>
      {plans.length > 0 && (
        <section aria-label={`Databases at ${destination.name}`}>
          <h3>By database</h3>
          <PlansTable plans={plans} name={destination.name} />
        </section>
      )}
    </div>
  );
}

function GrowthChart({ days, growth }: { days: readonly StorageDay[]; growth: StorageGrowth | null }) {
  const values = days.map(({ day, storedBytes }) => ({ at: dayNumber(day) * DAY_MS, value: storedBytes }));
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at)
    return <p className="storage-none">No history yet. The use of a destination is recorded once a day.</p>;
  const rate = growthInWords(growth);
  return (
    <>
      <TimeChart
        values={values}
        expected={expectedAfter(first, last, growth)}
        label={`Stored: ${bytesInWords(first.value)} on ${dateInWords(first.at)}, ${bytesInWords(last.value)} on ${dateInWords(last.at)}.`}
        valueInWords={bytesInWords}
      />
      <p className="storage-none">
        {rate === ''
          ? 'The forecast appears after two weeks of records.'
          : `At the rate of the last 90 days (dashed): ${rate}.`}
      </p>
    </>
  );
}

/** The next quarter of the time that is drawn, at the present rate. */
function expectedAfter(first: TimeValue, last: TimeValue, growth: StorageGrowth | null): TimeValue[] {
  if (growth === null) return [];
  const days = Math.max(7, Math.round((last.at - first.at) / DAY_MS / 4));
  const value = Math.max(0, last.value + (growth.bytesPerWeek / 7) * days);
  return [{ at: last.at + days * DAY_MS, value }];
}

function GrowthTable({ days, name }: { days: readonly StorageDay[]; name: string }) {
  return (
    <ScrollTable label={`Growth of ${name}, by day`} columns={['Day', { number: 'Stored' }, { number: 'Free' }]}>
      {days.toReversed().map(({ day, storedBytes, freeBytes }) => (
        <tr key={day}>
          <td>{dateInWords(dayNumber(day) * DAY_MS)}</td>
          <td className="number">{bytesInWords(storedBytes)}</td>
          <td className="number">{freeBytes === null ? 'Unknown' : bytesInWords(freeBytes)}</td>
        </tr>
      ))}
    </ScrollTable>
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

// Made once: a table has up to 194 days.
const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dateInWords = (at: number): string => format.format(new Date(at));
