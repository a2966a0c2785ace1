import { Button, Stack, Tabs, Text } from '@mantine/core';
import { IconDatabaseOff } from '@tabler/icons-react';
import { Link, Redirect, useLocation } from 'wouter';
import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { isExplained, reasonInWords } from '../../../src-shared/words/plan-state-words.ts';
import { EmptyState, Page } from '../../components/layout/page.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { StatePill } from '../../components/status/pill.tsx';
import { RunProgress } from '../../components/status/run-progress.tsx';
import { useDialog } from '../../hooks/address.ts';
import { useNow } from '../../hooks/use-now.ts';
import { BrowseTab } from '../browse/browse-tab.tsx';
import { CompareTab } from '../compare/compare-tab.tsx';
import { TagLinks } from '../databases/tag-links.tsx';
import { HistoryTab } from '../history/history-tab.tsx';
import { PruningPausedBanner } from '../prune/paused-banner.tsx';
import { PauseMenu } from '../schedule/pause-menu.tsx';
import { stateInWords } from '../schedule/schedule-state.tsx';
import { SnapshotsTab } from '../snapshots/snapshots-tab.tsx';
import { BackUpNow } from './back-up-now.tsx';
import { ChangeSourceDialog } from './change-source-dialog.tsx';
import { DestinationProblems, StoredAt } from './destination-problems.tsx';
import { PlanFigures } from './plan-figures.tsx';
import { PlanSettingsTab } from './plan-settings-tab.tsx';
import { settingsAddress } from './settings-sections.ts';
import { SourceLine } from './source-line.tsx';
import './plans.css';
import { useAnswer, usePlan } from '../../stores/core.ts';
import { useActiveRun } from '../../stores/runs.ts';

/** Sections of the settings that had a tab of their own; their addresses still lead there. */
const FORMER_TABS: Record<string, string> = { schedule: 'Schedule', retention: 'Retention', source: 'Source' };

const TABS = ['history', 'browse', 'compare', 'settings'];

/**
 * A plan, its snapshots and its settings.
 * @param tab `history`, `browse`, `compare`, `settings`, or what was a tab; all else shows the snapshots
 */
export function PlanPage({ planId, tab }: { planId: string; tab: string }) {
  const plans = useAnswer('plans.list', {});
  const summary = usePlan(planId);
  const active = useActiveRun(planId);
  const now = useNow();
  const [, navigate] = useLocation();
  const { dialog, close } = useDialog(['source']);
  if (plans.value === null) return <Pending answer={plans} />;
  if (summary === undefined) return <NoSuchPlan />;
  const former = FORMER_TABS[tab];
  if (former !== undefined) return <Redirect to={settingsAddress(planId, former)} replace />;
  const { plan, snapshotCount, schedule } = summary;
  const shown = TABS.find((name) => name === tab) ?? 'snapshots';
  return (
    <Page
      title={plan.name}
      wide
      beside={<StatePill plan={summary} active={active} />}
      actions={
        <>
          {(plan.schedule.kind !== 'manual' || plan.paused !== null) && (
            <PauseMenu planId={planId} paused={plan.paused === null ? null : schedule.paused} />
          )}
          <BackUpNow planId={planId} active={active} />
        </>
      }
    >
      {/* Rows need the room. */}
      {shown !== 'browse' && shown !== 'compare' && <PlanStatus summary={summary} active={active} now={now} />}
      <Tabs
        value={shown}
        onChange={(next) => navigate(`/databases/${planId}${next === 'snapshots' ? '' : `/${next}`}`)}
        className="plan-tabs"
        keepMounted={false}
      >
        <Tabs.List aria-label="Plan details">
          <Tabs.Tab value="snapshots">Snapshots {snapshotCount > 0 && snapshotCount.toLocaleString('en-US')}</Tabs.Tab>
          {hasHistory(plan.history) && <Tabs.Tab value="history">History</Tabs.Tab>}
          <Tabs.Tab value="browse">Browse</Tabs.Tab>
          {plan.sourceKind === 'database' && <Tabs.Tab value="compare">Compare</Tabs.Tab>}
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="snapshots">
          <SnapshotsTab plan={plan} now={now} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab plan={plan} now={now} />
        </Tabs.Panel>
        <Tabs.Panel value="browse">
          <BrowseTab plan={plan} now={now} />
        </Tabs.Panel>
        <Tabs.Panel value="compare">
          <CompareTab plan={plan} now={now} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <PlanSettingsTab summary={summary} />
        </Tabs.Panel>
      </Tabs>
      {dialog === 'source' && plan.sourceKind === 'database' && <ChangeSourceDialog plan={plan} onClose={close} />}
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
  const { plan, state, notes, pruningPaused, sourceProblem, lastBackup, schedule, destinations } = summary;
  // What is wrong with the source is said beside its path, and why pruning is paused beside its review.
  const why = reasonInWords(summary, now);
  const reason = [sourceProblem, pruningPaused].includes(summary.reason) ? '' : why;
  const problem = summary.reason === sourceProblem ? why : sourceProblem;
  const failure = state === 'failed' && active === undefined ? lastBackup?.error : null;
  const troubled = isExplained(summary) && failure == null && active === undefined;
  return (
    <>
      <Stack gap={6}>
        <SourceLine plan={plan} problem={failure?.message === sourceProblem ? null : problem} />
        <StoredAt destinations={destinations} />
        <TagLinks tags={plan.tags} />
        <DestinationProblems destinations={destinations} shown={troubled ? reason : undefined} />
      </Stack>
      <PlanFigures summary={summary} now={now} />
      {active !== undefined && (
        <div className="card">
          <RunProgress run={active} cancellable={active.kind !== 'backup'} />
        </div>
      )}
      {failure != null && <ErrorNotice error={failure} />}
      <PruningPausedBanner plan={plan} pruningPaused={pruningPaused} />
      {notes
        .filter((note) => note !== pruningPaused && note !== summary.reason)
        .map((note) => (
          <Text key={note} size="sm" role="note">
            {note}
          </Text>
        ))}
      {(troubled || (state === 'paused' && schedule.paused !== null)) && active === undefined && (
        <Text size="sm" c="dimmed" role="status">
          {state === 'paused'
            ? stateInWords(schedule, now)
            : `${reason} ${stateInWords({ ...schedule, due: null }, now)}`.trim()}
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
