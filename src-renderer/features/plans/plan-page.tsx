import { Button, Stack, Tabs, Text } from '@mantine/core';
import { IconDatabaseOff } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { isExplained } from '../../../src-shared/words/plan-state-words.ts';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { PathText } from '../../components/status/path-text.tsx';
import { StatePill } from '../../components/status/pill.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { PruningPausedBanner } from '../prune/paused-banner.tsx';
import { PauseMenu } from '../schedule/pause-menu.tsx';
import { stateInWords } from '../schedule/schedule-state.tsx';
import { ScheduleTab } from '../schedule/schedule-tab.tsx';
import { SnapshotsTab } from '../snapshots/snapshots-tab.tsx';
import { BackUpNow } from './back-up-now.tsx';
import { DestinationProblems, StoredAt } from './destination-problems.tsx';
import { PlanFigures } from './plan-figures.tsx';
import { PlanSettingsTab } from './plan-settings-tab.tsx';
import { RetentionTab } from './retention-tab.tsx';
import { SourceTab } from './source-tab.tsx';
import './plans.css';
import { useAnswer, usePlan } from '../../stores/core.ts';
import { useActiveRun } from '../../stores/runs.ts';

/** The parts of the page of a plan, each with an address of its own. */
const TABS = ['snapshots', 'schedule', 'retention', 'source', 'settings'] as const;

/**
 * A plan and its snapshots.
 * @param tab the part that is shown; what is none shows the snapshots
 */
export function PlanPage({ planId, tab }: { planId: string; tab: string }) {
  const plans = useAnswer('plans.list', {});
  const summary = usePlan(planId);
  const active = useActiveRun(planId);
  const now = useNow();
  const [, navigate] = useLocation();
  if (plans.value === null) return <Pending answer={plans} />;
  if (summary === undefined) return <NoSuchPlan />;
  const { plan, state, reason, pruningPaused, snapshotCount, schedule } = summary;
  return (
    <Page
      title={plan.name}
      wide
      beside={<StatePill state={active?.kind === 'backup' ? 'running' : state} pruning={reason === pruningPaused} />}
      actions={
        <>
          {(plan.schedule.kind !== 'manual' || plan.paused !== null) && (
            <PauseMenu planId={planId} paused={plan.paused === null ? null : schedule.paused} />
          )}
          <BackUpNow planId={planId} />
        </>
      }
    >
      <PlanStatus summary={summary} active={active} now={now} />
      <Tabs
        value={TABS.find((each) => each === tab) ?? 'snapshots'}
        onChange={(next) => navigate(`/databases/${planId}${next === 'snapshots' ? '' : `/${next}`}`)}
        className="plan-tabs"
        keepMounted={false}
      >
        <Tabs.List aria-label="Plan details">
          <Tabs.Tab value="snapshots">Snapshots {snapshotCount > 0 && snapshotCount.toLocaleString('en-US')}</Tabs.Tab>
          <Tabs.Tab value="schedule">Schedule</Tabs.Tab>
          <Tabs.Tab value="retention">Retention</Tabs.Tab>
          <Tabs.Tab value="source">Source</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="snapshots">
          <SnapshotsTab plan={plan} now={now} />
        </Tabs.Panel>
        <Tabs.Panel value="schedule">
          <ScheduleTab summary={summary} />
        </Tabs.Panel>
        <Tabs.Panel value="retention">
          <RetentionTab plan={plan} />
        </Tabs.Panel>
        <Tabs.Panel value="source">
          <SourceTab plan={plan} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <PlanSettingsTab plan={plan} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

interface PlanStatusProps {
  summary: PlanSummary;
  /** The run of the plan that has not ended. */
  active: Run | undefined;
  now: number;
}

/** The status of a plan: its figures, its active run and its problems. */
function PlanStatus({ summary, active, now }: PlanStatusProps) {
  const { plan, state, reason, notes, pruningPaused, lastBackup, schedule, destinations } = summary;
  const failure = state === 'failed' && active === undefined ? lastBackup?.error : null;
  const troubled = isExplained(state) && failure == null && active === undefined;
  return (
    <>
      <Stack gap={6}>
        <PathText path={plan.sourcePath} c="dimmed" />
        <StoredAt destinations={destinations} />
        <DestinationProblems destinations={destinations} shown={troubled ? reason : undefined} />
      </Stack>
      <PlanFigures summary={summary} now={now} />
      {active !== undefined && (
        <div className="card">
          <RunProgress run={active} />
        </div>
      )}
      {failure != null && <ErrorNotice error={failure} />}
      <PruningPausedBanner plan={plan} pruningPaused={pruningPaused} />
      {notes
        .filter((note) => note !== pruningPaused && note !== reason)
        .map((note) => (
          <Text key={note} size="sm" role="note">
            {note}
          </Text>
        ))}
      {(troubled || (state === 'paused' && schedule.paused !== null)) && active === undefined && (
        <Text size="sm" c="dimmed" role="status">
          {state === 'paused'
            ? stateInWords(schedule, now)
            : `${reason} ${stateInWords({ ...schedule, due: null }, now)}`}
        </Text>
      )}
    </>
  );
}

function NoSuchPlan() {
  return (
    <Page title="Plan">
      <EmptyState
        icon={<IconDatabaseOff size={44} stroke={1.4} />}
        title="Plan not found"
        action={
          <Button component={Link} to="/databases">
            Show all databases
          </Button>
        }
      >
        It may have been deleted. Deleting a plan does not delete its snapshots.
      </EmptyState>
    </Page>
  );
}
