import { Spotlight } from '@mantine/spotlight';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { stateLabel } from '../../../src-shared/words/plan-state-words.ts';
import { StateIcon } from '../../components/status/pill.tsx';
import { useKept } from '../../stores/core.ts';
import { byTrouble } from '../databases/list-plans.ts';
import { dayInQuery } from './day-in-query.ts';
import { matches } from './matches.ts';

const MOST_SHOWN = 7;

/** Returns the plans whose name or path a query names, those in trouble first. */
export function useDatabaseResults(query: string): ReactNode[] {
  const plans = useKept('plans.list', (list) => list) ?? [];
  const [, navigate] = useLocation();
  const wanted = dayInQuery(query, new Date())?.rest ?? query;
  const found = plans
    .filter(({ plan }) => matches(wanted, `${plan.name} ${plan.sourcePath} ${plan.group ?? ''} ${plan.tags.join(' ')}`))
    .sort(byTrouble)
    .slice(0, MOST_SHOWN);
  return found.map((summary) => (
    <Spotlight.Action
      key={summary.plan.id}
      label={summary.plan.name}
      description={`${stateLabel(summary)} · ${summary.plan.sourcePath}`}
      leftSection={<StateIcon plan={summary} />}
      onClick={() => navigate(`/databases/${summary.plan.id}`)}
    />
  ));
}
