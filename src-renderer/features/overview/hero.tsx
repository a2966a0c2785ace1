import { Button, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconClockExclamation,
  IconHourglass,
  IconPlayerPause,
  IconProgress,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { PlanState, PlanSummary } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import type { Tone } from '../../components/pill.tsx';
import { agoInWords, upcomingInWords } from '../../components/time.ts';
import { useAction } from '../../components/use-action.ts';
import { overallStatus } from './status.ts';

const LOOKS: Record<PlanState, { tone: Tone; icon: ReactNode }> = {
  failed: { tone: 'bad', icon: <IconX size={28} aria-hidden /> },
  overdue: { tone: 'bad', icon: <IconClockExclamation size={28} aria-hidden /> },
  waiting: { tone: 'warn', icon: <IconHourglass size={26} aria-hidden /> },
  unproven: { tone: 'warn', icon: <IconAlertTriangle size={26} aria-hidden /> },
  empty: { tone: 'warn', icon: <IconAlertTriangle size={26} aria-hidden /> },
  paused: { tone: 'idle', icon: <IconPlayerPause size={26} aria-hidden /> },
  running: { tone: 'info', icon: <IconProgress size={28} aria-hidden /> },
  fine: { tone: 'good', icon: <IconCheck size={30} aria-hidden /> },
};

/** One circle and one sentence. */
export function Hero({ plans, now }: { plans: readonly PlanSummary[]; now: number }) {
  const status = overallStatus(plans);
  const { tone, icon } = LOOKS[status.state];
  const action = useAction();
  const lastSuccess = plans
    .map(({ newest }) => newest?.createdAt ?? '')
    .sort()
    .at(-1);
  const next = plans
    .flatMap(({ schedule }) => (schedule.paused === null ? (schedule.nextSlot ?? []) : []))
    .sort()
    .at(0);
  const backUpAll = (): void => {
    action.run(async () => {
      for (const { plan } of plans) await client.call('backups.start', { planId: plan.id });
    });
  };
  return (
    <section className={`card hero tone-${tone}`} aria-label="Status">
      <div className="hero-circle">{icon}</div>
      <div className="hero-words">
        <h1>{status.sentence}</h1>
        <Text c="dimmed" size="sm">
          {[
            status.detail,
            lastSuccess ? `The newest snapshot is from ${agoInWords(lastSuccess, now)}.` : '',
            next ? `Next: ${upcomingInWords(next, now)}.` : '',
          ]
            .filter(Boolean)
            .join(' ')}
        </Text>
      </div>
      {status.planId !== null && (
        <Button variant="default" component={Link} to={`/plans/${status.planId}`}>
          Look
        </Button>
      )}
      <Button onClick={backUpAll} loading={action.pending}>
        Back up all
      </Button>
    </section>
  );
}
