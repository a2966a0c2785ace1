import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { StorageGrowth } from '../../../src-shared/model/storage.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { dayNumber } from '../../../src-shared/rules/storage-growth.ts';
import { growthInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords } from '../../../src-shared/words/wording.ts';
import { ScrollTable } from '../layout/scroll-table.tsx';
import { TimeChart, type TimeValue } from './time-chart.tsx';

interface GrowthDay {
  day: string;
  storedBytes: number;
  /** `null`: unknown; without it, free space is not shown. */
  freeBytes?: number | null;
}

interface GrowthProps {
  /** Where nothing else is a heading for it. */
  heading?: ReactNode;
  /** What is stored, or where. */
  name: string;
  /** Oldest first. */
  days: readonly GrowthDay[];
  growth: StorageGrowth | null;
}

type ShownAs = 'Chart' | 'Table';

/** What is stored over time, as a chart or a table. */
export function Growth({ heading, name, days, growth }: GrowthProps) {
  const [shownAs, setShownAs] = useState<ShownAs>('Chart');
  return (
    <section className="growth" aria-label={`Growth of ${name}`}>
      <div className="growth-head">
        {heading}
        <SegmentedControl
          size="xs"
          aria-label={`Growth of ${name} as`}
          data={['Chart', 'Table']}
          value={shownAs}
          onChange={(value) => setShownAs(value as ShownAs)}
        />
      </div>
      {shownAs === 'Chart' ? <GrowthChart days={days} growth={growth} /> : <GrowthTable days={days} name={name} />}
    </section>
  );
}

function GrowthChart({ days, growth }: { days: readonly GrowthDay[]; growth: StorageGrowth | null }) {
  const values = days.map(({ day, storedBytes }) => ({ at: dayNumber(day) * DAY_MS, value: storedBytes }));
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at)
    return <p className="growth-note">No history yet. What is stored is recorded once a day.</p>;
  const rate = growthInWords(growth);
  return (
    <>
      <TimeChart
        values={values}
        expected={expectedAfter(first, last, growth)}
        label={`Stored: ${bytesInWords(first.value)} on ${dateInWords(first.at)}, ${bytesInWords(last.value)} on ${dateInWords(last.at)}.`}
        valueInWords={bytesInWords}
      />
      <p className="growth-note">
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

function GrowthTable({ days, name }: { days: readonly GrowthDay[]; name: string }) {
  const withFree = days.some(({ freeBytes }) => freeBytes !== undefined);
  return (
    <ScrollTable
      label={`Growth of ${name}, by day`}
      columns={['Day', { number: 'Stored' }, ...(withFree ? [{ number: 'Free' }] : [])]}
    >
      {days.toReversed().map(({ day, storedBytes, freeBytes }) => (
        <tr key={day}>
          <td>{dateInWords(dayNumber(day) * DAY_MS)}</td>
          <td className="number">{bytesInWords(storedBytes)}</td>
          {freeBytes !== undefined && (
            <td className="number">{freeBytes === null ? 'Unknown' : bytesInWords(freeBytes)}</td>
          )}
        </tr>
      ))}
    </ScrollTable>
  );
}

// Made once: a table has up to 194 days.
const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dateInWords = (at: number): string => format.format(new Date(at));
