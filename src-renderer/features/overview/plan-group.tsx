import { Button, Group } from '@mantine/core';
import { useId } from 'react';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { client } from '../../api/client.ts';
import { showError } from '../../components/errors.tsx';
import { useAction } from '../../components/use-action.ts';
import { PauseMenu } from '../schedule/pause-menu.tsx';
import { type PlansTogether, pauseOf } from './group-plans.ts';
import { PlanCard } from './plan-card.tsx';

/** The plans of a group, or those without one, and what can be done with all of a group. */
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
            <BackUpGroup group={group} />
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

/** Backs up all plans of a group; one that cannot be started says why. */
function BackUpGroup({ group }: { group: string }) {
  const action = useAction();
  const start = (): void =>
    action.run(async () => {
      const { failed } = await client.call('backups.startGroup', { group });
      for (const { planName, message } of failed)
        showError(
          new SnapkeepError('UNAVAILABLE', `The backup of ${planName} could not be started.`, { hint: message }),
        );
    });
  return (
    <Button variant="default" onClick={start} loading={action.pending} aria-label={`Back up all: ${group}`}>
      Back up all
    </Button>
  );
}
