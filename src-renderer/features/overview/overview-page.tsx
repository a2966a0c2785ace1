import { Button, Text } from '@mantine/core';
import { IconDatabasePlus, IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EmptyState } from '../../components/layout/page.tsx';
import { Pending } from '../../components/messages/pending.tsx';
import { useNow } from '../../hooks/use-now.ts';
import { RunRow } from '../activity/run-row.tsx';
import { KitReminder } from '../recovery-kit/kit-reminder.tsx';
import { groupPlans } from './group-plans.ts';
import { Hero } from './hero.tsx';
import { PlanGroupSection } from './plan-group.tsx';
import './overview.css';
import { useAnswer, useKept } from '../../stores/core.ts';

/** The overall status, a card per plan, and recent activity. */
export function OverviewPage() {
  const answer = useAnswer('plans.list', {});
  const plans = answer.value;
  const runs = useKept('runs.list', (list) => list);
  const now = useNow();
  if (plans === null) return <Pending answer={answer} />;
  if (plans.length === 0) return <NoPlans />;
  const recent = (runs ?? []).filter((run) => run.kind !== 'restore-check').slice(0, 6);
  return (
    <div className="page">
      <Hero plans={plans} now={now} />
      <KitReminder />
      {groupPlans(plans).map((each) => (
        <PlanGroupSection key={each.group ?? ''} {...each} now={now} />
      ))}
      {recent.length > 0 && (
        <>
          <h2 className="nav-heading">Recent activity</h2>
          <div className="card">
            {recent.map((run) => (
              <RunRow key={run.id} run={run} now={now} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function NoPlans() {
  return (
    <div className="page">
      <h1 className="visually-hidden">Overview</h1>
      <EmptyState
        icon={<IconDatabasePlus size={44} stroke={1.4} />}
        title="Nothing is backed up yet"
        action={
          <Button component={Link} to="/new" leftSection={<IconPlus size={16} aria-hidden />}>
            New plan
          </Button>
        }
      >
        Create a plan: choose a database and a folder for its snapshots. Your backup status then appears here.
      </EmptyState>
      <Text size="sm" c="dimmed" ta="center">
        To restore an existing backup file, drop it on this window.
      </Text>
    </div>
  );
}
