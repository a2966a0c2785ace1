import type { ReactNode } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { agoInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { DayStrip } from '../../components/status/day-strip.tsx';
import { copiesOf } from '../databases/list-plans.ts';

/** The figures of a plan: its snapshots, its last and next backup, its copies, its restore tests and its last days. */
export function PlanFigures({ summary, now }: { summary: PlanSummary; now: number }) {
  const { plan, newest, snapshotCount, storedBytes, schedule, destinations, restoreTest, days } = summary;
  const next =
    schedule.paused !== null
      ? pauseInWords(schedule.paused, now)
      : schedule.nextTime === null
        ? schedule.words
        : shortMomentInWords(schedule.nextTime, now);
  const tested =
    restoreTest.lastAt === null
      ? 'Never'
      : `${restoreTest.valid === false ? 'Failed ' : ''}${agoInWords(restoreTest.lastAt, now)}`;
  return (
    <dl className="plan-figures">
      <Figure name="Stored">
        {snapshotCount === 0
          ? 'No snapshots'
          : `${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}`}
      </Figure>
      <Figure name="Last backup">{newest === null ? 'Never' : agoInWords(newest.createdAt, now)}</Figure>
      <Figure name="Next backup">{next}</Figure>
      <Figure name="Copies">
        {copiesOf(summary)} of {destinations.length}
      </Figure>
      <Figure name="Restore test">{tested}</Figure>
      <Figure name="Last 30 days">
        <DayStrip days={days} label={plan.name} />
      </Figure>
    </dl>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
