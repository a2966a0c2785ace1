import { ActionIcon } from '@mantine/core';
import { IconAlertTriangle, IconDatabaseExport, IconPin, IconPinFilled, IconX } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { lossInWords } from '../../../src-shared/words/history-words.ts';
import { agoInWords, dayInWords, shortMomentInWords } from '../../../src-shared/words/moments.ts';
import { pauseInWords } from '../../../src-shared/words/pause-words.ts';
import { isExplained, reasonInWords } from '../../../src-shared/words/plan-state-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { Sparkline } from '../../components/charts/sparkline.tsx';
import { DayStrip } from '../../components/status/day-strip.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { StatePill } from '../../components/status/pill.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { setPinned } from '../../stores/plan-marks.ts';
import { useActiveRun } from '../../stores/runs.ts';
import { copiesOf, sizeOf } from './list-plans.ts';
import { TagLinks } from './tag-links.tsx';
import type { Column } from './use-columns.ts';

interface DatabaseRowProps {
  summary: PlanSummary;
  columns: ReadonlySet<Column>;
  chosen: boolean;
  onChoose(planId: string, on: boolean): void;
  pinned: boolean;
  index: number;
  /** Where it begins in the list, and how high it is, in pixels. */
  start: number;
  height: number;
  now: number;
}

/** A plan in one row. It is drawn once while others scroll by. */
export const DatabaseRow = memo(function DatabaseRow(props: DatabaseRowProps) {
  const { summary, columns, chosen, onChoose, pinned, index, start, height, now } = props;
  const { plan } = summary;
  const why = isExplained(summary) ? reasonInWords(summary, now) : null;
  const active = useActiveRun(plan.id);
  return (
    <div
      className="virtual database-row"
      style={{ transform: `translateY(${start}px)`, height }}
      role="row"
      aria-rowindex={index}
      data-chosen={chosen}
    >
      <span role="cell" className="column-choice">
        <input
          type="checkbox"
          className="choice"
          aria-label={`Select ${plan.name}`}
          checked={chosen}
          onChange={({ currentTarget }) => onChoose(plan.id, currentTarget.checked)}
        />
      </span>
      <span role="cell" className="column-state" title={reasonInWords(summary, now)}>
        <StatePill plan={summary} active={active} />
      </span>
      <span role="cell" className="column-name">
        <Link to={`/databases/${plan.id}`} className="plain-link database-name" dir="auto" title={plan.name}>
          {plan.name}
        </Link>
        <span className={why === null ? 'database-why' : 'database-why explained'} title={why ?? plan.sourcePath}>
          <bdi>{why ?? plan.sourcePath}</bdi>
        </span>
      </span>
      {columns.has('days') && (
        <span role="cell" className="column-days">
          <DayStrip days={summary.days} label={plan.name} />
        </span>
      )}
      <Facts {...props} />
      <RowActions
        planId={plan.id}
        name={plan.name}
        backupRunId={active?.kind === 'backup' ? active.id : null}
        pinned={pinned}
      />
    </div>
  );
});

function Facts({ summary, columns, now }: Pick<DatabaseRowProps, 'summary' | 'columns' | 'now'>) {
  const { plan, lastBackupAt, schedule, history } = summary;
  const next =
    schedule.paused !== null
      ? pauseInWords(schedule.paused, now)
      : schedule.nextTime === null
        ? 'Manual'
        : shortMomentInWords(schedule.nextTime, now);
  return (
    <>
      {columns.has('size') && <SizeCell summary={summary} now={now} />}
      {columns.has('last') && (
        <span
          role="cell"
          className="column-last numbers"
          title={history === null ? undefined : `Maximum data loss: ${lossInWords(history)}`}
        >
          {lastBackupAt === null ? 'Never' : agoInWords(lastBackupAt, now)}
        </span>
      )}
      {columns.has('next') && (
        <span role="cell" className="column-next numbers cut" title={`${schedule.words}: ${next}`}>
          {next}
        </span>
      )}
      {columns.has('copies') && <CopiesCell summary={summary} />}
      {columns.has('group') && (
        <span role="cell" className="column-group cut" dir="auto" title={plan.group ?? ''}>
          {plan.group}
        </span>
      )}
      {columns.has('tags') && (
        <span role="cell" className="column-tags">
          <TagLinks tags={plan.tags} most={2} />
        </span>
      )}
    </>
  );
}

/** The size of the database, with the sizes of the last half year. */
function SizeCell({ summary, now }: { summary: PlanSummary; now: number }) {
  const { plan, sizes, snapshotCount, storedBytes } = summary;
  const [first, last] = [sizes[0], sizes.at(-1)];
  const size = sizeOf(summary);
  const stored = `${countInWords(snapshotCount, 'snapshot')}, ${bytesInWords(storedBytes)}`;
  return (
    <span role="cell" className="column-size numbers" title={stored}>
      {first !== undefined && last !== undefined && (
        <Sparkline
          values={sizes.map(({ bytes }) => bytes)}
          label={`Size of ${plan.name}: ${dayInWords(first.at, now)} ${bytesInWords(first.bytes)}, ${dayInWords(last.at, now)} ${bytesInWords(last.bytes)}`}
        />
      )}
      <span>{size === null ? '–' : bytesInWords(size)}</span>
    </span>
  );
}

/** At how many destinations it is stored, with a mark where copies wait or fail. */
function CopiesCell({ summary }: { summary: PlanSummary }) {
  const { destinations } = summary;
  const problems = destinations.flatMap(({ problem }) => problem ?? []);
  const names = namesInWords(destinations.map(({ name }) => name));
  return (
    <span role="cell" className="column-copies numbers" title={[names, ...problems].join('\n')}>
      {copiesOf(summary)} of {destinations.length}
      {problems.length > 0 && (
        <span className="state-icon tone-warn" role="img" aria-label={problems.join(' ')}>
          <IconAlertTriangle size={15} aria-hidden />
        </span>
      )}
    </span>
  );
}

function RowActions({
  planId,
  name,
  backupRunId,
  pinned,
}: {
  planId: string;
  name: string;
  /** The backup that is active; other runs are cancelled where they are shown. */
  backupRunId: string | null;
  pinned: boolean;
}) {
  const { pending, run } = useAction();
  const Pin = pinned ? IconPinFilled : IconPin;
  const backUp = (): void =>
    run(() =>
      backupRunId === null
        ? client.call('backups.start', { planId })
        : client.call('runs.cancel', { runId: backupRunId }),
    );
  const label = backupRunId === null ? 'Back up now' : 'Cancel';
  return (
    <span role="cell" className="row-actions">
      <ActionIcon
        variant="subtle"
        color="gray"
        className="pin-button"
        aria-pressed={pinned}
        aria-label={`Pin: ${name}`}
        title={pinned ? 'Unpin' : 'Pin to the sidebar'}
        onClick={() => run(() => setPinned(planId, !pinned))}
      >
        <Pin size={17} />
      </ActionIcon>
      <ActionIcon variant="default" loading={pending} aria-label={`${label}: ${name}`} title={label} onClick={backUp}>
        {backupRunId === null ? <IconDatabaseExport size={17} /> : <IconX size={17} />}
      </ActionIcon>
    </span>
  );
}
