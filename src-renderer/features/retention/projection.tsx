import { Group, Text } from '@mantine/core';
import { memo } from 'react';
import type { Projection, Retention } from '../../../src-shared/model/plan.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import './retention.css';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { useLast } from '../../hooks/use-last.ts';
import { useAnswer } from '../../stores/core.ts';

const WEEKS = 53;
interface Question {
  planId?: string;
  schedule: Schedule;
  timeZone: string | null;
  retention: Retention;
  snapshotBytes?: number;
}

/** The snapshots that would be kept after a year, day by day, and their size. */
export function RetentionProjection(question: Question) {
  const answer = useAnswer('retention.project', question);
  const projection = useLast(answer.value);
  // A schedule may be incomplete while it is typed; its own field reports that.
  if (
    projection === null ||
    answer.error !== null ||
    question.schedule.kind === 'manual' ||
    question.schedule.kind === 'on-change'
  )
    return null;
  const size = projection.bytes > 0 ? `, about ${bytesInWords(projection.bytes)}` : '';
  return (
    <div>
      <Text size="sm" mb={6}>
        After a year: {countInWords(projection.kept.length, 'snapshot')} of {projection.made.toLocaleString('en-US')}{' '}
        kept
        {size}.
      </Text>
      <Calendar projection={projection} />
    </div>
  );
}

/** It is drawn once while the form around it is typed in. */
const Calendar = memo(function Calendar({ projection }: { projection: Projection }) {
  const byDay = new Map<number, number>();
  for (const { at } of projection.kept) {
    const day = Math.floor(Date.parse(at) / DAY_MS);
    byDay.set(day, (byDay.get(day) ?? 0) + 1);
  }
  const last = Math.floor(Date.parse(projection.kept.at(-1)?.at ?? new Date().toISOString()) / DAY_MS);
  // Columns are weeks from Monday on; 1970-01-01 was a Thursday.
  const sunday = last + ((((3 - last) % 7) + 7) % 7);
  const days = Array.from({ length: WEEKS * 7 }, (_, index) => sunday - WEEKS * 7 + 1 + index);
  const kept = days.filter((day) => byDay.has(day)).length;
  return (
    <div className="year-frame">
      <Group justify="space-between">
        {[sunday - WEEKS * 7 + 1, sunday].map((day) => (
          <Text key={day} size="xs" c="dimmed">
            {dateInWords(day, MONTH)}
          </Text>
        ))}
      </Group>
      <div className="year" role="img" aria-label={`Days with a snapshot: ${kept} of the last ${days.length}`}>
        {days.map((day) => {
          const count = byDay.get(day);
          if (count === undefined) return <span key={day} className="year-day" />;
          return (
            <span
              key={day}
              className="year-day kept"
              title={`${dateInWords(day, DATE)}: ${countInWords(count, 'snapshot')}`}
            />
          );
        })}
      </div>
    </div>
  );
});

// Made once: a year has many days.
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dateInWords = (day: number, format: Intl.DateTimeFormat): string => format.format(new Date(day * DAY_MS));
