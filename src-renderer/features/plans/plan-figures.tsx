import type { ReactNode } from 'react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { PlanStorage } from '../../../src-shared/model/storage.ts';
import { lossInWords } from '../../../src-shared/words/history-words.ts';
import { agoInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { growthInWords } from '../../../src-shared/words/storage-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { Growth } from '../../components/charts/growth.tsx';
import { Sparkline } from '../../components/charts/sparkline.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { DayStrip } from '../../components/status/day-strip.tsx';
import { useAnswer } from '../../stores/core.ts';
import { copiesOf } from '../databases/list-plans.ts';

/** The figures of a plan: its snapshots, its last and next backup, its copies, its restore tests, its last days and its growth. */
export function PlanFigures({ summary, now }: { summary: PlanSummary; now: number }) {
  const { plan, lastBackupAt, schedule, destinations, restoreTest, days, history } = summary;
  const { value: storage } = useAnswer('plans.storage', { planId: plan.id });
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
    <>
      <dl className="plan-figures">
        <Figure name="Stored">{storedInWords(summary)}</Figure>
        <Figure name="Last backup">{lastBackupAt === null ? 'Never' : agoInWords(lastBackupAt, now)}</Figure>
        <Figure name="Next backup">{next}</Figure>
        {history !== null && (
          <>
            <Figure name="Oldest restore point">
              {history.oldest === null ? 'None yet' : agoInWords(history.oldest.madeAt, now)}
            </Figure>
            <Figure name="Maximum data loss">{lossInWords(history)}</Figure>
          </>
        )}
        <Figure name="Copies">
          {copiesOf(summary)} of {destinations.length}
        </Figure>
        <Figure name="Restore test">{tested}</Figure>
        <Figure name="Last 30 days">
          <DayStrip days={days} label={plan.name} />
        </Figure>
      </dl>
      {storage !== null && storage.days.length > 1 && <PlanGrowth name={plan.name} storage={storage} />}
    </>
  );
}

function storedInWords({ snapshotCount, storedBytes, history }: PlanSummary): string {
  if (snapshotCount > 0) return `${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}`;
  return history?.newest == null ? 'No snapshots' : 'A history';
}

/** What is stored of a plan over time: a small chart, and behind it a large one and a table. */
function PlanGrowth({ name, storage: { days, growth } }: { name: string; storage: PlanStorage }) {
  const values = days.map(({ storedBytes }) => storedBytes);
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 0];
  const title = (
    <>
      Growth
      <Sparkline values={values} label={`From ${bytesInWords(first)} to ${bytesInWords(last)} stored`} />
      <span className="growth-note">{growthInWords(growth)}</span>
    </>
  );
  return (
    <Disclosure title={title}>
      <div className="card">
        <Growth name={name} days={days} growth={growth} />
      </div>
    </Disclosure>
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
