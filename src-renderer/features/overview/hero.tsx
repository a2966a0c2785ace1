import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { agoInWords, upcomingInWords } from '../../../src-shared/words/moments.ts';
import { overallStatus } from '../../../src-shared/words/plan-state-words.ts';
import { startBackups } from '../../api/start-backups.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { stateStyle } from '../../components/status/pill.tsx';

/** The overall status in one sentence, and the next step. */
export function Hero({ plans, now }: { plans: readonly PlanSummary[]; now: number }) {
  const status = overallStatus(plans);
  const { tone, icon } = stateStyle(status.state, 28);
  const lastSuccess = plans
    .map(({ newest }) => newest?.createdAt ?? '')
    .sort()
    .at(-1);
  const next = plans
    .flatMap(({ schedule }) => (schedule.paused === null ? (schedule.nextTime ?? []) : []))
    .sort()
    .at(0);
  return (
    <section className={`card hero tone-${tone}`} aria-label="Status">
      <div className="hero-circle">{icon}</div>
      <div className="hero-words">
        <h1>{status.sentence}</h1>
        <Text c="dimmed" size="sm">
          {[
            status.detail,
            lastSuccess ? `Newest snapshot: ${agoInWords(lastSuccess, now)}.` : '',
            next ? `Next: ${upcomingInWords(next, now)}.` : '',
          ]
            .filter(Boolean)
            .join(' ')}
        </Text>
      </div>
      {status.planId !== null && (
        <Button variant="default" component={Link} to={`/plans/${status.planId}`}>
          View plan
        </Button>
      )}
      <ActionButton act={() => startBackups(plans.map(({ plan }) => plan.id))}>Back up all</ActionButton>
    </section>
  );
}
