import { Group, Stack, Text, Title } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import { agoInWords, upcomingInWords } from '../../../src-shared/words/moments.ts';
import { pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { isExplained } from '../../../src-shared/words/plan-state-words.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { bytesInWords, countInWords, durationInWords } from '../../../src-shared/words/wording.ts';
import { DayStrip } from '../../components/status/day-strip.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { StatePill } from '../../components/status/pill.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useActiveRun } from '../../stores/runs.ts';
import { BackUpNow } from '../plans/back-up-now.tsx';
import { DestinationProblems } from '../plans/destination-problems.tsx';

/** The summary of a plan. */
export const PlanCard = memo(function PlanCard({ summary, now }: { summary: PlanSummary; now: number }) {
  const { plan, state, reason, newest, days, snapshotCount, storedBytes, lastBackup, schedule, destinations } = summary;
  const active = useActiveRun(plan.id);
  const troubled = isExplained(state);
  const kept = `Keeps ${keptInWords(plan.retention)}`;
  const took =
    lastBackup?.state === 'succeeded' && lastBackup.startedAt !== null && lastBackup.finishedAt !== null
      ? durationInWords(Date.parse(lastBackup.finishedAt) - Date.parse(lastBackup.startedAt))
      : '';
  return (
    <article className="card" aria-label={plan.name}>
      <Stack gap={12}>
        <Group justify="space-between" wrap="nowrap">
          <Group gap={10} className="page-title">
            <Title order={3}>
              <Link to={`/plans/${plan.id}`} className="plain-link">
                {plan.name}
              </Link>
            </Title>
            <StatePill
              state={active?.kind === 'backup' ? 'running' : state}
              pruning={summary.reason === summary.pruningPaused}
            />
          </Group>
          {active === undefined && <BackUpNow planId={plan.id} variant="default" />}
        </Group>
        {active === undefined ? <DayStrip days={days} label={plan.name} /> : <RunProgress run={active} />}
        {troubled && (
          <Text size="sm" className={state === 'failed' || state === 'overdue' ? 'loss' : ''}>
            {reason}
          </Text>
        )}
        <DestinationProblems destinations={destinations} shown={troubled ? reason : undefined} />
        <dl className="facts">
          <dt title={plan.sourcePath}>{plan.sourcePath}</dt>
          <dd>{newest === null ? 'No snapshot yet' : agoInWords(newest.createdAt, now)}</dd>
          <Beside summary={summary} />
          <dt title={destinations.map(({ label }) => label).join(', ')}>
            Stored at {namesInWords(destinations.map(({ name }) => name))}
          </dt>
          <dd>
            {countInWords(snapshotCount, 'snapshot')}, {bytesInWords(storedBytes)}
          </dd>
          <dt title={schedule.words}>{schedule.words}</dt>
          <dd>{nextInWords(schedule, now)}</dd>
          <dt title={kept}>{kept}</dt>
          <dd>{took === '' ? '' : `Duration: ${took}`}</dd>
        </dl>
      </Stack>
    </article>
  );
});

/** The attached files of a plan. */
function Beside({ summary: { plan, newest } }: { summary: PlanSummary }) {
  const names = plan.attachedFiles.filter(({ path }) => path !== plan.sourcePath).map(({ name }) => name);
  const whole = (newest?.incomplete ?? null) === null;
  if (names.length === 0 && whole) return null;
  return (
    <>
      <dt title={names.join(', ')}>
        {names.length === 0 ? 'Newest snapshot' : `Attached files: ${namesInWords(names)}`}
      </dt>
      <dd className={whole ? '' : 'loss'}>
        {whole ? (newest === null ? '' : `${bytesInWords(newest.diskBytes)} added`) : 'Incomplete'}
      </dd>
    </>
  );
}

function nextInWords({ nextTime, paused }: ScheduleStatus, now: number): string {
  if (paused !== null) return pauseInWords(paused, now);
  return nextTime === null ? '' : `Next: ${upcomingInWords(nextTime, now)}`;
}
