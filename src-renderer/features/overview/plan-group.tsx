import { Group } from '@mantine/core';
import { useId } from 'react';
import { startBackups } from '../../api/start-backups.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { PauseMenu } from '../schedule/pause-menu.tsx';
import { type PlansTogether, pauseOf } from './group-plans.ts';
import { PlanCard } from './plan-card.tsx';

/** The plans of a group, and the actions for all of them. */
export function PlanGroupSection({ group, plans, now }: PlansTogether & { now: number }) {
  const id = useId();
  const scheduled = plans.some(({ plan }) => plan.schedule.kind !== 'manual' || plan.paused !== null);
  return (
    <section aria-labelledby={id} className="plan-group">
      <Group justify="space-between" wrap="nowrap">
        <h2 className={group === null ? 'nav-heading' : 'group-heading'} id={id}>
          {group ?? 'Plans'}
        </h2>
        {group !== null && (
          <Group gap="xs" wrap="nowrap" className="group-actions">
            {scheduled && <PauseMenu group={group} paused={pauseOf({ group, plans })} />}
            <BackUpGroup group={group} plans={plans} />
          </Group>
        )}
      </Group>
      <div className="plan-grid">
        {plans.map((summary) => (
          <PlanCard key={summary.plan.id} summary={summary} now={now} />
        ))}
      </div>
    </section>
  );
}

/** Backs up all plans of a group. */
function BackUpGroup({ group, plans }: PlansTogether) {
  return (
    <ActionButton
      variant="default"
      act={() => startBackups(plans.map(({ plan }) => plan.id))}
      aria-label={`Back up all: ${group}`}
    >
      Back up all
    </ActionButton>
  );
}
