import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { needsAttention } from '../../../src-shared/rules/state/attention.ts';
import { isMuted } from '../../../src-shared/rules/state/muted-plans.ts';
import { reasonInWords } from '../../../src-shared/words/plan-state-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';
import { Disclosure } from '../../components/layout/disclosure.tsx';
import { Section } from '../../components/layout/section.tsx';
import { StatePill } from '../../components/status/pill.tsx';
import { setMuted, useMuted } from '../../stores/plan-marks.ts';
import { useActiveRun } from '../../stores/runs.ts';
import { byTrouble } from '../databases/list-plans.ts';
import { remedyOf } from './remedies.ts';

/** With more plans in trouble than these, the list of databases shows the rest. */
const MOST_SHOWN = 10;

/** The plans that a person should look at, the worst first; muted ones are folded away. */
export function AttentionSection({ plans, now }: { plans: readonly PlanSummary[]; now: number }) {
  const muted = useMuted();
  const troubled = plans.filter(needsAttention).sort(byTrouble);
  const quiet = troubled.filter(({ plan, state }) => isMuted(muted, plan.id, state));
  const loud = troubled.filter((summary) => !quiet.includes(summary));
  if (troubled.length === 0) return null;
  return (
    <Section title="Needs attention">
      {loud.length > 0 && (
        <ul className="attention-list" aria-label="Needs attention">
          {loud.slice(0, MOST_SHOWN).map((summary) => (
            <AttentionRow key={summary.plan.id} summary={summary} now={now} />
          ))}
        </ul>
      )}
      {loud.length > MOST_SHOWN && (
        <Link to="/databases?show=attention" className="text-link">
          Show all {loud.length.toLocaleString('en-US')}
        </Link>
      )}
      {quiet.length > 0 && (
        <Disclosure title={countInWords(quiet.length, 'muted plan')}>
          <ul className="attention-list" aria-label="Muted">
            {quiet.map((summary) => (
              <AttentionRow key={summary.plan.id} summary={summary} now={now} muted />
            ))}
          </ul>
        </Disclosure>
      )}
    </Section>
  );
}

interface AttentionRowProps {
  summary: PlanSummary;
  now: number;
  muted?: boolean;
}

function AttentionRow({ summary, now, muted = false }: AttentionRowProps) {
  const { plan } = summary;
  const active = useActiveRun(plan.id);
  return (
    <li>
      <span className="attention-state">
        <StatePill plan={summary} active={active} />
      </span>
      <span className="attention-what">
        <Link to={`/databases/${plan.id}`} className="plain-link attention-name" title={plan.name}>
          <bdi>{plan.name}</bdi>
        </Link>
        <span className="attention-why">{reasonInWords(summary, now)}</span>
      </span>
      <span className="attention-actions">
        <Button
          component={Link}
          to={`/databases/${plan.id}`}
          variant="default"
          size="xs"
          aria-label={`Details: ${plan.name}`}
        >
          Details
        </Button>
        {active === undefined && <RemedyButton summary={summary} />}
        <ActionButton
          variant="subtle"
          size="xs"
          act={() => setMuted(plan.id, !muted)}
          aria-label={`${muted ? 'Unmute' : 'Mute'}: ${plan.name}`}
          title={muted ? 'Sends reminders again' : 'Sends no reminders until the state changes'}
        >
          {muted ? 'Unmute' : 'Mute'}
        </ActionButton>
      </span>
    </li>
  );
}

/** Starts what may end the trouble, or opens the review that it waits for. */
function RemedyButton({ summary }: { summary: PlanSummary }) {
  const { plan, cause } = summary;
  if (cause === 'pruning')
    return (
      <Button
        component={Link}
        to={`/databases/${plan.id}?dialog=prune`}
        variant="default"
        size="xs"
        aria-label={`Review: ${plan.name}`}
      >
        Review…
      </Button>
    );
  const remedy = remedyOf(summary);
  if (remedy === null) return null;
  return (
    <ActionButton
      variant="default"
      size="xs"
      act={() => remedy.start(summary, client.call)}
      aria-label={`${remedy.label}: ${plan.name}`}
    >
      {remedy.label}
    </ActionButton>
  );
}
